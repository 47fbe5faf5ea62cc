import { beforeEach, expect, test, vi } from "vitest";
import { insert, startDrafts } from "../behaviours/drafts";
import { send } from "../behaviours/design";

startDrafts();
beforeEach(() => {
  document.body.innerHTML = `
    <div data-draft><form><input name="revision" value="1"></form><form><input name="revision" value="1"></form></div>
    <form id="place-form"><input name="key" data-moved><input name="page" data-into><input name="place" data-place></form>
    <textarea id="words">Why ?</textarea>
    <select data-insert-into="words"><option value=""></option><option value="{nps}">nps</option></select>`;
});

test("every form learns the revision that was saved last", () => {
  document.body.dispatchEvent(new CustomEvent("draft-saved", { bubbles: true, detail: { revision: 7, at: "nps" } }));
  const values = [...document.querySelectorAll<HTMLInputElement>("input[name=revision]")].map((field) => field.value);
  expect(values).toEqual(["7", "7"]);
});

test("an earlier answer goes where the cursor is, and the form hears of it", () => {
  const field = document.querySelector("textarea")!;
  const heard = vi.fn();
  document.body.addEventListener("input", heard);
  field.setSelectionRange(4, 4);
  insert(field, "{nps}");
  expect(field.value).toBe("Why {nps}?");
  expect(heard).toHaveBeenCalledOnce();
});

test("choosing an earlier question puts it into the text and empties the choice", () => {
  const choice = document.querySelector("select")!;
  choice.value = "{nps}";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  expect(document.querySelector("textarea")!.value).toContain("{nps}");
  expect(choice.value).toBe("");
});

test("what was dropped is told with its new place", () => {
  const form = document.getElementById("place-form") as HTMLFormElement;
  form.requestSubmit = vi.fn();
  const item = Object.assign(document.createElement("li"), {});
  item.dataset["point"] = "nps";
  const list = document.createElement("ol");
  list.dataset["into"] = "1";
  send(item, list, 3);
  expect([...new FormData(form).entries()]).toEqual([["key", "nps"], ["page", "1"], ["place", "3"]]);
  expect(form.requestSubmit).toHaveBeenCalledOnce();
});
