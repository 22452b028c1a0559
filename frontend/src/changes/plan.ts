/** A plan as people act on it: what can be drafted now, which choices are kept, what the two aims would find. */

import type { Product } from "../api/products";
import type { CaseState, Kept } from "../api/state";

export type Plan = Product<"plan">["data"];
export type Choice = Plan["choices"][number];
/** A choice of a team for a segment. */
export type Search = Choice & { segment: string; segment_name: string };
export type Watch = Choice & { boundary: string; boundary_name: string };

export function isSearch(choice: Choice): choice is Search {
  return choice.kind === "search" && choice.segment !== null && choice.segment_name !== null;
}

export function isWatch(choice: Choice): choice is Watch {
  return choice.kind === "watch" && choice.boundary !== null && choice.boundary_name !== null;
}

/** The choices of each period, in the order of the periods; periods without any are there too. */
export function byPeriod(plan: Plan): { period: Plan["periods"][number]; choices: Choice[] }[] {
  return plan.periods.map((period) => ({ period, choices: plan.choices.filter((c) => c.op === period.op) }));
}

/** Searches that can go out now: of the first period, by teams that are free. */
export function draftable(plan: Plan, state: CaseState): Search[] {
  const first = plan.periods[0]?.op;
  return plan.choices.filter(isSearch).filter((c) => c.op === first && state.people.teams[c.team]?.status === "available");
}

export interface KeptChoice extends Kept {
  /** Where it is stored: the team, or the team and its period. */
  slot: string;
}

export function keptChoices(state: CaseState): KeptChoice[] {
  return Object.entries(state.tasking.choices).map(([slot, kept]) => ({ slot, ...kept }));
}

/** The kept choice that a plan's choice follows; one without a period holds for the first. */
export function keptOf(choice: Choice, plan: Plan, state: CaseState): KeptChoice | null {
  const isFirst = choice.op === plan.periods[0]?.op;
  const held = keptChoices(state).filter((k) => k.team === choice.team && (k.period === choice.period || (isFirst && k.period === null)));
  return held.find((k) => k.segment === choice.segment) ?? null;
}

const inPeriod = (period: string | null): Record<string, unknown> => (period === null ? {} : { period });

/** The fields of lock_choice: to the segment of a choice, or held back. */
export function keep(choice: Choice, segment: string | null): Record<string, unknown> {
  return { team: choice.team, ...(segment === null ? {} : { segment }), ...inPeriod(choice.period) };
}

export function release(kept: Kept): Record<string, unknown> {
  return { team: kept.team, ...inPeriod(kept.period) };
}

export interface AimRow {
  aim: Plan["aim"];
  pos_total: number;
  worst: number;
  isThis: boolean;
}

/** What plans of either aim would find, on the whole and in the worst scenario; none where there is one scenario alone. */
export function aims(plan: Plan): AimRow[] {
  const other = plan.other_aim;
  if (other === null) return [];
  const rows = [
    { aim: plan.aim, pos_total: plan.pos_total, worst: other.worst_of_this, isThis: true },
    { aim: other.aim, pos_total: other.pos_total, worst: other.worst, isThis: false },
  ];
  return rows.sort((a, b) => a.aim.localeCompare(b.aim));
}
