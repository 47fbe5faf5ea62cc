import { isTyping } from "./events";

/** Keys of a page: an element marked `data-shortcut="d"` is opened, entered or pressed by d, and says so to screen readers. */
export function startShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (!/^[a-z]$/.test(event.key)) return;
    const target = document.querySelector<HTMLElement>(`[data-shortcut="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    press(target);
  });
}

function press(target: HTMLElement): void {
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView({ block: "nearest" });
    target.querySelector<HTMLElement>("select, textarea, input:not([type=hidden])")?.focus();
  } else if (target.matches("select, textarea, input")) {
    target.focus();
  } else {
    target.click();
  }
}
