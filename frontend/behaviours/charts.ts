import { onContent } from "./events";

/** Loads the chart island, once, when the first chart of a page comes near the screen. */
export function startCharts(): void {
  const source = document.querySelector<HTMLMetaElement>("meta[name=chart-island]")?.content;
  if (!source) return;
  const near = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        void draw(source, target as HTMLElement);
      }
    },
    { rootMargin: "400px" },
  );
  onContent((part) => {
    for (const figure of part.querySelectorAll(".chart[data-chart]")) near.observe(figure);
  });
  addEventListener("beforeprint", () => {
    for (const figure of document.querySelectorAll<HTMLElement>(".chart[data-chart]")) void draw(source, figure);
  });
}

async function draw(source: string, figure: HTMLElement): Promise<void> {
  const { drawChart } = (await import(/* @vite-ignore */ source)) as typeof import("../chart");
  await drawChart(figure);
}
