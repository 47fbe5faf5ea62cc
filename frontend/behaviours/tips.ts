import { on } from "./events";

const patience = 350; // ms of hovering before a tip opens, so that passing over a page opens none

/** Method tips are popovers that a button opens; hovering opens them too, and leaving closes them. */
export function startTips(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tipOf = (button: HTMLElement) => document.getElementById(button.getAttribute("popovertarget") ?? "");

  on<PointerEvent>("pointerover", ".how-button", (button, event) => {
    if (event.pointerType !== "mouse") return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const tip = tipOf(button);
      if (tip && !tip.matches(":popover-open")) tip.showPopover({ source: button });
    }, patience);
  });
  on<PointerEvent>("pointerout", ".how-button, .tip", (from, event) => {
    if (event.pointerType !== "mouse") return;
    clearTimeout(timer);
    const tip = from.matches(".tip") ? from : tipOf(from);
    const inside = () => tip?.matches(":hover") || document.querySelector(`[popovertarget="${tip?.id ?? ""}"]:hover`);
    timer = setTimeout(() => {
      if (tip?.matches(":popover-open") && !inside()) tip.hidePopover();
    }, patience);
  });
}
