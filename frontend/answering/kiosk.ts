export function startKiosk(): void {
  /* filled below */
}
