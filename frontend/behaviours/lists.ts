import { isTyping } from "./events";

/** Keys in lists marked `data-list`: j and k move, Enter opens, e runs the row's `data-key-e`, x picks, ? shows help. */
export function startLists(): void {
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      const help = document.getElementById("keys");
      if (help instanceof HTMLDialogElement) help.showModal();
      return;
    }
    const list = document.querySelector<HTMLElement>("[data-list]");
    if (list && pressInList(list, event)) event.preventDefault();
  });
}

function pressInList(list: HTMLElement, event: KeyboardEvent): boolean {
  const rows = rowsOf(list);
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  switch (event.key) {
    case "j":
      return choose(rows, Math.min(at + 1, rows.length - 1));
    case "k":
      return choose(rows, Math.max(at - 1, 0));
    case "Enter":
      if (event.target instanceof Element && event.target.closest("a, button, summary")) return false;
      return press(rows[at], "[data-key-enter], a[href]");
    case "e":
      return press(rows[at], "[data-key-e]");
    case "x":
      return press(rows[at], "[data-pick]");
    default:
      return false;
  }
}

/** The rows that keys move over: marked `data-item`, else the table's body rows, else the list's items. */
export function rowsOf(list: HTMLElement): HTMLElement[] {
  for (const selector of ["[data-item]", "tbody tr:not(.tier)", ":scope > li"]) {
    const rows = [...list.querySelectorAll<HTMLElement>(selector)];
    if (rows.length) return rows;
  }
  return [];
}

function choose(rows: HTMLElement[], to: number): boolean {
  const row = rows[to];
  if (!row) return false;
  for (const other of rows) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function press(row: HTMLElement | undefined, selector: string): boolean {
  const target = row?.querySelector<HTMLElement>(selector);
  target?.click();
  return target !== undefined && target !== null;
}
