export function showSurvey(_holder: HTMLElement, _form: HTMLFormElement): void {
  /* filled below */
}
