/** From a proposed plan to drafts, from what a team tells to its debrief, and what the search changed. */

import type { Product } from "../api/products";
import { hours, metres, percent } from "../lib/format";
import type { Search as Chosen } from "./plan";

type Search = Product<"poa">["data"]["searches"][number];
type Outings = Product<"segments">["data"]["segments"][number]["outings"];

/** The fields of draft_assignment for one search of a plan; `hazards` are those that its segment is known for. */
export function draftAssignment(choice: Chosen, hazards = ""): Record<string, unknown> {
  return {
    team: choice.team,
    segment: choice.segment,
    duration: `${Math.max(1, Math.round(choice.hours * 60))} min`,
    task: `Search ${choice.segment_name}.`,
    ...(choice.period === null ? {} : { period: choice.period }),
    ...(hazards ? { hazards } : {}),
  };
}

export interface Told {
  by: "sweep" | "pod";
  sweep_width: string;
  track_length: string;
  pod: string;
  sweep_width_responsive: string;
  pod_responsive: string;
  searchers: string;
  gaps: string;
  difficulty: string;
  remarks: string;
  movements: string;
  likelihood_of_finding: string;
  not_there_or_missed: string;
  recommendations: string;
}

export const NOTHING_TOLD: Told = {
  by: "sweep", sweep_width: "", track_length: "", pod: "", sweep_width_responsive: "", pod_responsive: "",
  searchers: "1", gaps: "", difficulty: "", remarks: "", movements: "", likelihood_of_finding: "", not_there_or_missed: "", recommendations: "",
};

/** The fields of debrief_assignment; sweep width and POD never go together, they would count twice. Both are for a subject who
 *  does not answer; the responsive ones say besides how well one who calls back would have been found. */
export function debriefAssignment(assignment: string, told: Told): Record<string, unknown> {
  const claim: Record<string, string> =
    told.by === "pod"
      ? { pod: told.pod, pod_responsive: told.pod_responsive }
      : { sweep_width: told.sweep_width, track_length: told.track_length, sweep_width_responsive: told.sweep_width_responsive };
  const said = { ...claim, searchers: told.searchers, gaps: told.gaps, difficulty: told.difficulty, remarks: told.remarks, movements: told.movements,
    likelihood_of_finding: told.likelihood_of_finding, not_there_or_missed: told.not_there_or_missed, recommendations: told.recommendations };
  return { assignment, ...Object.fromEntries(Object.entries(said).filter(([, text]) => text.trim() !== "")) };
}

export interface Effect {
  search: Search;
  before: number;
  after: number;
}

/** What one search did to rest of world; before is the figure that the search before it left. */
export function effectOf(poa: Pick<Product<"poa">["data"], "searches" | "rest_of_world_before">, assignment: string): Effect | null {
  const i = poa.searches.findIndex((s) => s.assignment === assignment);
  const search = poa.searches[i];
  if (search === undefined) return null;
  const earlier = poa.searches[i - 1]?.rest_of_world_after ?? poa.rest_of_world_before;
  return { search, before: search.rest_of_world_before ?? earlier, after: search.rest_of_world_after };
}

/** The outings that went over a segment, with the share of it that lay in what they were sent to. */
export function outingsLine(outings: Outings): string {
  return outings.map((o) => (o.share > 0.995 ? o.assignment : `${o.assignment} over ${percent(o.share, 0)}`)).join(", ");
}

/** What the receiver wrote: how much of it was search on foot, and what was not. */
export function recordedLine(recorded: NonNullable<Search["recorded"]>): string {
  const said = [`walked ${metres(recorded.walking.length_m)} in ${hours(recorded.walking.hours)}`];
  if (recorded.vehicle.pieces) said.push(`driven ${metres(recorded.vehicle.length_m)}, which is no search`);
  if (recorded.still.pieces) said.push(`stood still ${hours(recorded.still.hours)}`);
  const gaps = recorded.gap.pieces;
  if (gaps) said.push(`${gaps} ${gaps === 1 ? "gap" : "gaps"} without a record, ${metres(recorded.gap.length_m)} in a straight line`);
  return `Recorded: ${said.join("; ")}.`;
}
