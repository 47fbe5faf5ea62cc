import "./styles/answer.css";
import { startFrame } from "./answering/frame";
import { startKiosk } from "./answering/kiosk";
import { startScore } from "./answering/score";

startFrame();
startScore();
startKiosk();

const holder = document.querySelector<HTMLElement>("[data-survey]");
const form = document.querySelector<HTMLFormElement>("form[data-steps]");
if (holder && form && !document.body.dataset["kiosk"]) {
  void import("./answering/survey").then(({ showSurvey }) => showSurvey(holder, form));
}
