/** A reading of evidence by place: the fields that each kind needs or may have, as _SHAPES of case/reading.py says. */

import type { Clue, Reading, Statement } from "../api/state";
import { metres, percent, place } from "../lib/format";
import { trailText, type Draft, type Shape } from "./fields";

export const SHAPES: Record<string, { needs: readonly string[]; may: readonly string[] }> = {
  sighting: { needs: ["position", "error_m"], may: [] },
  footprint: { needs: ["position", "error_m", "bearing_deg"], may: [] },
  item: { needs: ["position", "error_m"], may: [] },
  camera: { needs: ["position", "error_m"], may: [] },
  dog: { needs: ["position", "error_m"], may: [] },
  towards: { needs: ["position", "error_m"], may: ["bearing_deg", "target"] },
  cell_sector: { needs: ["position", "bearing_deg", "beam_deg"], may: ["range_m", "range_error_m"] },
  timing_advance: { needs: ["position", "technology", "timing_advance"], may: ["error_m"] },
  aml: { needs: ["position", "radius_m", "confidence"], may: [] },
  not_here: { needs: ["position", "radius_m", "pod"], may: [] },
};

/** What each kind says, for whoever chooses one. */
export const SAYS: Record<string, string> = {
  sighting: "Somebody saw the subject at the place.",
  footprint: "A print at the place, and the way it points.",
  item: "A thing of the subject lay at the place.",
  camera: "A camera or a reader took the subject at the place.",
  dog: "A dog showed interest at the place.",
  towards: "From the place they went in a direction, or to a target: give one of the two.",
  cell_sector: "A phone mast (the place) heard the phone within a sector; a distance only together with its error.",
  timing_advance: "A phone mast (the place) told how far away the phone was, as a step of its network.",
  aml: "The phone itself told its position, with the radius of its circle.",
  not_here: "Somebody looked within the circle and the subject was not there.",
};

const ALWAYS = ["reliability", "scenarios", "reason", "confirm_far"];

/** The form of read_evidence for one piece of evidence: the fields that the chosen kind has a use for, and no others. */
export function readingForm(item: Statement | Clue): Shape {
  const kindOf = (draft: Draft): string => (typeof draft.kind === "string" ? draft.kind : "");
  return {
    shown: (draft) => {
      const shape = SHAPES[kindOf(draft)];
      return shape === undefined ? ["kind"] : ["kind", "at", ...shape.needs, ...shape.may, ...ALWAYS];
    },
    // what the evidence itself says may be left out
    isNeeded: (name, draft) => {
      if (name === "position") return item.position === null;
      if (name === "reliability") return !("reliability" in item) || item.reliability === null;
      return name === "kind" || (SHAPES[kindOf(draft)]?.needs.includes(name) ?? false);
    },
    says: (draft) => SAYS[kindOf(draft)] ?? null,
  };
}

/** An earlier reading as it would be typed, to be corrected. */
export function typedReading(reading: Reading): Draft {
  const draft: Draft = { kind: reading.kind, scenarios: reading.scenarios, reason: reading.reason };
  for (const name of ["at", "bearing_deg", "beam_deg", "technology", "timing_advance", "confidence", "pod", "reliability"] as const) {
    if (reading[name] !== null) draft[name] = String(reading[name]);
  }
  for (const name of ["error_m", "range_m", "range_error_m", "radius_m"] as const) {
    if (reading[name] !== null) draft[name] = `${reading[name]} m`;
  }
  for (const name of ["position", "target"] as const) {
    if (reading[name] !== null) draft[name] = trailText([reading[name]]);
  }
  return draft;
}

/** What a reading rests on, in one line. */
export function readingLine(reading: Reading): string {
  const parts = [place(reading.position)];
  if (reading.error_m !== null) parts.push(`give or take ${metres(reading.error_m)}`);
  if (reading.radius_m !== null) parts.push(`within ${metres(reading.radius_m)}`);
  if (reading.range_m !== null) parts.push(`${metres(reading.range_m)} away, give or take ${metres(reading.range_error_m ?? 0)}`);
  if (reading.bearing_deg !== null) parts.push(`towards ${reading.bearing_deg.toFixed(0)}° true`);
  if (reading.beam_deg !== null) parts.push(`sector of ${reading.beam_deg.toFixed(0)}°`);
  if (reading.target !== null) parts.push(`towards ${place(reading.target)}`);
  if (reading.timing_advance !== null) parts.push(`step ${reading.timing_advance} of ${(reading.technology ?? "").toUpperCase()}`);
  if (reading.confidence !== null) parts.push(`confidence ${percent(reading.confidence, 0)}`);
  if (reading.pod !== null) parts.push(`POD ${percent(reading.pod, 0)}`);
  parts.push(`reliability ${percent(reading.reliability, 0)}`);
  return parts.join(", ");
}
