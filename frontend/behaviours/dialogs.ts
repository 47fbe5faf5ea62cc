import { on } from "./events";

/** Native dialogs: `data-dialog-open="id"` opens, `data-dialog-close` and a click on the backdrop close. */
export function startDialogs(): void {
  on("click", "[data-dialog-open]", (button) => {
    const dialog = document.getElementById(button.dataset["dialogOpen"] ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  });
  on("click", "[data-dialog-close]", (button) => button.closest("dialog")?.close());
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful } = (event as CustomEvent<{ successful?: boolean }>).detail;
    if (successful && event.target instanceof Element) event.target.closest<HTMLDialogElement>("dialog[data-close-when-done]")?.close();
  });
}
