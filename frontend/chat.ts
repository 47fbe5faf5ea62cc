import "./styles/chat.css";
import { startChat } from "./chatting/chat";
import { remember } from "./chatting/remember";

remember();
const main = document.querySelector<HTMLElement>("[data-chat]");
if (main) startChat(main);
document.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Escape" && window.parent !== window) window.parent.postMessage({ candor: "close" }, "*");
});
