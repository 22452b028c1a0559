/** From a draft to the command that makes it part of the case, and what is still missing for that. */

import type { CaseState } from "../api/state";
import { t } from "../lib/say";
import { FORMS, LEAST, formOf, suggestedName, type Draft, type DraftKind } from "./sketch";
import { crossing } from "./sketch_geometry";

/** What a marker stands for. A note is nobody's but this browser's. */
export const MARKERS = ["clue", "hazard", "base", "pls", "lkp", "note"] as const;
export type Marker = (typeof MARKERS)[number];

export interface Sending {
  command: string;
  fields: Record<string, unknown>;
}

export const markerOf = (draft: Draft): Marker => MARKERS.find((m) => m === draft.fields.what) ?? "clue";

export function kindName(kind: DraftKind): string {
  switch (kind) {
    case "segment": return t("Segment");
    case "region": return t("Region");
    case "boundary": return t("Boundary");
    case "route": return t("Route");
    case "marker": return t("Marker");
    case "split": return t("Cut");
    case "redraw": return t("Moved edge");
    case "merge": return t("Join");
  }
}

export function markerName(marker: Marker): string {
  switch (marker) {
    case "clue": return t("Clue");
    case "hazard": return t("Hazard");
    case "base": return t("Base: teams set out from here");
    case "pls": return t("Point last seen (PLS)");
    case "lkp": return t("Last known position (LKP)");
    case "note": return t("Note: kept in this browser only");
  }
}

/** The first name that neither the case nor a draft has. */
export function nameFor(kind: DraftKind, state: CaseState | null, drafts: readonly Draft[]): string {
  const area = state?.area;
  const own = drafts.filter((d) => d.kind === kind).map((d) => d.name);
  const named = (things: Record<string, { name: string }> | undefined): string[] => Object.values(things ?? {}).map((s) => s.name);
  switch (kind) {
    case "segment": return suggestedName("S", [...named(area?.segments), ...own]);
    case "region": return suggestedName(`${t("Region")} `, [...named(area?.regions), ...own]);
    case "boundary": return suggestedName(`${t("Boundary")} `, [...named(area?.boundaries), ...own]);
    case "route": return suggestedName(`${t("Route")} `, own);
    default: return "";
  }
}

/** Why a draft cannot be sent yet; null where it can. */
export function notYet(draft: Draft): string | null {
  const form = formOf(draft);
  const few = draft.positions.length < LEAST[form];
  if (few && form === "outline") return t("An outline needs at least three corners.");
  if (few && form === "line") return t("A line needs at least two points.");
  if (few) return t("Mark the place on the map, or type it.");
  if (!draft.isDone && form !== "point") return t("It is still being drawn: finish it first.");
  if (draft.kind === "route") return t("A route is kept in this browser; make a boundary or a segment along it to send it.");
  if (draft.kind === "marker" && markerOf(draft) === "note") return t("A note is kept in this browser; choose what it marks to send it.");
  if (draft.kind === "merge" && draft.about.length < 2) return t("Choose at least two segments that share an edge.");
  if (needsName(draft) && !draft.name.trim()) return t("Give it a name.");
  const crossed = form === "point" || form === "none" ? null : crossing(draft.positions, form === "outline");
  if (crossed && draft.kind !== "boundary") return form === "outline" ? t("The outline crosses or touches itself; drag a corner until it does not.") : t("The line crosses itself; drag a corner until it does not.");
  return null;
}

const needsName = (draft: Draft): boolean =>
  draft.kind === "marker" ? ["clue", "hazard"].includes(markerOf(draft)) : FORMS[draft.kind] !== "none" ? !["split", "redraw"].includes(draft.kind) : true;

/** The command for a draft that lacks nothing; null for what stays in this browser. */
export function sendingOf(draft: Draft): Sending | null {
  const name = draft.name.trim();
  const far = draft.fields.confirm_far === true ? { confirm_far: true } : {};
  const [about = ""] = draft.about;
  const { positions } = draft;
  switch (draft.kind) {
    case "segment": return { command: "draw_segment", fields: { name, ring: positions, ...far } };
    case "region": return { command: "draw_region", fields: { name, ring: positions, ...far } };
    case "boundary": return { command: "draw_boundary", fields: { name, line: positions, kind: draft.fields.kind || "border", ...far } };
    case "split": {
      const names = typeof draft.fields.names === "string" ? draft.fields.names.split("\n").map((l) => l.trim()).filter(Boolean) : [];
      return { command: "split_segment", fields: { segment: about, line: positions, ...(names.length ? { names } : {}) } };
    }
    case "merge": return { command: "merge_segments", fields: { segments: draft.about, name } };
    case "redraw": return { command: "redraw_segment", fields: { segment: about, ring: positions, with_neighbours: draft.fields.with_neighbours !== false, ...far } };
    case "marker": return marker(draft, name, far);
    case "route": return null;
  }
}

function marker(draft: Draft, name: string, far: object): Sending | null {
  const [position] = draft.positions;
  if (position === undefined) return null;
  const at = typeof draft.fields.at === "string" && draft.fields.at.trim() ? draft.fields.at.trim() : null;
  switch (markerOf(draft)) {
    case "clue": return { command: "record_clue", fields: { name, position, ...(draft.fields.instruction ? { instruction: draft.fields.instruction } : {}), ...(at ? { found_at: at } : {}), ...far } };
    case "hazard": return { command: "add_hazard", fields: { hazard: name, where: `${position.lat_deg.toFixed(6)},${position.lon_deg.toFixed(6)}` } };
    case "base": return { command: "set_base", fields: { position, name, ...far } };
    case "pls": return { command: "mark_point", fields: { kind: "pls", position, place: name, ...(at ? { at } : {}), ...far } };
    case "lkp": return { command: "mark_point", fields: { kind: "lkp", position, place: name, ...(at ? { at } : {}), ...far } };
    case "note": return null;
  }
}

/** The acts whose outcome can be looked at before they are sent. */
export const hasPreview = (draft: Draft): boolean => draft.kind === "split" || draft.kind === "merge" || draft.kind === "redraw";

/** What the desk's answer to a preview depends on. */
export const contentOf = (draft: Draft, seq: number): string => JSON.stringify([draft.positions, draft.about, draft.name, draft.fields, seq]);

/** The key of an act: the same content of a draft, sent again after a lost answer, is carried out once (FNV-1a). */
export function keyOf(draft: Draft, sending: Sending): string {
  const text = JSON.stringify(sending);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return `sketch-${draft.id}-${hash.toString(16)}`;
}
