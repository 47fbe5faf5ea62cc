import { on } from "./events";
import { remember } from "./theme";

const phone = "(max-width: 48rem)";

/** True where a word's pages appear in a flyout or sheet rather than in the rail itself. */
function fliesOut(): boolean {
  return matchMedia(phone).matches || document.documentElement.dataset["rail"] === "icons";
}

export function startRail(): void {
  on("click", "[data-fold-rail]", (button) => {
    const root = document.documentElement;
    const folded = root.dataset["rail"] === "icons";
    if (folded) delete root.dataset["rail"];
    else root.dataset["rail"] = "icons";
    button.setAttribute("aria-pressed", String(!folded));
    remember("candor.rail", folded ? "" : "icons");
    closeFlyouts();
  });
  on("click", ".word > summary", (summary, event) => {
    if (!fliesOut()) return;
    event.preventDefault();
    const word = summary.parentElement as HTMLDetailsElement;
    const wasShown = word.hasAttribute("data-touched");
    closeFlyouts();
    if (wasShown) return;
    word.open = true;
    word.dataset["touched"] = "";
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && !event.target.closest(".word")) closeFlyouts();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeFlyouts();
  });
}

function closeFlyouts(): void {
  for (const word of document.querySelectorAll<HTMLDetailsElement>(".word[data-touched]")) {
    delete word.dataset["touched"];
    if (!word.hasAttribute("data-current")) word.open = false;
  }
}
