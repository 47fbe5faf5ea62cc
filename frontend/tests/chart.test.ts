import { compile, type TopLevelSpec } from "vega-lite";
import { describe, expect, it } from "vitest";
import { fitted } from "../chart";
import themes from "../../src/candor/foundation/charts/theme.json";

describe("small multiples", () => {
  const spec = { facet: { field: "label" }, columns: 4, spec: { width: 220 } };

  it("take as many columns as there is room for, one at least, and never more than asked", () => {
    expect([2000, 1150, 600, 200].map((room) => fitted(spec, room).columns)).toEqual([4, 4, 2, 1]);
  });

  it("leave other charts alone", () => {
    const plain = { mark: "line" };
    expect(fitted(plain, 300)).toBe(plain);
  });
});

describe("the theme", () => {
  it("colours light and dark with the same names", () => {
    expect(Object.keys(themes.dark.style)).toEqual(Object.keys(themes.light.style));
    expect(Object.keys(themes.dark)).toEqual(Object.keys(themes.light));
  });

  it("gives a named style to a mark instead of the library's own blue", () => {
    const spec: TopLevelSpec = {
      data: { values: [{ a: 1 }] },
      mark: { type: "bar", style: "bar" },
      encoding: { x: { field: "a", type: "quantitative" } },
    };
    const drawn = JSON.stringify(compile(spec, { config: themes.light as object }).spec.marks);
    expect(drawn).toContain(themes.light.style.bar.color);
    expect(drawn).not.toContain("#4c78a8");
  });
});
