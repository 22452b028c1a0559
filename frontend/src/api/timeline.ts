/** What happened to the subject in order, and other cases that may be about the same person. */

import { fraction, list, number, oneOf, orNull, record, text, time, truth, type Checked } from "../lib/check";
import { address, get, post } from "./http";
import { position } from "./state";

const happening = record({
  id: text, kind: oneOf("statement", "point", "clue", "reading", "companion", "report", "find"), source: text, title: text,
  says: text, at: orNull(time), told_at: orNull(time), position: orNull(position), place: text, error_m: orNull(number),
  reliability: orNull(fraction), read_as: orNull(text), is_presence: truth, counts: truth, withdrawn: orNull(text),
  decides_departure: truth, came_from: orNull(text),
});
const contradiction = record({
  kind: text, items: list(text), at: time, says: text, resolves: text, distance_m: orNull(number), time_s: orNull(number),
  speed_mps: orNull(number),
});
const gap = record({ since: time, until: time, after: text, before: text, says: text });
const lacking = record({ id: text, title: text, lacks: list(oneOf("time", "place")) });
export const timelineAnswer = record({
  seq: number, case: text, time_zone: text, happenings: list(happening), contradictions: list(contradiction), gaps: list(gap),
  lacking: list(lacking),
});

const reason = record({ about: text, side: oneOf("for", "against"), weight: oneOf("strong", "moderate", "weak"), says: text });
const likeness = record({
  case: text, other: text, title: text, other_title: text, verdict: oneOf("likely", "possible"), reasons: list(reason),
  not_known: list(text), points: number,
});
const copied = record({ id: text, from_id: text });
const leftOut = record({ from_id: text, why: oneOf("same", "withdrawn"), same_as: text });
const absorbed = record({
  other: text, reason: text, by: text, at: time, copied: list(copied), left_out: list(leftOut),
  report: record({
    title: text, reported_at: orNull(time), reporter: orNull(text), contact: orNull(text), relation: orNull(text),
    circumstances: orNull(text),
  }),
});
export const duplicatesAnswer = record({
  seq: number, duplicates: list(likeness), merged: orNull(record({ into: text, reason: text, by: text, at: time })),
  absorbed: list(absorbed), unfinished: list(text),
});
const mergeAnswer = record({ primary: text, duplicate: text, seq: number, says: text });
const unmergeAnswer = record({ duplicate: text, seq: number, withdrawn: list(text), released_by: list(text) });

export type Timeline = Checked<typeof timelineAnswer>;
export type Happening = Timeline["happenings"][number];
export type Contradiction = Timeline["contradictions"][number];
export type Gap = Timeline["gaps"][number];
export type Duplicates = Checked<typeof duplicatesAnswer>;
export type Likeness = Duplicates["duplicates"][number];

export const readTimeline = (id: string, as_of: string | null): Promise<Timeline> =>
  get(address(["cases", id, "timeline"], { as_of }), timelineAnswer);

export const readDuplicates = (id: string): Promise<Duplicates> => get(address(["cases", id, "duplicates"]), duplicatesAnswer);

/** Merge a case into another that goes on; the same call again completes what was broken off. */
export const mergeCase = (id: string, into: string, reason: string, confirm_far: boolean, as_user: string | null): Promise<Checked<typeof mergeAnswer>> =>
  post(address(["cases", id, "merge"]), { into, reason, confirm_far, as_user }, mergeAnswer);

export const unmergeCase = (id: string, reason: string, as_user: string | null): Promise<Checked<typeof unmergeAnswer>> =>
  post(address(["cases", id, "unmerge"]), { reason, as_user }, unmergeAnswer);
