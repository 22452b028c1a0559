/** Scenarios while somebody edits them: weights in per cent as typed, their sum, and what is sent. */

import type { Scenario } from "../api/state";
import { trailText } from "./fields";

export interface Row {
  id: string;
  title: string;
  kind: string;
  weight: string;
  rest_of_world: string;
  category: string;
  region: string;
  reason: string;
  /** Whether the subject still walks in this story, and where to. */
  moves: string;
  goal: string;
}

/** A fraction in per cent as text, with as many digits as bring the same fraction back. */
export function percentText(fraction: number): string {
  return String(Number((fraction * 100).toPrecision(12)));
}

export function rows(scenarios: readonly Scenario[]): Row[] {
  return scenarios.map((s) => ({
    id: s.id, title: s.title, kind: s.kind, weight: percentText(s.weight), rest_of_world: percentText(s.rest_of_world),
    category: s.category ?? "", region: s.region ?? "", reason: s.reason, moves: s.moves,
    goal: s.goal === null ? "" : trailText([s.goal]),
  }));
}

/** Per cent of one row; what is not a number counts as nothing and is refused by `fault`. */
export function weightOf(row: Row): number {
  const value = Number(row.weight.replace(",", "."));
  return row.weight.trim() !== "" && Number.isFinite(value) ? value : 0;
}

export function total(list: readonly Row[]): number {
  return list.reduce((sum, row) => sum + weightOf(row), 0);
}

/** A sentence on what keeps the weights from being weights, or null. The server checks again. */
export function fault(list: readonly Row[]): string | null {
  if (list.length === 0) return "Name at least one scenario.";
  const bad = list.find((row) => row.weight.trim() === "" || !Number.isFinite(Number(row.weight.replace(",", "."))) || weightOf(row) < 0);
  if (bad) return `The weight of "${bad.title || bad.id}" is not a number of per cent from 0 to 100.`;
  const gap = 100 - total(list);
  if (Math.abs(gap) <= 1e-4) return null;
  const size = Number(Math.abs(gap).toPrecision(4));
  return gap > 0 ? `The weights sum to ${Number(total(list).toPrecision(6))} %: ${size} % are missing.`
    : `The weights sum to ${Number(total(list).toPrecision(6))} %: ${size} % too much.`;
}

/** The same proportions, summing to 100 exactly; equal shares where all are zero. */
export function scaled(list: readonly Row[]): Row[] {
  const sum = total(list);
  const shares = list.map((row) => (sum > 0 ? (weightOf(row) / sum) * 100 : 100 / list.length));
  const rounded = shares.map((s) => Math.round(s * 100) / 100);
  const rest = 100 - rounded.reduce((a, b) => a + b, 0);
  const largest = rounded.indexOf(Math.max(...rounded));
  return list.map((row, i) => ({
    ...row,
    weight: String(Number(((rounded[i] ?? 0) + (i === largest ? rest : 0)).toFixed(2))),
  }));
}

/** A new row; its id is the first free of s1, s2, ... */
export function added(list: readonly Row[]): Row[] {
  let n = list.length + 1;
  while (list.some((row) => row.id === `s${n}`)) n += 1;
  return [...list, { id: `s${n}`, title: "", kind: "lost", weight: "", rest_of_world: "", category: "", region: "", reason: "", moves: "auto", goal: "" }];
}

/** The fields of set_scenarios. */
export function setScenarios(list: readonly Row[], reason: string, isFar = false): Record<string, unknown> {
  return {
    scenarios: list.map((row) => ({
      id: row.id, title: row.title.trim(), kind: row.kind, weight: `${row.weight.replace(",", ".")} %`,
      ...(row.rest_of_world.trim() ? { rest_of_world: `${row.rest_of_world.replace(",", ".")} %` } : {}),
      ...(row.category.trim() ? { category: row.category.trim() } : {}),
      ...(row.region ? { region: row.region } : {}),
      ...(row.reason.trim() ? { reason: row.reason.trim() } : {}),
      ...(row.moves !== "auto" ? { moves: row.moves } : {}),
      ...(row.goal.trim() ? { goal: row.goal.trim() } : {}),
    })),
    ...(reason.trim() ? { reason: reason.trim() } : {}),
    ...(isFar ? { confirm_far: true } : {}),
  };
}
