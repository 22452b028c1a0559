/** What stands in a form, and the fields of a command that follow from it. Text stays text: the server reads it. */

import type { Schema } from "../api/commands";
import type { CaseState, Position } from "../api/state";

/** What a form holds: text, a tick, a list, or named parts. */
export type Typed = string | boolean | Typed[] | { [name: string]: Typed };
export type Draft = Record<string, Typed>;

/** How a field is entered. */
export type Widget =
  | "line" | "text" | "number" | "choice" | "tick" | "yes_no" | "time" | "place" | "trail" | "lines" | "ticks" | "parts"
  | "list" | "table";

const LONG = new Set(["text", "description", "reasons", "reason", "remarks", "remark", "circumstances", "history", "content",
  "gaps", "difficulty", "medical", "task", "hazards", "clothing", "equipment", "reopen_if"]);

/** Truths of which "no" is something else than nothing said. */
const EITHER = new Set(["at_night", "radio"]);

export function widget(name: string, schema: Schema, required: boolean): Widget {
  if (schema.choices.length) return "choice";
  if (schema.format === "position") return "place";
  if (schema.format === "time" || schema.format === "date-time") return "time";
  const [type] = schema.type;
  if (type === "boolean") return required || EITHER.has(name) ? "yes_no" : "tick";
  if (type === "array") {
    if (schema.items?.format === "position") return "trail";
    if (schema.items?.choices.length) return "ticks";
    return schema.items?.type[0] === "object" ? "list" : "lines";
  }
  if (type === "object") return Object.keys(schema.properties).length ? "parts" : "table";
  if (type === "integer") return "number";
  return LONG.has(name) ? "text" : "line";
}

export function blank(name: string, schema: Schema, required: boolean): Typed {
  switch (widget(name, schema, required)) {
    case "tick":
      return false;
    case "ticks":
    case "list":
      return [];
    case "parts":
      return blankDraft(schema);
    default:
      return "";
  }
}

export function blankDraft(schema: Schema): Draft {
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, part]) => [name, blank(name, part, schema.required.includes(name))]),
  );
}

/** The fields to send: what was left empty is left out, so that the server's defaults and rules speak. */
export function fieldsOf(schema: Schema, draft: Draft): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(schema.properties)) {
    const value = fieldOf(name, part, schema.required.includes(name), draft[name] ?? "");
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** What of a form is shown, where that depends on what stands in it. */
export interface Shape {
  shown: (draft: Draft) => readonly string[];
  isNeeded: (name: string, draft: Draft) => boolean;
  /** A sentence on what was chosen in the first field. */
  says: (draft: Draft) => string | null;
}

/** Of a draft, only the fields named: what is hidden is not sent. */
export function only(draft: Draft, names: readonly string[]): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([name]) => names.includes(name)));
}

function fieldOf(name: string, schema: Schema, required: boolean, typed: Typed): unknown {
  if (typeof typed === "boolean") return typed || widget(name, schema, required) === "yes_no" ? typed : undefined;
  if (Array.isArray(typed)) {
    const items = schema.items;
    const sent = items === null ? typed : typed.map((t) => fieldOf(name, items, true, t)).filter((v) => v !== undefined);
    return sent.length || required ? sent : undefined;
  }
  if (typeof typed === "object") return fieldsOf(schema, typed);
  const text = typed.trim();
  if (!text) return undefined;
  switch (widget(name, schema, required)) {
    case "lines":
    case "trail":
      return text.split("\n").map((l) => l.trim()).filter(Boolean);
    case "table":
      return Object.fromEntries(text.split("\n").map((l) => l.trim()).filter(Boolean).map(pair));
    default:
      return text;
  }
}

function pair(line: string): [string, string] {
  const cut = line.search(/[:=]/);
  return cut < 0 ? [line, ""] : [line.slice(0, cut).trim(), line.slice(cut + 1).trim()];
}

/** Positions as people type them, one a line. Six decimals are a tenth of a metre. */
export function trailText(positions: readonly Position[]): string {
  return positions.map((p) => `${p.lat_deg.toFixed(6)},${p.lon_deg.toFixed(6)}`).join("\n");
}

export interface Option {
  id: string;
  label: string;
}

/** What a field that holds an id can point to, or null where it is free text. */
export function options(state: CaseState, command: string, name: string): Option[] | null {
  const { evidence, people, area, assignments, notices, decisions, seals, scenarios, inquiries, subject, photographs } = state;
  const named = (items: Record<string, { id: string; name: string }>): Option[] =>
    Object.values(items).map((i) => ({ id: i.id, label: `${i.id} ${i.name}` }));
  const statements = Object.values(evidence.statements).map((s) => ({ id: s.id, label: `${s.id} statement of ${s.witness}` }));
  const outings = Object.values(assignments.assignments).map((a) => ({
    id: a.id,
    label: `${a.id} ${people.teams[a.team]?.name ?? a.team} to ${area.segments[a.segment]?.name ?? a.segment}, ${a.status}`,
  }));
  const papers = Object.values(notices.notices).map((n) => ({ id: n.id, label: `${n.id} ${n.title}` }));
  switch (name) {
    case "clue":
      return named(evidence.clues);
    case "evidence":
      return [...statements, ...named(evidence.clues)];
    case "statement":
      return statements;
    case "of":
    case "also_of":
      return [{ id: "subject", label: "the subject" }, ...named(subject.companions), ...named(evidence.clues), ...statements, ...outings];
    case "photograph":
      return Object.values(photographs?.photographs ?? {}).filter((p) => p.withdrawn === null).map((p) => ({ id: p.id, label: `${p.id} ${p.caption || p.file_name}, of ${p.of}` }));
    case "team":
      return named(people.teams);
    case "segment":
    case "segments":
      return named(Object.fromEntries(Object.entries(area.segments).filter(([, s]) => s.retired === null)));
    case "least_rank":
      return people.organisation?.ranks.map((r) => ({ id: r.id, label: r.title })) ?? null;
    case "boundary":
      return named(area.boundaries);
    case "region":
      return named(area.regions);
    case "companion":
      return named(subject.companions);
    case "inquiry":
      return Object.values(inquiries.inquiries).map((i) => ({ id: i.id, label: `${i.id} ${i.title}` }));
    case "scenario":
    case "scenarios":
      return scenarios.scenarios.map((s) => ({ id: s.id, label: s.title }));
    case "assignment":
      return outings;
    case "period":
      return Object.values(assignments.periods).map((p) => ({ id: p.id, label: `Period ${p.op}` }));
    case "notice":
      return papers;
    case "order":
      return Object.values(decisions.orders).map((o) => ({ id: o.id, label: `${o.id} ${o.text.slice(0, 50)}` }));
    case "suspension":
      return Object.keys(decisions.suspensions).map((id) => ({ id, label: id }));
    case "subject":
      return command === "waive_contradiction" ? [...papers, ...outings] : null;
    case "fact":
      return command === "open_sealed_fact" ? Object.values(seals.facts).map((f) => ({ id: f.id, label: `${f.id} ${f.title}` })) : null;
    default:
      return null;
  }
}
