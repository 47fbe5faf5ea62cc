import { on, onContent } from "./events";

/** Small manners of forms: submit on change, no double submit, select every row, filters that close. */
export function startForms(): void {
  on("change", "[data-autosubmit] select, select[data-autosubmit]", (field) => {
    (field as HTMLSelectElement).form?.requestSubmit();
  });
  on<SubmitEvent>("submit", "form:not([method=get]):not([hx-post]):not([data-repeatable])", (form, event) => {
    if (form.dataset["sent"] !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLElement>("form[data-sent]")) delete form.dataset["sent"];
    for (const busy of document.querySelectorAll("[aria-busy=true]")) busy.removeAttribute("aria-busy");
  });
  on("change", "select", (choice) => showFitting((choice as HTMLSelectElement).form ?? document));
  onContent(showFitting);
  on("change", "[data-pick-all]", (all) => {
    const scope = all.closest("table, form") ?? document;
    for (const box of scope.querySelectorAll<HTMLInputElement>("[data-pick]")) box.checked = (all as HTMLInputElement).checked;
  });
  on("change", "[data-pick], [data-pick-all]", (box) => showBulk(box.closest("form") ?? document));
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.filter[open]")) {
      if (!(event.target instanceof Node && open.contains(event.target))) open.open = false;
    }
  });
  on("click", "[data-print]", () => print());
  on("click", "[data-copy]", (button) => void navigator.clipboard.writeText(button.dataset["copy"] ?? ""));
}

/** A field that belongs to one choice of another (`data-only-for="kind=kiosk"`) stands there while that is chosen. */
function showFitting(part: ParentNode): void {
  for (const field of part.querySelectorAll<HTMLInputElement>("[data-only-for]")) {
    const [name = "", value] = (field.dataset["onlyFor"] ?? "").split("=");
    const choice = field.form?.elements.namedItem(name);
    const whole = field.closest<HTMLElement>(".field");
    if (whole && choice instanceof HTMLSelectElement) whole.hidden = choice.value !== value;
  }
}

function showBulk(scope: ParentNode): void {
  const picked = scope.querySelectorAll("[data-pick]:checked").length;
  for (const bar of scope.querySelectorAll<HTMLElement>(".bulk")) bar.hidden = picked === 0;
  for (const count of scope.querySelectorAll("[data-picked-count]")) count.textContent = String(picked);
}
