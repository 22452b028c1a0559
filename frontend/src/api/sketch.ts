/** Previews of what is drawn: what an act would do, what files hold, where typed places lie. */

import { list, number, oneOf, orNull, record, text, truth, type Checked } from "../lib/check";
import { address, get, post, postForm } from "./http";
import { position, type Position } from "./state";

const segment = record({ id: text, name: text, ring: list(position), origins: list(text) });
export const wouldDo = record({ seq: number, says: list(text), drawn: list(segment), gone: list(text) });
export type WouldDo = Checked<typeof wouldDo>;

/** What a command would do to the segments; refuses as the command would. */
export const previewOf = (id: string, command: string, fields: Record<string, unknown>, as_user: string | null): Promise<WouldDo> =>
  post(address(["cases", id, "preview", command]), { fields, as_user }, wouldDo);

const heldFile = record({
  file: text, form: orNull(text), says: orNull(text), outlines: number, lines: number, points: number,
  tracks: list(record({ name: text, points: number, has_times: truth })),
  photograph: orNull(record({ width_px: number, height_px: number })),
  kinds: list(oneOf("segment", "region", "boundary", "track", "photograph")),
  shapes: list(record({ kind: oneOf("point", "line", "polygon"), name: text, positions: list(position) })),
  caveats: list(text),
});
export const heldFiles = record({ files: list(heldFile) });
export type HeldFile = Checked<typeof heldFile>;
export type FileKind = HeldFile["kinds"][number];

/** What files hold and what they could be imported as; nothing is written. */
export function previewFiles(id: string, files: readonly File[]): Promise<Checked<typeof heldFiles>> {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return postForm(address(["cases", id, "import", "preview"]), form, heldFiles);
}

const ring = record({ ring: list(position) });
/** The outline of the ground within some metres of a line. */
export const stripAlong = (id: string, line: readonly Position[], beside: string): Promise<Checked<typeof ring>> =>
  post(address(["cases", id, "strip"]), { line, beside }, ring);

export const readPlaces = record({ positions: list(record({ position: orNull(position), says: orNull(text) })) });
/** Places as people type them, read by the desk. */
export const placesOf = (texts: readonly string[]): Promise<Checked<typeof readPlaces>> => post(address(["positions"]), { texts }, readPlaces);

export const teamRate = record({ m2_per_h: number, searchers: number, sweep_width_m: number, speed_mps: number, coverage: number });
export type TeamRate = Checked<typeof teamRate>;
export const readTeamRate = (): Promise<TeamRate> => get(address(["team-rate"]), teamRate);
