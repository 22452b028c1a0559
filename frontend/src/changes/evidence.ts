/** What a photograph tells of where and when, what a chain of custody waits for, what was read before it changed. */

import type { CaseState, Clue, Custody, Photograph, Position, Statement } from "../api/state";
import { metres, place } from "../lib/format";

const EARTH_RADIUS_M = 6_371_008.8;

/** Great-circle distance in metres; the twin of base/place.py. */
export function distance_m(a: Position, b: Position): number {
  const rad = (deg: number): number => (deg * Math.PI) / 180;
  const h = Math.sin(rad(b.lat_deg - a.lat_deg) / 2) ** 2
    + Math.cos(rad(a.lat_deg)) * Math.cos(rad(b.lat_deg)) * Math.sin(rad(b.lon_deg - a.lon_deg) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Photographs that show something, withdrawn ones last. */
export function photographsOf(all: Record<string, Photograph>, of: string): Photograph[] {
  const shown = Object.values(all).filter((p) => p.of === of || p.also_of.includes(of));
  return [...shown.filter((p) => p.withdrawn === null), ...shown.filter((p) => p.withdrawn !== null)];
}

/** The camera's own clock, as it stood; what it does not say is said to be unknown. */
export function clockLine(photo: Photograph): string {
  const { clock, offset } = photo.camera;
  if (!clock) return "not known";
  return offset ? `${clock}, zone ${offset}` : `${clock}, zone not known`;
}

export function cameraLine(photo: Photograph): string {
  return photo.camera.position ? place(photo.camera.position) : "not known";
}

/** Where its marker stands, who put it there, and how far that is from where the camera was. */
export function markerLine(photo: Photograph): string {
  const { marker_position: marker, camera } = photo;
  if (marker === null) return "none";
  if (!photo.placed_by_hand) return "as the camera says, moved by nobody";
  const apart = camera.position ? `, ${metres(distance_m(camera.position, marker))} from where the camera was` : "";
  return `${place(marker)}, placed by hand${apart}`;
}

const NEAR_M = 100_000; // the twin of case/area.py

/** What to say where the camera was far from the case. */
export function farLine(photo: Photograph, ipp: Position | null): string | null {
  const away = photo.camera.position && ipp ? distance_m(ipp, photo.camera.position) : 0;
  return away > NEAR_M ? `The camera was ${metres(away)} from the initial planning point; look whether it belongs to this case.` : null;
}

/** Whether somebody should have a thing and has not said so. */
export const isOpen = (link: Custody): boolean =>
  ["handed_over", "returned", "court"].includes(link.kind ?? "") && link.confirmed_at === null;

/** Whether a chain still goes on: somebody here holds the thing. */
export const isHeld = (chain: readonly Custody[]): boolean =>
  chain.length > 0 && !["returned", "destroyed", "court"].includes(chain[chain.length - 1]?.kind ?? "");

/** Amendments that say nothing of where the subject was, and of why; the twin of case/amendment.py. */
const SAYS_NOTHING = new Set(["instruction", "finder"]);

/** What was made from a piece of evidence before it changed, and so is to be looked at again. */
export function unreadAfterChange(item: Statement | Clue, evidence: CaseState["evidence"]): ("reading" | "judgement")[] {
  const changed = (item.amendments ?? []).filter((a) => a.fields.some((f) => !SAYS_NOTHING.has(f))).map((a) => Date.parse(a.at));
  const isBefore = (at: string | undefined): boolean => at !== undefined && changed.some((t) => t > Date.parse(at));
  const out: ("reading" | "judgement")[] = [];
  if (isBefore(evidence.readings[item.id]?.read_at)) out.push("reading");
  if (isBefore(evidence.judgements[item.id]?.at)) out.push("judgement");
  return item.withdrawn === null ? out : [];
}
