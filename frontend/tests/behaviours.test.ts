import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileSize } from "../behaviours/drops";
import { startForms } from "../behaviours/forms";
import { startLists } from "../behaviours/lists";
import { matchRank, startPalette } from "../behaviours/palette";
import { centre } from "../behaviours/paths";
import { startShortcuts } from "../behaviours/shortcuts";
import { chooseTheme, currentMode, onModeChange, startTheme } from "../behaviours/theme";
import { startToasts } from "../behaviours/toasts";

const key = (name: string, target: EventTarget = document, options: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...options }));

startLists();
startShortcuts();
startForms();
startTheme();
startToasts();

describe("the palette", () => {
  it("puts a page whose name begins with the query first, and leaves out what does not match", () => {
    const ranks = ["Complaints Listen", "Open complaints Listen", "Scores Measure"].map((text) => matchRank(text, "compl"));
    expect(ranks).toEqual([4, 3, 0]);
    expect(matchRank("Open complaints Listen", "listen open")).toBe(1);
  });

  it("opens by Ctrl-K, filters and follows the first page by Enter", () => {
    document.body.innerHTML = `<dialog id="palette"><input><ul role="listbox">
      <li role="option" id="a" data-words="Scores Measure"><a href="#scores">Scores</a></li>
      <li role="option" id="b" data-words="Themes Understand"><a href="#themes">Themes</a></li></ul></dialog>`;
    startPalette();
    key("k", document, { ctrlKey: true });
    const dialog = document.querySelector("dialog")!;
    expect(dialog.open).toBe(true);
    const input = document.querySelector("input")!;
    input.value = "them";
    input.dispatchEvent(new Event("input"));
    expect(document.querySelector<HTMLElement>("#a")!.hidden).toBe(true);
    const followed = vi.fn((event: Event) => event.preventDefault());
    document.querySelector("#b a")!.addEventListener("click", followed);
    key("Enter", input);
    expect(followed).toHaveBeenCalledOnce();
  });
});

describe("keys of a page", () => {
  it("press a button, open a form at its first field, and leave those who type alone", () => {
    document.body.innerHTML = `<button data-shortcut="a">Known</button><details data-shortcut="d"><summary>Decide</summary>
      <input type="hidden"><select id="outcome"></select></details><input id="box">`;
    const pressed = vi.fn();
    document.querySelector("button")!.addEventListener("click", pressed);
    key("a");
    key("d", document.body, { ctrlKey: true });
    expect(pressed).toHaveBeenCalledOnce();
    expect(document.querySelector("details")!.open).toBe(false);
    key("d");
    expect(document.querySelector("details")!.open).toBe(true);
    expect(document.activeElement!.id).toBe("outcome");
    key("a", document.getElementById("box")!);
    expect(pressed).toHaveBeenCalledOnce();
  });
});

describe("keys in a list", () => {
  beforeEach(() => {
    document.body.innerHTML = `<input id="box"><table data-list><tbody>
      <tr class="tier"><th>Tier</th></tr>
      <tr id="one"><td><input type="checkbox" data-pick><a href="#one">One</a></td></tr>
      <tr id="two"><td><a href="#two">Two</a><button data-key-e>Close</button></td></tr></tbody></table>`;
  });
  const current = () => document.querySelector("[aria-current=true]")?.id;

  it("j and k move over rows, not over tier headings, and stop at the ends", () => {
    key("j");
    expect(current()).toBe("one");
    key("j");
    key("j");
    expect(current()).toBe("two");
    key("k");
    key("k");
    expect(current()).toBe("one");
  });

  it("Enter opens, e does the usual thing, x picks", () => {
    const seen: string[] = [];
    document.body.onclick = (event) => {
      event.preventDefault();
      seen.push((event.target as HTMLElement).tagName);
    };
    key("j");
    key("Enter");
    key("x");
    key("j");
    key("e");
    expect(seen).toEqual(["A", "INPUT", "BUTTON"]);
    document.body.onclick = null;
  });

  it("leaves letters alone while somebody types", () => {
    key("j", document.getElementById("box")!);
    expect(current()).toBeUndefined();
  });
});

