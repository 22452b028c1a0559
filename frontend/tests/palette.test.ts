/** WCAG 2.1 AA: every pair of text and ground that the style sheet uses has a contrast of at least 4.5 to 1. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../src/app.css", import.meta.url), "utf8");
const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map((m) => m[1] ?? "");
const colors = (block: string): Record<string, string> =>
  Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
const themes = { light: colors(light), dark: { ...colors(light), ...colors(dark) } };

const PAIRS = [
  ["ink", "paper"], ["ink", "card"], ["ink", "accent-soft"], ["muted", "paper"], ["muted", "card"], ["muted", "accent-soft"],
  ["accent", "paper"], ["accent", "card"], ["accent", "accent-soft"], ["on-accent", "accent"], ["bad", "card"], ["bad", "bad-soft"],
  ["bad", "paper"], ["warn", "warn-soft"], ["warn", "card"], ["good", "good-soft"], ["good", "card"], ["good", "paper"],
] as const;

// relative luminance, WCAG 2.1
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("black on white is 21 to 1", () => expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6));

describe.each(Object.entries(themes))("%s", (_, theme) => {
  test.each(PAIRS)("%s on %s", (text, ground) => {
    expect(contrast(theme[text] ?? "", theme[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});
