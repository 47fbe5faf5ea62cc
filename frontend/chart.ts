import embed, { type Result, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import themes from "../src/candor/foundation/charts/theme.json";
import { currentMode, onModeChange } from "./behaviours/theme";

type Spec = VisualizationSpec & { config?: object; width?: unknown };

const drawn = new Map<HTMLElement, Result>();

/** Draws the figure's spec in the mode that is on the screen; drawing it twice is drawing it once. */
export async function drawChart(figure: HTMLElement): Promise<void> {
  if (figure.dataset["drawn"] === currentMode()) return;
  const source = figure.querySelector("script[type='application/json']")?.textContent;
  const place = figure.querySelector<HTMLElement>(".drawing");
  if (!source || !place) return;
  figure.dataset["drawn"] = currentMode();
  const spec = JSON.parse(source) as Spec;
  const room = place.clientWidth;
  drawn.get(figure)?.finalize();
  const result = await embed(place, fitted(spec, room), {
    actions: false,
    ast: true,
    config: themes[currentMode()] as object,
    defaultStyle: false,
    expr: expressionInterpreter as never,
    renderer: "svg",
    tooltip: { theme: "candor", disableDefaultStyle: true },
  });
  drawn.set(figure, result);
  offerDownloads(figure, result);
}

/** Small multiples can't stretch to their container: fit as many columns as there is room for. */
export function fitted<S extends object>(spec: S, room: number): S {
  const facets = spec as { facet?: unknown; spec?: { width?: number }; columns?: number };
  const width = facets.spec?.width;
  if (facets.facet === undefined || typeof width !== "number") return spec;
  const gap = 56;
  const columns = Math.max(1, Math.floor((room + gap) / (width + gap)));
  return { ...spec, columns: Math.min(columns, facets.columns ?? columns) };
}

function offerDownloads(figure: HTMLElement, result: Result): void {
  for (const button of figure.querySelectorAll<HTMLButtonElement>("[data-get]")) {
    button.hidden = false;
    button.onclick = async () => {
      const kind = button.dataset["get"] as "png" | "svg";
      const link = document.createElement("a");
      link.href = await result.view.toImageURL(kind, 2);
      link.download = `${figure.dataset["name"] ?? "chart"}.${kind}`;
      link.click();
    };
  }
}

onModeChange(() => {
  for (const figure of drawn.keys()) {
    if (figure.isConnected) void drawChart(figure);
    else {
      drawn.get(figure)?.finalize();
      drawn.delete(figure);
    }
  }
});
