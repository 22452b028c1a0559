/** No request leaves the machine: the browser is told to refuse one, and nothing built asks for one. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const built = here("../../src/wayhome/web/static");
const files = existsSync(`${built}/index.html`) ? readdirSync(built, { recursive: true, encoding: "utf8" }) : [];
const read = (name: string): string => readFileSync(`${built}/${name}`, "utf8");

describe("sources", () => {
  test("the page's policy allows requests to its own server alone", () => {
    const page = readFileSync(here("../index.html"), "utf8");
    const policy = /content="(default-src[^"]*)"/.exec(page)?.[1] ?? "";
    const rules: Record<string, string[]> = Object.fromEntries(policy.split(";").map((r) => r.trim().split(/\s+/)).map(([name = "", ...from]) => [name, from]));
    expect(rules["default-src"]).toEqual(["'self'"]);
    expect(rules["connect-src"]).toEqual(["'self'"]);
    expect(Object.values(rules).flat().filter((from) => from.includes("."))).toEqual([]);
  });
  test("the lock file names no address to download from", () => {
    expect(readFileSync(here("../package-lock.json"), "utf8")).not.toMatch(/"resolved":\s*"http/);
    expect(readFileSync(here("../.npmrc"), "utf8")).not.toMatch(/https?:/);
  });
  test("no value is of type any", () => {
    const root = here("../src");
    const loose = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((f) => /\.(ts|svelte)$/.test(f))
      .filter((f) => /(:|\bas|<|,)\s*any\b(?!\w| )|@ts-(ignore|nocheck)/.test(readFileSync(`${root}/${f}`, "utf8")));
    expect(loose).toEqual([]);
  });
  test("only the adapters of the desk and of the phone import the map library", () => {
    const root = here("../src");
    const importers = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((f) => /\.(ts|svelte)$/.test(f))
      .filter((f) => /^\s*(import|\} from)\b(?! type).*["'](maplibre-gl|terra-draw)/m.test(readFileSync(`${root}/${f}`, "utf8")));
    expect(importers).toEqual(["map/adapter.ts", "map/small.ts"]);
  });
});

describe.skipIf(files.length === 0)("built files (npm run build makes them)", () => {
  test("load nothing from elsewhere", () => {
    const page = read("index.html");
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((m) => m[1]).filter((url) => !url?.startsWith("/") )).toEqual([]);
    for (const name of files.filter((f) => f.endsWith(".css"))) {
      expect([...read(name).matchAll(/(?:url\(|@import)\s*["']?(https?:)?\/\/[^)]*/g)].map((m) => m[0]), name).toEqual([]);
    }
    for (const name of files.filter((f) => f.startsWith("assets") && f.endsWith(".js"))) {
      expect([...read(name).matchAll(/\b(?:fetch|importScripts|import|EventSource|WebSocket|sendBeacon)\(\s*["'`](?:https?:|wss?:)?\/\/[^"'`]*/g)].map((m) => m[0]), name).toEqual([]);
    }
  });
  test("hold the map's worker and the API documentation's files", () => {
    expect(files.some((f) => /^assets.maplibre-gl-worker-.*\.js$/.test(f))).toBe(true);
    expect(files.map((f) => f.replaceAll("\\", "/"))).toEqual(expect.arrayContaining(["swagger-ui/swagger-ui-bundle.js", "swagger-ui/swagger-ui.css", "swagger-ui/start.js", "licences.txt"]));
    expect(read("swagger-ui/swagger-ui-bundle.js")).not.toMatch(/sourceMappingURL=\S+\.map/);
  });
});
