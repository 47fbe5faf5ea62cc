import { hidden, newSecret, Refused, send, type Answer } from "./send";

const QUEUE = "candor.kiosk.";
const LEFT_AFTER = 60_000; // milliseconds without a touch before what somebody began is cleared
const TRY_AGAIN = 15_000;

/**
 * On a kiosk one person follows the other: the page begins anew after each, clears what somebody left, and keeps answers on the device
 * while there is no connection. Each answer has a secret of its own, so that sending it twice is one answer.
 */
export function startKiosk(): void {
  const seconds = document.body.dataset["kiosk"];
  if (seconds === undefined) return;
  void flush();
  setInterval(() => void flush(), TRY_AGAIN);
  addEventListener("online", () => void flush());
  const form = document.querySelector<HTMLFormElement>("form");
  if (!form) return;
  let left = 0;
  const touched = (): void => {
    clearTimeout(left);
    left = window.setTimeout(() => navigator.onLine && location.replace(form.action), LEFT_AFTER);
  };
  addEventListener("pointerdown", touched);
  addEventListener("keydown", touched);
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return; // the server answers with the next step or the thanks
    event.preventDefault();
    const pressed = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    remember(form, collected(form, pressed));
    thank(form, Number(seconds));
  });
}

function collected(form: HTMLFormElement, pressed: HTMLButtonElement | null): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of new FormData(form, pressed)) {
    if (!name.startsWith("q:") || typeof value !== "string" || !value) continue;
    data[name.slice(2)] = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  return data;
}

function remember(form: HTMLFormElement, data: Record<string, unknown>): void {
  const secret = newSecret();
  const answer: Answer = { secret, opened: hidden(form, "opened"), lang: document.documentElement.lang, data, finished: true };
  localStorage.setItem(QUEUE + secret, JSON.stringify({ address: form.action, answer }));
}

/** Without a connection the page itself can't be fetched anew, so the thanks stand in its place and it is cleared by hand. */
function thank(form: HTMLFormElement, seconds: number): void {
  const status = form.querySelector<HTMLElement>("[data-status]");
  const fields = form.querySelectorAll<HTMLElement>(".field, .actions");
  for (const field of fields) field.hidden = true;
  if (status) {
    status.textContent = `${status.dataset["thanksWords"] ?? ""}. ${status.dataset["offlineWords"] ?? ""}`;
    status.hidden = false;
  }
  setTimeout(() => {
    form.reset();
    for (const field of fields) field.hidden = false;
    if (status) status.hidden = true;
  }, seconds * 1000);
}

async function flush(): Promise<void> {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(QUEUE))) {
    const { address, answer } = JSON.parse(localStorage.getItem(key) ?? "{}") as { address: string; answer: Answer };
    try {
      await send(address, answer);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 429 || error.status >= 500) return; // later
    }
    localStorage.removeItem(key);
  }
}
