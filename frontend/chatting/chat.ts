interface Pieces {
  html: string;
  last: number;
  state: string;
}

const SOONEST = 2_000; // milliseconds between two looks for news
const LATEST = 20_000;

/** Sends without loading the page anew, and looks for news: often after something happened, seldom after a while or in a hidden tab. */
export function startChat(main: HTMLElement): void {
  const log = main.querySelector<HTMLElement>("[role=log]")!;
  const scroll = main.querySelector<HTMLElement>("[data-scroll]")!;
  const state = main.querySelector<HTMLElement>("[data-state]")!;
  const notice = main.querySelector<HTMLElement>("[data-notice]")!;
  let last = Number(main.dataset["last"]);
  let wait = SOONEST;
  let timer = 0;

  function show(pieces: Pieces): void {
    const isNews = pieces.last > last;
    last = Math.max(last, pieces.last);
    if (isNews) {
      const added = document.createElement("template");
      added.innerHTML = pieces.html;
      for (const line of added.content.querySelectorAll<HTMLElement>("[data-line]")) {
        if (!log.querySelector(`[data-line="${line.dataset["line"]}"]`)) log.append(line);
      }
      tellLocalTimes(log);
    }
    const isInUse = state.contains(document.activeElement) || state.querySelector("details[open]");
    if (!isInUse && state.innerHTML.trim() !== pieces.state.trim()) state.innerHTML = pieces.state;
    if (isNews) {
      wait = SOONEST;
      scrollToEnd();
    }
  }

  function scrollToEnd(): void {
    scroll.scrollTo({ top: scroll.scrollHeight });
  }

  function tell(words: string): void {
    notice.textContent = words;
    notice.hidden = !words;
  }

  async function look(): Promise<void> {
    wait = Math.min(wait * 1.3, LATEST);
    try {
      const answer = await fetch(`${main.dataset["news"]}?after=${last}`, { credentials: "omit", headers: { Accept: "application/json" } });
      if (answer.ok) show((await answer.json()) as Pieces);
      else wait = LATEST;
    } catch {
      wait = LATEST;
    }
    plan();
  }

  function plan(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), document.hidden ? LATEST : wait);
  }

  async function send(form: HTMLFormElement, pressed: HTMLElement | null): Promise<void> {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form, pressed)) data.append(name, String(value));
    data.append("after", String(last));
    const isSaying = form.matches("[data-say]");
    if (isSaying) data.append("key", keyOf(form));
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: data, credentials: "omit", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(await answer.text());
      const pieces = (await answer.json()) as Pieces;
      tell("");
      if (isSaying) {
        form.reset();
        delete form.dataset["key"];
        form.querySelector("textarea")?.focus();
      } else {
        settle(form);
      }
      show(pieces);
    } catch (error) {
      tell(error instanceof TypeError || !(error instanceof Error) ? main.dataset["trouble"]! : error.message || main.dataset["trouble"]!);
    }
    form.removeAttribute("aria-busy");
    wait = SOONEST;
    plan();
  }

  /** What was pressed has had its effect: focus must not be lost with the form that goes. */
  function settle(form: HTMLFormElement): void {
    if (state.contains(form)) {
      state.querySelectorAll("details").forEach((details) => (details.open = false));
      main.querySelector<HTMLElement>("#text")?.focus();
    } else if (form.classList.contains("rating")) {
      const pressed = form.querySelector<HTMLElement>("button:focus");
      form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));
    }
  }

  /** The same for the same words, so that sending again after a lost answer is one message. */
  function keyOf(form: HTMLFormElement): string {
    form.dataset["key"] ??= Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return form.dataset["key"]!;
  }

  main.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") void send(form, event.submitter);
  });
  main.querySelector("textarea#text")?.addEventListener("keydown", (event) => {
    const { key, shiftKey, isComposing } = event as KeyboardEvent;
    if (key !== "Enter" || shiftKey || isComposing) return;
    event.preventDefault();
    const form = (event.target as HTMLTextAreaElement).form!;
    if (form.reportValidity()) form.requestSubmit(form.querySelector<HTMLButtonElement>("button.primary"));
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
  tellLocalTimes(log);
  scrollToEnd();
  plan();
}

/** The server says its own time; the visitor's clock may stand elsewhere. */
function tellLocalTimes(log: HTMLElement): void {
  for (const time of log.querySelectorAll<HTMLTimeElement>("time:not([data-local])")) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
    time.dataset["local"] = "";
  }
}
