/** The desk as a phone reaches it: joins, reads its own task and ground, hands in. Every answer is checked. */

import { anything, lines, list, number, orNull, record, table, text, truth, type Check, type Checked } from "../lib/check";
import { ShutOut, type Item, type Line, type Result } from "./outbox";

const place = list(number);
const numberOrText: Check<number | string> = (value, path) => (typeof value === "number" ? value : text(value, path));
const told = record({
  seq: number, at: text, case: text, title: text, time_zone: text, ended: orNull(text),
  phone: record({ id: text, holder: text }),
  team: record({ id: text, name: text, leader: text, call_sign: text, status: text }),
  conditions: list(text),
  subject: record({ lines: list(text), portrait: orNull(text) }),
  safety: record({ message: text, emergency: text }),
  welfare: record({ interval_s: number, heard_at: orNull(text), due: orNull(text) }),
  assignments: list(record({
    id: text, status: text, task: text, objective: text, hazards: text, mitigations: text, channel: text, call_sign: text,
    report_to: text, equipment: text, check_in_s: orNull(number), hours_planned: orNull(number), progress: orNull(text),
    dispatched_at: orNull(text), cancelled: orNull(text), segment: record({ id: text, name: text, ring: list(place) }),
  })),
  hazards: list(record({ id: text, says: text, where: text })),
  places: list(record({ kind: text, label: text, at: place })),
  messages: list(record({ id: text, at: text, sender: text, text: text, reply_wanted: truth, to_us: truth, answered: truth })),
  outcomes: list(record({ id: text, state: text, says: text })),
});
export type Told = Checked<typeof told>;

const drawn = lines(table(numberOrText));

const ground = record({
  key: text, hillshade: orNull(text), contours: orNull(drawn), lines: drawn, caveats: list(text),
  bounds: orNull(record({ west_deg: number, south_deg: number, east_deg: number, north_deg: number })),
});
export type Ground = Checked<typeof ground>;

const joined = record({ token: text, phone: text, case: text, team: text, team_name: text });
const result = record({ id: text, state: text, says: text });
const results = record({ results: list(result) });
const refusal = record({ error: record({ code: text, message: text, details: anything }) });

/** The desk refused with its own sentence. */
export class DeskSays extends Error {}

async function asked(path: string, token: string | null, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const answer = await fetch(`/field/api/${path}`, { ...init, headers, cache: "no-store" });
  if (answer.ok || answer.status === 304) return answer;
  const said = await sentence(answer);
  if (answer.status === 401 || answer.status === 403) throw new ShutOut(said);
  throw new DeskSays(said);
}

async function sentence(answer: Response): Promise<string> {
  try {
    return refusal(await answer.json(), "error").error.message;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}

const json = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

export async function join(code: string, holder: string): Promise<Checked<typeof joined>> {
  return joined(await (await asked("join", null, json({ code, holder }))).json(), "join");
}

/** What the phone shows; null where nothing changed since `tag`. */
export async function read(token: string, tag: string | null): Promise<{ told: Told; tag: string | null } | null> {
  const answer = await asked("me", token, tag === null ? {} : { headers: { "If-None-Match": tag } });
  if (answer.status === 304) return null;
  return { told: told(await answer.json(), "me"), tag: answer.headers.get("ETag") };
}

export async function readGround(token: string): Promise<Ground> {
  return ground(await (await asked("map", token)).json(), "map");
}

export async function readFile(token: string, path: "map/hillshade.png" | "portrait.jpg"): Promise<Blob> {
  return (await asked(path, token)).blob();
}

/** The line on which items go out. */
export function lineOf(token: string): Line {
  return {
    async items(items: readonly Item[]): Promise<Result[]> {
      const body = { sent_at: new Date().toISOString(), items: items.map((i) => ({ ...i.body, id: i.id, kind: i.kind, at: i.at })) };
      return results(await (await asked("items", token, json(body))).json(), "items").results;
    },
    async file(item: Item): Promise<Result> {
      const headers: Record<string, string> = { "X-At": item.at, "Content-Type": item.file?.type || "application/octet-stream" };
      const where = item.body.position;
      if (Array.isArray(where)) headers["X-Position"] = where.join(",");
      const path = item.kind === "photograph" ? `photographs/${item.id}` : `tracks/${item.id}?assignment=${encodeURIComponent(String(item.body.assignment))}`;
      return result(await (await asked(path, token, { method: "POST", body: item.file ?? null, headers })).json(), "file");
    },
  };
}

/** What was kept of an earlier visit, checked as if it came fresh. */
export const toldAgain = (kept: unknown): Told => told(kept, "kept");
export const groundAgain = (kept: unknown): Ground => ground(kept, "kept");
