import { on, onContent } from "./events";

const stay = 8000; // ms; a toast with an undo button stays until it is closed

/** Toasts: messages of the page, fragments that HTMX appends, and one for requests that failed without words. */
export function startToasts(): void {
  on("click", ".toast .close", (button) => button.closest(".toast")?.remove());
  onContent((part) => {
    const fresh = part instanceof HTMLElement && part.matches(".toast") ? [part] : [...part.querySelectorAll<HTMLElement>(".toast")];
    for (const toast of fresh) {
      if (!toast.querySelector("form") && !toast.matches(".error")) setTimeout(() => toast.remove(), stay);
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
    if (detail.xhr.status === 422 || (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Retarget"))) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", () => showProblem("server"));
  document.addEventListener("htmx:sendError", () => showProblem("network"));
  document.addEventListener("toast", (event) => {
    const { detail } = event as CustomEvent<{ value?: string; text?: string }>;
    say(detail.text ?? detail.value ?? "");
  });
}

function showProblem(kind: string): void {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-problem="${kind}"]`);
  if (template) document.getElementById("toasts")?.append(template.content.cloneNode(true));
}

/** Appends a plain toast with these words, as text. */
function say(words: string): void {
  const template = document.querySelector<HTMLTemplateElement>("template[data-plain-toast]");
  const toast = template?.content.cloneNode(true);
  if (!(toast instanceof DocumentFragment) || !words) return;
  const text = toast.querySelector("p");
  if (text) text.textContent = words;
  const shown = toast.querySelector(".toast");
  document.getElementById("toasts")?.append(toast);
  setTimeout(() => shown?.remove(), stay);
}
