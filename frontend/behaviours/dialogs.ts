import { on } from "./events";

/** Native dialogs: `data-dialog-open="id"` opens, `data-dialog-close` and a click on the backdrop close. */
export function startDialogs(): void {
  on("click", "[data-dialog-open]", (button) => {
    const dialog = document.getElementById(button.dataset["dialogOpen"] ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  });
  on("click", "[data-dialog-close]", (button) => button.closest("dialog")?.close());
  on("click", "[data-post]", (button) => post(button.dataset["post"] ?? ""));
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful } = (event as CustomEvent<{ successful?: boolean }>).detail;
    if (successful && event.target instanceof Element) event.target.closest<HTMLDialogElement>("dialog[data-close-when-done]")?.close();
  });
}

/** Posts to an address in a form of its own: a dialog may stand inside a form, and forms do not nest. */
function post(address: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = headers["X-CSRFToken"] ?? "";
  form.append(token);
  document.body.append(form);
  form.requestSubmit();
}
