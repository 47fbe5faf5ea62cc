import { onContent } from "./events";

/** Loads the chart island, once, when the first chart of a page comes near the screen. */
export function startCharts(): void {
  const near = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        void draw(target as HTMLElement);
      }
    },
    { rootMargin: "400px" },
  );
  onContent((part) => {
    for (const figure of part.querySelectorAll(".chart[data-chart]")) near.observe(figure);
  });
  addEventListener("beforeprint", () => {
    for (const figure of document.querySelectorAll<HTMLElement>(".chart[data-chart]")) void draw(figure);
  });
}

async function draw(figure: HTMLElement): Promise<void> {
  const { drawChart } = await import("../chart");
  await drawChart(figure);
}
