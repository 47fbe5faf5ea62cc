import { on } from "./events";

export type Mode = "light" | "dark";

let onPaper = false;

/** The mode that is on the screen: the stored choice, else the system's; paper is light. */
export function currentMode(): Mode {
  if (onPaper) return "light";
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back whenever the mode on the screen may have changed. */
export function onModeChange(run: (mode: Mode) => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => run(currentMode()));
  document.addEventListener("candor:theme", () => run(currentMode()));
  for (const [event, paper] of [["beforeprint", true], ["afterprint", false]] as const) {
    addEventListener(event, () => {
      onPaper = paper;
      run(currentMode());
    });
  }
}

export function chooseTheme(choice: string): void {
  const root = document.documentElement;
  if (choice === "light" || choice === "dark") root.dataset["theme"] = choice;
  else delete root.dataset["theme"];
  remember("candor.theme", choice);
  markChoice();
  document.dispatchEvent(new CustomEvent("candor:theme"));
}

/** Stores a preference of this browser; without storage it lasts as long as the page. */
export function remember(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    /* Storage may be forbidden. */
  }
}

function markChoice(): void {
  const chosen = document.documentElement.dataset["theme"] ?? "";
  for (const button of document.querySelectorAll<HTMLElement>("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset["setTheme"] === chosen));
  }
}

export function startTheme(): void {
  on("click", "[data-set-theme]", (button) => chooseTheme(button.dataset["setTheme"] ?? ""));
  markChoice();
}
