/** A timeline as it is drawn: entries with the space between them to scale, contradictions where they show. */

import type { Contradiction, Gap, Happening, Timeline } from "../api/timeline";
import type { Panel } from "./route";

/** Rem for an hour in which nothing is known; a longer space is drawn with a break and says how long it is. */
export const REM_PER_HOUR = 0.5;
export const MOST_REM = 5;
const LABELLED_H = 1;

export interface Row {
  happening: Happening;
  /** Contradictions whose later entry this is. */
  contradictions: Contradiction[];
  /** The space to the next entry that has a time, and the gap that begins with it; null after the last. */
  space: { hours: number; rem: number; is_broken: boolean; is_labelled: boolean; gap: Gap | null } | null;
}

export function rows(timeline: Timeline): Row[] {
  return timeline.happenings.map((happening, i) => {
    const next = timeline.happenings[i + 1];
    const contradictions = timeline.contradictions.filter((c) => lastOf(timeline, c) === happening.id);
    if (happening.at === null || !next || next.at === null) return { happening, contradictions, space: null };
    const hours = (Date.parse(next.at) - Date.parse(happening.at)) / 3_600_000;
    const gap = timeline.gaps.find((g) => g.before !== "report" && g.after === happening.id) ?? null;
    const rem = Math.min(MOST_REM, hours * REM_PER_HOUR);
    return { happening, contradictions, space: { hours, rem, is_broken: hours * REM_PER_HOUR > MOST_REM, is_labelled: hours >= LABELLED_H, gap } };
  });
}

/** The gap that ended with the report, if anybody saw them before. */
export const untilReport = (timeline: Timeline): Gap | null => timeline.gaps.find((g) => g.before === "report") ?? null;

/** Contradictions stand by the entry that comes last, where a reader knows both. */
function lastOf(timeline: Timeline, contradiction: Contradiction): string | undefined {
  return timeline.happenings.filter((h) => contradiction.items.includes(h.id)).at(-1)?.id;
}

const PANEL_OF: Record<Happening["kind"], Panel> = {
  statement: "evidence", clue: "evidence", reading: "evidence", point: "area", companion: "report", report: "report", find: "decisions",
};

/** The panel in which an entry can be changed. */
export const panelOfEntry = (happening: Happening): Panel => PANEL_OF[happening.kind];

/** "S1 the guard", "PLS", "Found". */
export function nameOfEntry(h: Happening): string {
  return h.kind === "report" || h.kind === "find" || h.title === h.source ? h.title : `${h.source} ${h.title}`;
}
