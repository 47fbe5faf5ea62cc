import { isTyping } from "./events";

interface Entry {
  item: HTMLElement;
  text: string;
}

/** Ranks how well a page's words answer the query: 0 is no match, more is better. */
export function matchRank(text: string, query: string): number {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return 1;
  const words = text.toLowerCase();
  if (words.startsWith(wanted)) return 4;
  if (words.includes(` ${wanted}`)) return 3;
  if (words.includes(wanted)) return 2;
  return wanted.split(/\s+/).every((part) => words.includes(part)) ? 1 : 0;
}

export function startPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#palette");
  const input = dialog?.querySelector<HTMLInputElement>("input");
  const list = dialog?.querySelector<HTMLElement>("[role=listbox]");
  if (!dialog || !input || !list) return;

  const entries: Entry[] = [...list.querySelectorAll<HTMLElement>("[data-words]")].map((item) => ({
    item,
    text: item.dataset["words"] ?? "",
  }));
  const search = list.querySelector<HTMLElement>("[data-search]");
  const shown = () => [...list.querySelectorAll<HTMLElement>("[role=option]:not([hidden])")];

  const select = (option: HTMLElement | undefined) => {
    for (const other of list.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const filter = () => {
    const ranked = entries
      .map((entry, place) => ({ ...entry, place, rank: matchRank(entry.text, input.value) }))
      .sort((a, b) => b.rank - a.rank || a.place - b.place);
    for (const { item, rank } of ranked) {
      item.hidden = rank === 0;
      list.append(item);
    }
    if (search) {
      search.hidden = !input.value.trim();
      const words = search.querySelector("[data-query]");
      const link = search.querySelector<HTMLAnchorElement>("a");
      if (words) words.textContent = input.value.trim();
      if (link) link.href = `${link.dataset["base"] ?? ""}?q=${encodeURIComponent(input.value.trim())}`;
      list.append(search);
    }
    select(shown()[0]);
  };

  const open = () => {
    if (dialog.open) return;
    input.value = "";
    filter();
    dialog.showModal();
    input.focus();
  };

  const move = (step: number) => {
    const options = shown();
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    select(options[(at + step + options.length) % options.length]);
  };

  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.querySelector<HTMLElement>("[aria-selected=true] a")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-open-palette]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !isTyping(event)) {
      event.preventDefault();
      open();
    }
  });
}
