// Judges conditions with the real survey-core: [[text, answers], …] on standard input, true | false | "unreadable" | "threw" out.
const { ConditionRunner, ConditionsParser } = require(process.argv[2]);
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.warn = console.error = () => {};
const judged = cases.map(([text, answers]) => {
  if (!new ConditionsParser().parseExpression(text)) return "unreadable";
  try {
    return new ConditionRunner(text).runValues(answers);
  } catch {
    return "threw";
  }
});
process.stdout.write(JSON.stringify(judged));
