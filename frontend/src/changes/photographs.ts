/** What a photograph tells of where and when, and a chain of custody, in words. The camera's place and the marker's stay two facts. */

import type { Custody, Photograph, Position } from "../api/state";
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

/** Whether somebody should have a thing and has not said so. */
export const isOpen = (link: Custody): boolean =>
  ["handed_over", "returned", "court"].includes(link.kind ?? "") && link.confirmed_at === null;

/** Whether a chain still goes on: somebody here holds the thing. */
export const isHeld = (chain: readonly Custody[]): boolean =>
  chain.length > 0 && !["returned", "destroyed", "court"].includes(chain[chain.length - 1]?.kind ?? "");
