// Walks definitions with the real survey-core: [[definition, answers], …] in; of each the pages passed, the state in the end, and its complaints out.
const { SurveyModel } = require(process.argv[2]);
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.warn = console.error = () => {};

function leave(survey) {
  try {
    return survey.isLastPage ? survey.completeLastPage() : survey.nextPage();
  } catch (error) {
    if (!String(error).includes("rootElement")) throw error; // it looks for a page to set the focus on
    return false;
  }
}

function walk([definition, answers]) {
  const survey = new SurveyModel(definition);
  survey.focusOnFirstError = false;
  const pages = [];
  while (survey.state === "running" && pages.length < 50) {
    const page = survey.currentPage;
    pages.push(page.name);
    const open = () => page.questions.find((one) => one.isVisible && !one.isReadOnly && one.isEmpty() && answers[one.name] != null);
    for (let one = open(); one && survey.currentPage === page; one = open()) one.value = answers[one.name];
    if (survey.currentPage === page && !leave(survey)) return { pages, state: "stuck", errors: survey.jsonErrors ?? [] };
  }
  return { pages, state: survey.state, errors: survey.jsonErrors ?? [] };
}

process.stdout.write(
  JSON.stringify(
    cases.map((one) => {
      try {
        return walk(one);
      } catch {
        return { state: "threw" };
      }
    }),
  ),
);
