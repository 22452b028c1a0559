/** The server's own answers, kept by its tests in ../tests/snapshots, pass this page's checks: one snapshot, two suites. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caseAnswer, caseList, clocksAnswer, logAnswer, verifyAnswer } from "../src/api/cases";
import { commandList, done } from "../src/api/commands";
import { documentList, imported } from "../src/api/files";
import { questionnaireAnswer } from "../src/api/intake";
import { groundAnswer, tracksAnswer } from "../src/api/ground";
import { PRODUCTS, productList } from "../src/api/products";
import { sensorList, sensorWidth } from "../src/api/sensors";
import { rosterAnswer } from "../src/api/roster";
import { duplicatesAnswer, timelineAnswer } from "../src/api/timeline";
import { refusal } from "../src/api/http";
import type { Check } from "../src/lib/check";

/** The check for a snapshot by the beginning of its file's name; longer names are looked for first. */
const CHECKS: Record<string, Check<unknown>> = {
  cases: caseList, case: caseAnswer, log: logAnswer, verify: verifyAnswer, commands: commandList, do: done, import: imported,
  products: productList, poa: PRODUCTS.poa, segments: PRODUCTS.segments, plan: PRODUCTS.plan, wrong: PRODUCTS.wrong, reflex: PRODUCTS.reflex,
  departure: PRODUCTS.departure, evidence: PRODUCTS.evidence, survival: PRODUCTS.survival, inquiries: PRODUCTS.inquiries, error: refusal, ground: groundAnswer, tracks: tracksAnswer, documents: documentList,
  sensors: sensorList, width: sensorWidth, clocks: clocksAnswer, timeline: timelineAnswer, duplicates: duplicatesAnswer, roster: rosterAnswer, questionnaire: questionnaireAnswer,
};

/** What the server's tests blank out because it differs from run to run, with something of the same kind. */
const BLANKED: Record<string, unknown> = { "<coordinates>": [[0, 0], [1, 1]], "<version>": 1, "<heads>": {} };
const unblank = (_: string, value: unknown): unknown => (typeof value === "string" && value in BLANKED ? BLANKED[value] : value);

const folder = fileURLToPath(new URL("../../tests/snapshots", import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith(".json")) : [];
const names = Object.keys(CHECKS).sort((a, b) => b.length - a.length);
const checkOf = (file: string): string | undefined => names.find((n) => file === `${n}.json` || file.startsWith(`${n}-`) || file.startsWith(`${n}_`) || file.startsWith(`${n}.`));

describe.skipIf(files.length === 0)("snapshots of the server (none in ../tests/snapshots: skipped)", () => {
  test("are there for what the page reads", () => expect(files.map(checkOf).filter(Boolean).length).toBeGreaterThan(0));
  test.each(files.filter((f) => checkOf(f) !== undefined))("%s", (file) => {
    const answer: unknown = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"), unblank);
    const check = CHECKS[checkOf(file) ?? ""];
    expect(() => check?.(answer, file)).not.toThrow();
  });
});
