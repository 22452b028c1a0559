/** The server's own answers, kept by its tests in ../tests/snapshots, pass this page's checks: one snapshot, two suites. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caseAnswer, caseList, logAnswer, verifyAnswer } from "../src/api/cases";
import { commandList, done } from "../src/api/commands";
import { documentList, imported } from "../src/api/files";
import { groundAnswer, tracksAnswer } from "../src/api/ground";
import { PRODUCTS, productList } from "../src/api/products";
import type { Check } from "../src/lib/check";

/** The check for a snapshot by the beginning of its file's name; longer names are looked for first. */
const CHECKS: Record<string, Check<unknown>> = {
  cases: caseList, case: caseAnswer, log: logAnswer, verify: verifyAnswer, commands: commandList, do: done, import: imported,
  products: productList, product_poa: PRODUCTS.poa, product_segments: PRODUCTS.segments, product_plan: PRODUCTS.plan,
  product_departure: PRODUCTS.departure, ground: groundAnswer, tracks: tracksAnswer, documents: documentList,
};

const folder = fileURLToPath(new URL("../../tests/snapshots", import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith(".json")) : [];
const names = Object.keys(CHECKS).sort((a, b) => b.length - a.length);
const checkOf = (file: string): string | undefined => names.find((n) => file === `${n}.json` || file.startsWith(`${n}-`) || file.startsWith(`${n}_`) || file.startsWith(`${n}.`));

describe.skipIf(files.length === 0)("snapshots of the server (none in ../tests/snapshots: skipped)", () => {
  test("are there for what the page reads", () => expect(files.map(checkOf).filter(Boolean).length).toBeGreaterThan(0));
  test.each(files.filter((f) => checkOf(f) !== undefined))("%s", (file) => {
    const answer: unknown = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
    const check = CHECKS[checkOf(file) ?? ""];
    expect(() => check?.(answer, file)).not.toThrow();
  });
});
