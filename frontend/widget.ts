/**
 * Puts the chat into the page where this script stands: a button that opens it in a frame of its own.
 * <script src="https://candor.example/c/widget.js" data-label="Ask us" data-lang="en" data-side="right" async></script>
 * No cookie, no tracking; no style of the page reaches it, and none of its own reaches the page.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script) return;
  const { label = "Chat", close = "Close", lang = "", side = "right", color = "#0b5c57", ink = "#ffffff" } = script.dataset;
  const address = new URL("./", script.src);
  if (lang) address.searchParams.set("lang", lang);

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>
    :host { all: initial; }
    button { position: fixed; inset-block-end: 16px; z-index: 2147483000; min-height: 48px; padding: 8px 20px; border: 0; border-radius: 24px;
      font: 600 16px/1.5 system-ui, sans-serif; cursor: pointer; box-shadow: 0 2px 10px rgb(0 0 0 / 0.3); }
    button:focus-visible { outline: 3px solid currentColor; outline-offset: -6px; }
    iframe { position: fixed; inset-block-end: 76px; z-index: 2147483000; width: min(400px, calc(100vw - 32px)); height: min(640px, calc(100dvh - 96px));
      border: 1px solid rgb(128 128 128 / 0.5); border-radius: 12px; background: Canvas; color-scheme: light dark; box-shadow: 0 6px 30px rgb(0 0 0 / 0.3); }
    [hidden] { display: none; }
  </style>`;
  const button = document.createElement("button");
  const edge = side === "left" ? "left" : "right";
  button.type = "button";
  button.textContent = label;
  button.style.cssText = `${edge}:16px`;
  button.style.backgroundColor = color;
  button.style.color = ink;
  button.setAttribute("aria-expanded", "false");
  root.append(button);
  let frame: HTMLIFrameElement | null = null;

  const show = (open: boolean): void => {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.referrerPolicy = "no-referrer";
      frame.style.cssText = `${edge}:16px`;
      frame.src = address.href;
      root.append(frame);
    }
    frame.hidden = !open;
    button.textContent = open ? close : label;
    button.setAttribute("aria-expanded", String(open));
    (open ? frame : button).focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  window.addEventListener("message", (told: MessageEvent) => {
    if (frame && told.source === frame.contentWindow && told.data?.candor === "close") show(false);
  });
  document.body.append(host);
})();
