import "survey-core/survey-core.fontless.min.css";
import "../styles/survey.css";
import { Model, surveyLocalization } from "survey-core";
import { renderSurvey } from "survey-js-ui";
import { nameLabels, takeFiles, withoutNewFiles } from "./files";
import { hidden, Refused, send } from "./send";

type Data = Record<string, unknown>;
const PAUSE = 700; // milliseconds after the last change before a part is kept

/** Puts SurveyJS in the place of the form of a longer survey. The form stays what browsers without scripts use. */
export async function showSurvey(holder: HTMLElement, form: HTMLFormElement): Promise<void> {
  await speak(document.documentElement.lang);
  const definition = read("definition");
  surveyLocalization.defaultLocale = String(definition["locale"] ?? "en"); // what a text without a language is written in
  const model = new Model(definition);
  model.locale = document.documentElement.lang;
  model.data = read("answers");
  model.showTitle = false;
  model.questionErrorLocation = "bottom";
  model.focusFirstQuestionAutomatic = false;
  model.widthMode = "static";
  model.width = "100%";
  model.cookieName = "";
  model.showProgressBar = model.visiblePageCount > 1;
  for (const question of model.getAllQuestions()) {
    if (question.getType() === "matrix") question["displayMode"] = "list"; // the same for everybody, and no point out of sight
    if (question.getType() !== "rating") continue;
    question["displayMode"] = "buttons"; // on a phone, too
    question["rateDescriptionLocation"] = "bottom"; // beside the steps the words would break a scale apart
  }
  takeFiles(model);
  keep(model, form);
  const header = form.querySelector("header");
  header?.querySelector("[data-steps-note]")?.remove();
  if (header) holder.append(header);
  form.remove(); // what it carries is still read from it
  holder.hidden = false;
  holder.classList.add("survey");
  const asked = model.getQuestionByName(new URLSearchParams(location.search).get("at") ?? "");
  if (asked?.page) model.currentPage = asked.page;
  const place = document.createElement("div");
  holder.append(place);
  if (model.getAllQuestions().some((question) => question.getType() === "file")) nameLabels(place);
  renderSurvey(model, place);
}

function read(id: string): Data {
  return JSON.parse(document.getElementById(id)?.textContent ?? "{}") as Data;
}

/** Sends the answers so far a moment after each change, and all of them at the end; what can't be sent is said and tried again. */
function keep(model: Model, form: HTMLFormElement): void {
  const status = form.querySelector<HTMLElement>("[data-status]");
  const keepsParts = form.dataset["kept"] !== undefined;
  const answer = (finished: boolean) => ({
    secret: hidden(form, "secret"),
    opened: hidden(form, "opened"),
    lang: document.documentElement.lang,
    data: finished ? (model.data as Data) : withoutNewFiles(model),
    finished,
  });
  let timer = 0;
  let last: Promise<void> = Promise.resolve();
  const part = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      last = last.then(() => send(form.action, answer(false))).catch(() => undefined); // the end sends everything once more
    }, PAUSE);
  };
  if (keepsParts) {
    model.onValueChanged.add(part);
    model.onCurrentPageChanged.add(part);
  }
  model.onComplete.add((_, options) => {
    clearTimeout(timer);
    options.showSaveInProgress();
    last
      .then(() => send(form.action, answer(true)))
      .then(
        () => options.clearSaveMessages(),
        (error: unknown) => {
          if (error instanceof Refused && error.faults.length) return goBack(model, error);
          options.showSaveError(error instanceof Refused ? error.message : (status?.dataset["offlineWords"] ?? ""));
        },
      );
  });
}

/** The server found something: back to the question concerned. */
function goBack(model: Model, refused: Refused): void {
  model.clear(false, true);
  for (const fault of refused.faults) model.getQuestionByName(fault.field)?.addError(fault.expected);
  const first = refused.faults.map((fault) => model.getQuestionByName(fault.field)).find(Boolean);
  first?.focus(true);
}

const LANGUAGES: Record<string, () => Promise<unknown>> = {
  ar: () => import("survey-core/i18n/arabic"),
  de: () => import("survey-core/i18n/german"),
  es: () => import("survey-core/i18n/spanish"),
  fr: () => import("survey-core/i18n/french"),
  it: () => import("survey-core/i18n/italian"),
  nl: () => import("survey-core/i18n/dutch"),
  pl: () => import("survey-core/i18n/polish"),
  pt: () => import("survey-core/i18n/portuguese"),
  tr: () => import("survey-core/i18n/turkish"),
};

async function speak(language: string): Promise<void> {
  await LANGUAGES[language.split("-")[0] ?? ""]?.();
  const arabic = (surveyLocalization.locales as Record<string, Record<string, string>>)["ar"];
  if (arabic) arabic["progressText"] = "صفحة {0} من {1}"; // theirs is written as if it ran from left to right
}
