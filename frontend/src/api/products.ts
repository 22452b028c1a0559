/** Products: what the program computes from a case. Each carries the entry it was made from and its caveats. */

import {
  anything, fraction, lines, list, number, oneOf, orNull, record, table, text, time, truth, type Check, type Checked,
} from "../lib/check";
import { address, get } from "./http";
import { position } from "./state";

export const bounds = record({ west_deg: number, south_deg: number, east_deg: number, north_deg: number });

/** What a receiver wrote of one kind of way: its length, how long it took, in how many pieces. */
const recorded = record({ length_m: number, hours: number, pieces: number });

/** What each search did, in order. */
export const searches = list(
  record({
    assignment: text, opos: fraction, rest_of_world_before: orNull(fraction), rest_of_world_after: fraction,
    coverage_mean: orNull(number), pod_mean: orNull(fraction), pod_if_uniform: orNull(fraction),
    track_length_m: orNull(number), planned: orNull(record({ sentence: text })),
    recorded: orNull(record({ walking: recorded, vehicle: recorded, still: recorded, gap: recorded })),
    /** Share of the segment that was hardly seen, and where its largest parts lie. */
    missed_share: orNull(fraction),
    missed: orNull(list(record({ position, area_m2: number, pod_mean: fraction }))),
  }),
);

const poaData = record({
  grid: record({ crs: text, width: number, height: number, cell_m: number }),
  bounds,
  image: text,
  legend: list(record({ mass: fraction, label: text, color: text })),
  rest_of_world: fraction,
  rest_of_world_before: fraction,
  scenarios: list(
    record({ id: text, title: text, kind: text, weight: fraction, weight_before: fraction, rest_of_world: fraction }),
  ),
  searches,
  pos_cumulative: fraction,
  /** Chance that the subject still answers, where a search told such apart. */
  responsive: orNull(fraction),
  /** Hours after the IPP's time that the map is of, and the scenarios whose subject moves; none: the map has no hour. */
  hours: orNull(number),
  moving: list(text),
  companions: list(record({ id: text, together: fraction, rest_of_world: fraction })),
  contours: lines(record({ level: fraction })),
});

const segmentsData = record({
  segments: list(
    record({
      id: text, name: text, area_m2: number, poa: fraction, poa_per_km2: number, pod_cumulative: fraction,
      searched_times: number, outings: list(record({ assignment: text, share: fraction })),
    }),
  ),
  rest_of_world: fraction,
  unsegmented: fraction,
  /** What segments share, and therefore count in each of them. */
  overlap: fraction,
});

const choice = record({
  team: text, team_name: text, kind: oneOf("search", "watch"), segment: orNull(text), segment_name: orNull(text),
  boundary: orNull(text), boundary_name: orNull(text), period: orNull(text), op: number, starts_at: orNull(time),
  hours: number, travel_minutes: number, coverage: number, pod: fraction, poa: fraction, pos: fraction, psr_per_h: number,
  is_locked: truth, is_reflex: truth, remarks: list(text), reason: text,
});
const aim = oneOf("expected", "worst");

const planData = record({
  choices: list(choice),
  periods: list(record({ id: orNull(text), op: number, starts_at: orNull(time), hours: number })),
  aim,
  pos_total: fraction,
  by_scenario: list(record({ id: text, title: text, weight: fraction, pos: fraction })),
  /** Of what the aim counts: the expected chance, or that under the worst scenario. So is `gap`. */
  upper_bound: number,
  gap: number,
  is_proved: truth,
  divisible_bound: number,
  runner_up: orNull(record({ pos_total: fraction, loss: number, change: text })),
  other_aim: orNull(record({ aim, pos_total: fraction, worst: fraction, worst_of_this: fraction, change: text })),
  unused: list(record({ team: text, name: text, why: text })),
});

const wrongData = record({
  sentence: text,
  /** What the plan would find were each the truth, and the most that was possible. */
  truths: list(record({ name: text, had: fraction, best: fraction, regret: number })),
});

const reflexData = record({
  rim_m: number,
  tasks: list(record({ name: text, ring: list(position), remark: text })),
  exits: list(position),
});

const judgements = list(record({ evidence: text, likelihood: table(fraction), reason: text }));

