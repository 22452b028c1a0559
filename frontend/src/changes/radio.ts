/** What the radio desk reads back of a typed line, and which messages it lists. */

import type { Line } from "../api/radio";
import type { Message } from "../api/state";

/** The parts that were understood, in the order in which people say them; empty where nothing but words was. */
export function readBack(line: Line, team: (id: string) => string, when: (at: string) => string): string[] {
  const parts: string[] = [];
  if (line.priority !== "routine") parts.push(line.priority.toUpperCase());
  if (line.team !== null) parts.push(`from ${team(line.team)}`);
  if (line.to_team !== null) parts.push(`to ${team(line.to_team)}`);
  if (line.assignment !== null) parts.push(`on ${line.assignment}`);
  if (line.clue !== null) parts.push(`about ${line.clue}`);
  if (line.heard_at !== null) parts.push(`heard ${when(line.heard_at)}`);
  if (line.status !== null) parts.push(`outing now: ${line.status.replace("_", " ")}`);
  if (line.is_located) parts.push("SUBJECT LOCATED");
  return parts;
}

/** Newest first by when they were heard; those typed later first where that is the same. Only a team's own where one is chosen. */
export function listed(messages: readonly Message[], team: string): Message[] {
  return messages
    .filter((m) => team === "" || m.team === team || m.sender === team || m.to === team)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || Date.parse(b.logged_at) - Date.parse(a.logged_at));
}

/** Minutes in words, for a clock that is read at a glance. */
export function minutes(from_ms: number, to_ms: number): string {
  const whole = Math.floor(Math.abs(to_ms - from_ms) / 60_000);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}
