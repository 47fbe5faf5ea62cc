/** Listens once on the document for events inside elements that match, whether they are there now or swapped in later. */
export function on<E extends Event = Event>(
  type: string,
  selector: string,
  handle: (element: HTMLElement, event: E) => void,
  options: AddEventListenerOptions = {},
): void {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
      if (element) handle(element, event as E);
    },
    options,
  );
}

/** Runs now and after every HTMX swap, on the swapped part. */
export function onContent(run: (part: ParentNode) => void): void {
  run(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.target instanceof Element && event.target !== document.body) run(event.target);
  });
}

/** Whether a key press belongs to somebody who types, not to our shortcuts. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.isComposing ||
    (target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), select, textarea")))
  );
}
