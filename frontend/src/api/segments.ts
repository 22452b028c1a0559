/** Segments that the ground proposes for an area; nobody has drawn them yet. */

import { fraction, list, number, record, table, text, type Checked } from "../lib/check";
import { address, post } from "./http";
import { position } from "./state";

export const proposal = record({
  seq: number,
  segments: list(
    record({
      name: text, ring: list(position), area_m2: number, hours: number, edges: table(fraction), findable: fraction,
      caveats: list(text),
    }),
  ),
  caveats: list(text),
});

export type Proposal = Checked<typeof proposal>;

/** An area to be cut, a region's id or a ring, and what a team does in a segment, as people type it. */
export interface SearchArea {
  region?: string;
  ring?: string[];
  hours?: string;
  searchers?: string;
  sweep_width?: string;
  speed?: string;
}

export const proposeSegments = (id: string, area: SearchArea): Promise<Proposal> =>
  post(address(["cases", id, "segments", "propose"]), area, proposal);
