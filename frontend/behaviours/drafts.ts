import { on } from "./events";

/** The designer of surveys: forms learn the draft's revision, the phone shows what was saved, earlier answers go into texts. */
export function startDrafts(): void {
  document.addEventListener("draft-saved", (event) => {
    const { revision, at } = (event as CustomEvent<{ revision?: number; at?: string }>).detail;
    if (revision === undefined) return;
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-draft] input[name=revision]")) field.value = String(revision);
    for (const phone of document.querySelectorAll<HTMLIFrameElement>("iframe[data-preview]")) phone.contentWindow?.location.replace(`${phone.src.split("?")[0]}?at=${encodeURIComponent(at ?? "")}`);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, requestConfig } = (event as CustomEvent<{ successful: boolean; requestConfig: { triggeringEvent?: Event } }>).detail;
    const isTyped = requestConfig.triggeringEvent?.type === "input"; // the old words stay in view until somebody is through
    if (successful && !isTyped && event.target instanceof Element) event.target.closest(".words-row")?.querySelector(".outdated")?.remove();
  });
  on("change", "[data-insert-into]", (choice) => {
    const select = choice as HTMLSelectElement;
    const field = document.getElementById(select.dataset["insertInto"] ?? "");
    if (select.value && (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) insert(field, select.value);
    select.value = "";
  });
}

/** Puts text where the cursor is and tells the form that something was typed. */
export function insert(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
