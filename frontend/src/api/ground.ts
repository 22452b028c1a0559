/** The ground of a case and the tracks walked on it. */

import { lines, list, number, orNull, record, text, type Checked } from "../lib/check";
import { address, get } from "./http";
import { bounds } from "./products";

export const groundAnswer = record({
  hillshade: orNull(record({ image: text, bounds })),
  contours: orNull(lines(record({ ele: number }))),
  lines: lines(record({ kind: text })),
  caveats: list(text),
});
export const tracksAnswer = record({ seq: number, tracks: lines(record({ assignment: text, team: text })) });

export type Ground = Checked<typeof groundAnswer>;
export type Tracks = Checked<typeof tracksAnswer>["tracks"];

export const readGround = (id: string): Promise<Ground> => get(address(["cases", id, "ground"]), groundAnswer);

export const readTracks = (id: string, as_of: string | null): Promise<Checked<typeof tracksAnswer>> =>
  get(address(["cases", id, "tracks"], { as_of }), tracksAnswer);
