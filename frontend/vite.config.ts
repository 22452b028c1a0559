import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SHIPPED = ["maplibre-gl", "svelte", "swagger-ui-dist", "terra-draw", "terra-draw-maplibre-gl-adapter"];

/** The desk behind a page that is being worked on. */
const DESK = process.env.WAYHOME_URL ?? "http://127.0.0.1:8000";

/** Puts beside the page what is not imported by it: the API documentation's two files, and the licences. */
function companions(): Plugin {
  return {
    name: "wayhome-companions",
    apply: "build",
    generateBundle(): void {
      for (const name of ["swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css"]) {
        // the source-map line would make browsers ask for a file that is not shipped
        const source = readFileSync(here(`node_modules/swagger-ui-dist/${name}`), "utf8");
        this.emitFile({
          type: "asset",
          fileName: `swagger-ui/${name}`,
          source: source.replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+(\s*\*\/)?\s*$/, "\n"),
        });
      }
      const licences = SHIPPED.map((name) => {
        const folder = here(`node_modules/${name}`);
        const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { version: string };
        const file = ["LICENSE", "LICENSE.txt", "LICENSE.md"].map((f) => `${folder}/${f}`).find((f) => existsSync(f));
        return `${name} ${version}\n\n${file ? readFileSync(file, "utf8").trim() : "MIT licence, see its package."}\n`;
      });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: licences.join(`\n${"-".repeat(78)}\n\n`) });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), companions()],
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  build: {
    outDir: here("../src/wayhome/web/static"),
    emptyOutDir: true,
    target: "es2023",
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(["/api", "/field/api", "/swagger-ui", "/join"].map((path) => [path, DESK])) },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
