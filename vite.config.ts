import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Plugin } from "vite";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
const iconNames = "src/candor/foundation/icons.json";

/** One SVG sprite of the icons named in icons.json; `{% icon %}` points into it. */
function iconSprite(): Plugin {
  return {
    name: "candor-icon-sprite",
    apply: "build",
    buildStart() {
      this.addWatchFile(resolve(root, iconNames));
      const names = JSON.parse(readFileSync(resolve(root, iconNames), "utf8")) as string[];
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "icons.svg", source });
    },
  };
}

function symbol(name: string): string {
  const file = resolve(root, `node_modules/@tabler/icons/icons/outline/${name}.svg`);
  const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  const paths = body.replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
    `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`
  );
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [iconSprite()],
  build: {
    outDir: "src/candor/web/static/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome123", "firefox128", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      checks: { eval: false, bundlerTimings: false, pluginTimings: false }, // htmx has an eval; its pages forbid it
      input: {
        answer: resolve(root, "frontend/answer.ts"),
        chat: resolve(root, "frontend/chat.ts"),
        main: resolve(root, "frontend/main.ts"),
        theme: resolve(root, "frontend/theme.ts"),
        widget: resolve(root, "frontend/widget.ts"),
      },
    },
  },
  test: { environment: "happy-dom", include: ["frontend/tests/**/*.test.ts"] },
});
