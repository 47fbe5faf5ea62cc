declare module "@alpinejs/csp" {
  interface Alpine {
    data(name: string, component: (...values: unknown[]) => object): void;
    start(): void;
  }
  const Alpine: Alpine;
  export default Alpine;
}
declare module "survey-core/i18n/*";