const departureData = record({
  sentence: text,
  probability_left: fraction,
  probability_left_searched: fraction,
  left_unknown: fraction,
  rest_of_world: fraction,
  half_pod: record({ rest_of_world: fraction, probability_left: fraction }),
  ways: list(
    record({
      boundary: text, name: text, is_watched: truth, probability: fraction, before_watch: fraction,
      through_gap: fraction, missed: fraction, by_hour: list(fraction), half_by_hour: number,
    }),
  ),
  scenarios: list(
    record({ scenario: text, title: text, weight_before: fraction, weight_after: fraction, probability_left: fraction }),
  ),
  sensitivity: list(record({ what: text, probability_left: fraction, change: number })),
  from_evidence: record({ weight_before: fraction, weight_after: fraction, judgements }),
  boundaries: list(
    record({
      id: text, name: text, kind: text, sentence: text,
      watches: list(record({ quality: fraction, since: orNull(time), until: orNull(time), remark: text })),
    }),
  ),
  warning: text,
});

const evidenceData = record({
  readings: list(
    record({
      /** Null is the silence of the watches. */
      evidence: orNull(text),
      kind: text, reliability: orNull(fraction), reliability_after: orNull(fraction), bits: number,
      bits_of_the_map: orNull(number), mass_moved: fraction, mass_moved_far: fraction, rest_of_world_before: fraction,
      rest_of_world_after: fraction, weights_before: table(fraction), weights_after: table(fraction),
    }),
  ),
  weights: record({ as_set: table(fraction), as_judged: table(fraction), now: table(fraction) }),
  votes: list(record({ voter: text, method: text, values: table(text) })),
  consensus: table(fraction),
  disagreement: table(
    record({ lowest: fraction, highest: fraction, standard_deviation: number, lowest_by: list(text), highest_by: list(text) }),
  ),
  partings: list(record({ companion: text, together_before: fraction, together_after: fraction, sentence: text })),
});

const alive = record({
  hours: number, p_alive: fraction, low: fraction, high: fraction, n: number, is_tabulated: truth, source: text,
});

const survivalData = record({
  category: text,
  hours: orNull(number),
  curve: list(alive),
  now: orNull(alive),
  why_unknown: orNull(text),
  states: list(
    record({
      hours: number, mobile_responsive: fraction, immobile_responsive: fraction, unresponsive: fraction, dead: fraction,
      hiding: fraction,
    }),
  ),
  responsive_after_searches: orNull(fraction),
  caution: record({ text, source: text }),
});

const inquiriesData = record({
  effort_m2: number,
  ranked: list(
    record({
      inquiry: text, title: text, kind: oneOf("ask", "check", "trap", "search"), reason: text, bits: number,
      bits_scenarios: number, minutes: orNull(number), bits_per_minute: orNull(number), pos_now: orNull(fraction),
      pos_then: orNull(fraction), pos_gain: orNull(fraction), pos: orNull(fraction),
      outcomes: list(
        record({ name: text, probability: fraction, weights: orNull(list(fraction)), rest_of_world: orNull(fraction) }),
      ),
    }),
  ),
});

const made = <T>(data: Check<T>) =>
  record({ name: text, seq: number, key: text, caveats: list(text), provenance: table(anything), data });

export const PRODUCTS = {
  poa: made(poaData),
  segments: made(segmentsData),
  plan: made(planData),
  wrong: made(wrongData),
  reflex: made(reflexData),
  departure: made(departureData),
  evidence: made(evidenceData),
  survival: made(survivalData),
  inquiries: made(inquiriesData),
} as const;

export type ProductName = keyof typeof PRODUCTS;
export type Product<N extends ProductName> = Checked<(typeof PRODUCTS)[N]>;
export type Bounds = Checked<typeof bounds>;

export const productList = record({ products: list(record({ name: text, title: text, summary: text })) });
export const listProducts = (id: string): Promise<Checked<typeof productList>> =>
  get(address(["cases", id, "products"]), productList);

/** A product as of a moment of the record; `at` is the time that a map is of, where it shows subjects who move. */
export function readProduct<N extends ProductName>(
  id: string, name: N, when: { as_of: string | null; at: string | null }, signal: AbortSignal,
): Promise<Product<N>> {
  const check = PRODUCTS[name] as unknown as Check<Product<N>>;
  return get(address(["cases", id, "products", name], when), check, signal);
}
