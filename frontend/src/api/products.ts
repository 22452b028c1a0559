/** Products: what the program computes from a case. Each carries the entry it was made from and its caveats. */

import { anything, fraction, lines, list, number, orNull, record, table, text, time, type Check, type Checked } from "../lib/check";
import { address, get } from "./http";

export const bounds = record({ west_deg: number, south_deg: number, east_deg: number, north_deg: number });

const poaData = record({
  grid: record({ crs: text, width: number, height: number, cell_m: number }),
  bounds,
  image: text,
  legend: list(record({ mass: fraction, label: text, color: text })),
  rest_of_world: fraction,
  rest_of_world_before: fraction,
  scenarios: list(record({ id: text, title: text, weight: fraction, weight_before: fraction, rest_of_world: fraction })),
  searches: list(
    record({
      assignment: text, opos: fraction, rest_of_world_before: orNull(fraction), rest_of_world_after: fraction,
      coverage_mean: orNull(number), pod_mean: orNull(fraction), pod_if_uniform: orNull(fraction),
      track_length_m: orNull(number),
    }),
  ),
  pos_cumulative: fraction,
  contours: lines(record({ level: fraction })),
});

const segmentsData = record({
  segments: list(
    record({
      id: text, name: text, area_m2: number, poa: fraction, poa_per_km2: number, pod_cumulative: fraction,
      searched_times: number,
    }),
  ),
  rest_of_world: fraction,
  unsegmented: fraction,
});

const planData = record({
  choices: list(
    record({
      team: text, team_name: text, segment: text, segment_name: text, hours: number, travel_minutes: number,
      coverage: number, pod: fraction, poa: fraction, pos: fraction, psr_per_h: number, reason: text,
    }),
  ),
  pos_total: fraction,
  upper_bound: number,
  runner_up: orNull(record({ pos_total: fraction, change: text })),
  unused_teams: list(text),
});

const departureData = record({
  sentence: text,
  probability_left: fraction,
  rest_of_world: fraction,
  half_pod: record({ rest_of_world: fraction, probability_left: fraction }),
  from_evidence: record({
    weight_before: fraction, weight_after: fraction,
    judgements: list(record({ evidence: text, likelihood: table(fraction), reason: text })),
  }),
  boundaries: list(
    record({
      id: text, name: text, kind: text, sentence: text,
      watches: list(record({ quality: fraction, since: orNull(time), until: orNull(time), remark: text })),
    }),
  ),
  warning: text,
});

const made = <T>(data: Check<T>) =>
  record({ name: text, seq: number, key: text, caveats: list(text), provenance: table(anything), data });

export const PRODUCTS = {
  poa: made(poaData),
  segments: made(segmentsData),
  plan: made(planData),
  departure: made(departureData),
} as const;

export type ProductName = keyof typeof PRODUCTS;
export type Product<N extends ProductName> = Checked<(typeof PRODUCTS)[N]>;
export type Bounds = Checked<typeof bounds>;

export const productList = record({ products: list(record({ name: text, title: text, summary: text })) });
export const listProducts = (id: string): Promise<Checked<typeof productList>> =>
  get(address(["cases", id, "products"]), productList);

export function readProduct<N extends ProductName>(
  id: string, name: N, as_of: string | null, signal: AbortSignal,
): Promise<Product<N>> {
  const check = PRODUCTS[name] as unknown as Check<Product<N>>;
  return get(address(["cases", id, "products", name], { as_of }), check, signal);
}