describe("the theme", () => {
  afterEach(() => chooseTheme(""));

  it("is stored, marked on the page and on its button, and told to charts", () => {
    document.body.innerHTML = `<button data-set-theme="dark"></button><button data-set-theme=""></button>`;
    const told: string[] = [];
    onModeChange((mode) => told.push(mode));
    document.querySelector<HTMLElement>("[data-set-theme=dark]")!.click();
    expect(currentMode()).toBe("dark");
    expect(localStorage.getItem("candor.theme")).toBe("dark");
    expect(document.querySelector("[data-set-theme=dark]")!.getAttribute("aria-pressed")).toBe("true");
    expect(told).toEqual(["dark"]);
    chooseTheme("");
    expect(localStorage.getItem("candor.theme")).toBeNull();
    expect(document.documentElement.dataset["theme"]).toBeUndefined();
  });
});

describe("forms", () => {
  it("refuses a second submit of the same form", () => {
    document.body.innerHTML = `<form method="post"><button>Save</button></form>`;
    const form = document.querySelector("form")!;
    const submit = () => form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    expect(submit()).toBe(true);
    expect(submit()).toBe(false);
  });

  it("shows a field only while the choice that it belongs to is chosen", () => {
    document.body.innerHTML = `<form><select name="kind"><option value="open">Open</option><option value="kiosk">Kiosk</option></select>
      <div class="field"><input data-only-for="kind=kiosk"></div><div class="field"><input></div></form>`;
    const shown = () => [...document.querySelectorAll<HTMLElement>(".field")].map((field) => !field.hidden);
    const kind = document.querySelector("select")!;
    const choose = (value: string) => {
      kind.value = value;
      kind.dispatchEvent(new Event("change", { bubbles: true }));
      return shown();
    };
    expect(choose("open")).toEqual([false, true]);
    expect(choose("kiosk")).toEqual([true, true]);
  });

  it("shows the bulk bar with the count of what is picked", () => {
    document.body.innerHTML = `<form><div class="bulk" hidden><b data-picked-count></b></div>
      <input type="checkbox" data-pick-all><input type="checkbox" data-pick><input type="checkbox" data-pick></form>`;
    const all = document.querySelector<HTMLInputElement>("[data-pick-all]")!;
    all.checked = true;
    all.dispatchEvent(new Event("change", { bubbles: true }));
    expect(document.querySelector<HTMLElement>(".bulk")!.hidden).toBe(false);
    expect(document.querySelector("[data-picked-count]")!.textContent).toBe("2");
  });
});

describe("toasts", () => {
  it("says a server's words as text, never as markup", () => {
    document.body.innerHTML = `<div id="toasts"></div><template data-plain-toast><div class="toast"><p></p></div></template>`;
    document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text: "<img src=x>" } }));
    expect(document.querySelector("#toasts p")!.textContent).toBe("<img src=x>");
    expect(document.querySelector("#toasts img")).toBeNull();
  });

  it("lets HTMX swap an error that the server retargeted, and only that", () => {
    const ask = (header: string | null) => {
      const detail = { xhr: { status: 409, getResponseHeader: () => header }, shouldSwap: false, isError: true };
      document.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail }));
      return detail.shouldSwap;
    };
    expect(ask("#toasts")).toBe(true);
    expect(ask(null)).toBe(false);
  });
});

describe("file sizes", () => {
  it("are said as people say them", () => {
    expect([812, 3400, 12_345_678, 2_000_000_000].map(fileSize)).toEqual(["812 B", "3.4 kB", "12 MB", "2 GB"]);
  });
});

describe("the graph of paths", () => {
  it("opens at its middle where it is wider than the screen, and stays where it is not", () => {
    const opened = (scrollWidth: number) => {
      const wrap = document.createElement("div");
      Object.defineProperties(wrap, { scrollWidth: { value: scrollWidth }, clientWidth: { value: 300 } });
      centre(wrap);
      return wrap.scrollLeft;
    };
    expect([opened(900), opened(200)]).toEqual([300, 0]);
  });
});
