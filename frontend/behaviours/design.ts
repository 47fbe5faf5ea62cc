import { on, onContent } from "./events";

const directions: Record<string, string> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** Editors of things in an order (a journey's touchpoints, a survey's questions): handles move by arrow keys and by dragging, Ctrl+Z undoes; each is a form that is sent. */
export function startDesign(): void {
  on<KeyboardEvent>("keydown", "[data-handle]", (handle, event) => {
    const direction = directions[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const button = handle.closest("[data-point]")?.querySelector<HTMLButtonElement>(`[name=direction][value=${direction}]`);
    if (button && !button.disabled) button.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (event.target instanceof Element && event.target.matches("input, textarea, select")) return;
    const undo = document.querySelector<HTMLButtonElement>("[data-undo]:not(:disabled)");
    if (!undo) return;
    event.preventDefault();
    undo.click();
  });
  onContent((part) => {
    const lists = [...part.querySelectorAll<HTMLElement>("[data-points]")];
    if (lists.length) void letDrag(lists);
  });
}

async function letDrag(lists: HTMLElement[]): Promise<void> {
  const { default: Sortable } = await import("sortablejs");
  for (const list of lists) {
    Sortable.create(list, {
      group: list.dataset["group"] ?? "points",
      handle: "[data-handle]",
      draggable: "[data-point]",
      forceFallback: true, // the handle is a button, which not every browser lets be dragged by itself
      fallbackTolerance: 4,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onEnd: ({ item, to, newDraggableIndex }) => send(item, to, newDraggableIndex ?? 0),
    });
  }
}

/** Where it was dropped, to the server; its answer is the board as it is then. */
export function send(item: HTMLElement, to: HTMLElement, place: number): void {
  const form = document.getElementById("place-form");
  if (!(form instanceof HTMLFormElement)) return;
  const values = { moved: item.dataset["point"], into: to.dataset["into"], place: String(place) };
  for (const [part, value] of Object.entries(values)) {
    const field = form.querySelector<HTMLInputElement>(`[data-${part}]`);
    if (field) field.value = value ?? "";
  }
  form.requestSubmit();
}
