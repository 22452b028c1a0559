/** Segments that were proposed and are not drawn yet: by the ground of an area, or as reflex tasks. */

import type { Proposal, SearchArea } from "../api/segments";
import type { Product } from "../api/products";
import type { Position, Segment } from "../api/state";

/** What draw_segment takes. */
export interface Shape {
  name: string;
  ring: readonly Position[];
  remark: string;
}

type Task = Product<"reflex">["data"]["tasks"][number];

/** The segment that a reflex task was drawn as: its name and its remark are as proposed, whatever became of it. */
export function drawnAs(task: Task, segments: Record<string, Segment>): Segment | null {
  return Object.values(segments).find((s) => s.name === task.name && s.remark === task.remark) ?? null;
}

export function undrawn(tasks: readonly Task[], segments: Record<string, Segment>): Task[] {
  return tasks.filter((task) => drawnAs(task, segments) === null);
}

/** An area to be cut as it is typed. */
export interface ToCut {
  by: "region" | "ring";
  region: string;
  ring: string;
  hours: string;
  searchers: string;
  sweep_width: string;
  speed: string;
}

export const NOTHING_TO_CUT: ToCut = { by: "ring", region: "", ring: "", hours: "4", searchers: "4", sweep_width: "", speed: "" };

/** What is sent of it: a region or a ring, never both; what was left empty is the server's. */
export function searchArea(typed: ToCut): SearchArea {
  const corners = typed.ring.split("\n").map((l) => l.trim()).filter(Boolean);
  const where = typed.by === "region" ? { region: typed.region } : { ring: corners };
  const rest = { hours: typed.hours.replace(",", "."), searchers: typed.searchers.replace(",", "."), sweep_width: typed.sweep_width, speed: typed.speed };
  return { ...where, ...Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, v.trim()]).filter(([, v]) => v !== "")) };
}

/** Proposed segments as draw_segment takes them. */
export const proposedShapes = (proposal: Proposal): Shape[] => proposal.segments.map((s) => ({ name: s.name, ring: s.ring, remark: "" }));
