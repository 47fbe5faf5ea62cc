import { hidden, send } from "./send";

const LONG_ENOUGH = 2_000; // milliseconds before somebody's eyes
const SIGNS = ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"] as const;

/**
 * A score that a link in a mail named is kept without a further tap, once there is a sign of a person: a movement, a key, a touch, or the
 * page seen and in focus for two seconds. Machines that look into mails open every link and show none of these, and the server keeps
 * nothing for an opened page. See docs/decisions/0017.
 */
export function startScore(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-score]");
  if (!form || navigator.webdriver) return;
  let isKept = false;
  let seen = 0;
  const keep = (): void => {
    if (isKept) return;
    isKept = true;
    stop();
    const status = form.querySelector<HTMLElement>("[data-status]");
    const data = picked(form);
    if (!data) return;
    const answer = { secret: hidden(form, "secret"), opened: hidden(form, "opened"), lang: hidden(form, "lang"), data, finished: false, unconfirmed: true };
    send(form.action, answer).then(
      () => {
        if (status) {
          status.textContent = status.dataset["keptWords"] ?? "";
          status.hidden = false;
        }
      },
      () => undefined, // the button below still sends it
    );
  };
  const sign = (event: Event): void => {
    if (event.isTrusted) keep();
  };
  const timer = setInterval(() => {
    seen = document.visibilityState === "visible" && document.hasFocus() ? seen + 250 : 0;
    if (seen >= LONG_ENOUGH) keep();
  }, 250);
  const stop = (): void => {
    clearInterval(timer);
    for (const name of SIGNS) removeEventListener(name, sign);
  };
  for (const name of SIGNS) addEventListener(name, sign, { passive: true });
  form.addEventListener("submit", stop);
}

/** Of one question what is chosen now; of a longer survey, whose form SurveyJS replaces, what the link named. */
function picked(form: HTMLFormElement): Record<string, unknown> | undefined {
  if (form.dataset["score"]) return JSON.parse(form.dataset["score"]) as Record<string, unknown>;
  const field = form.querySelector<HTMLInputElement>(".given input[type=radio]:checked");
  return field ? { [field.name.replace(/^q:/, "")]: valueOf(field.value) } : undefined;
}

function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
