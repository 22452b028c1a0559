/** What a search asks of a team and what a team can bear: as one line to read, and as it would be typed to be changed. */

import type { Limits, Needs } from "../api/state";
import { hours, moment, typed } from "../lib/format";
import type { Draft } from "./fields";

/** What a segment asks for, in words; null where nothing in particular. */
export function needsLine(needs: Needs | undefined): string | null {
  if (needs === undefined) return null;
  const said = [...needs.skills, ...needs.equipment];
  if (needs.least_searchers > 1) said.push(`at least ${needs.least_searchers} searchers`);
  if (needs.least_rank) said.push(`a leader of rank ${needs.least_rank}`);
  if (needs.daylight_only) said.push("daylight");
  if (needs.radio === false) said.push("a radio of its own");
  const asks = said.length ? `Asks for ${said.join(", ")}.` : "";
  return [asks, needs.hazards && `Hazards: ${needs.hazards}`].filter(Boolean).join(" ") || null;
}

export function typedNeeds(needs: Needs | undefined): Draft {
  if (needs === undefined) return {};
  return {
    skills: needs.skills.join("\n"), equipment: needs.equipment.join("\n"), least_searchers: String(needs.least_searchers),
    least_rank: needs.least_rank, daylight_only: needs.daylight_only, radio: needs.radio ?? "", hazards: needs.hazards,
  };
}

/** What a team can bear, in words; null where nobody said. */
export function limitsLine(limits: Limits | undefined, zone: string): string | null {
  if (limits === undefined) return null;
  const said = [`out ${hours(limits.endurance_h)}, then rests ${hours(limits.rest_h)}`];
  if (limits.ready_at !== null) said.push(`ready from ${moment(limits.ready_at, zone)}`);
  if (!limits.at_night) said.push("not in the dark");
  if (limits.own_radio) said.push("radio of its own");
  return [...said, ...limits.equipment].join(", ");
}

export function typedLimits(limits: Limits | undefined, zone: string): Draft {
  if (limits === undefined) return {};
  return {
    endurance: `${limits.endurance_h} h`, rest: `${limits.rest_h} h`, equipment: limits.equipment.join("\n"),
    ready_at: limits.ready_at === null ? "" : typed(new Date(limits.ready_at), zone), at_night: limits.at_night,
    own_radio: limits.own_radio,
  };
}

/** What is dragged over the board, and where it can be let go. */
export type Carried = { kind: "team"; id: string } | { kind: "assignment"; id: string; status: string };
export type Column = "free" | "segment" | "prepared" | "out" | "back";

/** The command that letting go there means; null where it means nothing. */
export function dropOf(what: Carried, column: Column, segment = ""): { command: string; fields: Record<string, string> } | null {
  if (what.kind === "team") return column === "segment" && segment ? { command: "draft_assignment", fields: { team: what.id, segment } } : null;
  if (column === "out" && (what.status === "draft" || what.status === "approved")) return { command: "dispatch_assignment", fields: { assignment: what.id } };
  if (column === "back" && what.status === "dispatched") return { command: "report_back", fields: { assignment: what.id } };
  return null;
}
