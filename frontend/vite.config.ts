import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SHIPPED = ["idb", "maplibre-gl", "mgrs", "svelte", "swagger-ui-dist", "terra-draw", "terra-draw-maplibre-gl-adapter"];

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

/** Tells the phone's worker which files the phone's page is made of, and under which version. */
function phoneFiles(): Plugin {
  return {
    name: "wayhome-phone-files",
    apply: "build",
    generateBundle(_, bundle): void {
      const files = new Set(["/field/", "/field/manifest.webmanifest", "/field/icon-192.png", "/wayhome.svg"]);
      const follow = (name: string): void => {
        const part = bundle[name];
        if (part === undefined || files.has(`/${name}`)) return;
        files.add(`/${name}`);
        if (part.type !== "chunk") return;
        for (const next of [...part.imports, ...part.dynamicImports]) follow(next);
        for (const style of part.viteMetadata?.importedCss ?? []) files.add(`/${style}`);
      };
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk" && part.facadeModuleId?.endsWith("/field/index.html")) follow(part.fileName);
        // a worker's own script is kept only where it lies under the page that keeps it
        if (part.type === "asset" && part.fileName.includes("maplibre-gl-worker") && part.fileName.endsWith(".js")) {
          const beside = part.fileName.replace("assets/", "field/");
          this.emitFile({ type: "asset", fileName: beside, source: part.source });
          files.add(`/${beside}`);
        }
      }
      const worker = bundle["field/worker.js"];
      if (worker?.type !== "chunk") throw new Error("The phone's worker was not built.");
      const list = JSON.stringify([...files].sort());
      const version = createHash("sha256").update(list).digest("hex").slice(0, 12);
      worker.code = worker.code.replaceAll("__FILES__", list).replaceAll("__VERSION__", JSON.stringify(version));
    },
  };
}

export default defineConfig({
  plugins: [svelte(), companions(), phoneFiles()],
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  build: {
    outDir: here("../src/wayhome/web/static"),
    emptyOutDir: true,
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { index: here("index.html"), field: here("field/index.html"), worker: here("src/field/worker.ts") },
      output: { entryFileNames: (chunk) => (chunk.name === "worker" ? "field/worker.js" : "assets/[name]-[hash].js") },
    },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(["/api", "/field/api", "/swagger-ui", "/join"].map((path) => [path, DESK])) },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
