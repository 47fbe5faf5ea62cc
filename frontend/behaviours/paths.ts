import { onContent } from "./events";

/** A graph wider than the screen opens at its middle, where the journey begins. */
export function startPaths(): void {
  onContent((part) => {
    for (const wrap of part.querySelectorAll<HTMLElement>(".path-wrap")) centre(wrap);
  });
}

export function centre(wrap: HTMLElement): void {
  wrap.scrollLeft = Math.max(0, (wrap.scrollWidth - wrap.clientWidth) / 2);
}
