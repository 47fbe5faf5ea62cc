import embed, { type EmbedOptions, type Result, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import themes from "../src/candor/foundation/charts/theme.json";
import { currentMode, onModeChange } from "./behaviours/theme";

type Spec = VisualizationSpec & { config?: object; width?: unknown };

const options: EmbedOptions = {
  actions: false,
  ast: true,
  defaultStyle: false,
  expr: expressionInterpreter as never,
  renderer: "svg",
  tooltip: { theme: "candor", disableDefaultStyle: true },
};

const drawn = new Map<HTMLElement, Result>();

/** Draws the figure's spec in the mode that is on the screen; drawing it twice is drawing it once. */
export async function drawChart(figure: HTMLElement): Promise<void> {
  if (figure.dataset["drawn"] === currentMode()) return;
  const source = figure.querySelector("template")?.content.querySelector("script")?.textContent;
  const place = figure.querySelector<HTMLElement>(".drawing");
  if (!source || !place) return;
  figure.dataset["drawn"] = currentMode();
  const spec = JSON.parse(source) as Spec;
  const room = place.clientWidth;
  drawn.get(figure)?.finalize();
  const result = await embed(place, fitted(spec, room), {
    ...options,
    config: themes[currentMode()] as object,
  });
  place.querySelector("svg")?.setAttribute("aria-hidden", "true"); // the place itself is the image, the table its text
  drawn.set(figure, result);
  offerDownloads(figure, spec, room);
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

function offerDownloads(figure: HTMLElement, spec: Spec, room: number): void {
  for (const button of figure.querySelectorAll<HTMLButtonElement>("[data-get]")) {
    button.hidden = false;
    button.onclick = () => void download(figure, spec, room, button.dataset["get"] as "png" | "svg");
  }
}

/** The picture to keep is drawn apart: light, on paper, with its title inside. */
async function download(figure: HTMLElement, spec: Spec, room: number, kind: "png" | "svg"): Promise<void> {
  const title = figure.querySelector("figcaption")?.firstChild?.textContent?.trim() ?? "";
  const subtitle = figure.querySelector("figcaption .sub")?.textContent ?? "";
  const sized = spec.width === "container" ? { width: room, autosize: { type: "fit-x", contains: "padding" } } : {};
  const paper = { ...themes.light, background: "#ffffff", padding: 16 };
  const drawing = await embed(
    document.createElement("div"),
    { ...fitted(spec, room), ...sized, title: { text: title, subtitle } } as Spec,
    { ...options, config: paper as object },
  );
  const link = document.createElement("a");
  link.href = await drawing.view.toImageURL(kind, 2);
  link.download = `${figure.dataset["name"] ?? "chart"}.${kind}`;
  link.click();
  drawing.finalize();
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
