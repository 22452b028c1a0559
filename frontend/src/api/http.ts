/** One way to the server: JSON in, checked JSON out, and the server's own sentence where it refuses. */

import { anything, orNull, record, table, text, type Check } from "../lib/check";

export const refusal = record({ error: record({ code: text, message: text, details: orNull(table(anything)) }) });

/** A refusal in the server's words. `code` is stable: invalid_input, not_allowed, conflict, ... */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
    this.name = "Refused";
  }
}

/** No answer at all: nothing is known of whether the act was done. */
export class Unreachable extends Error {
  constructor() {
    super("The desk does not answer. Nothing you typed is lost; try again when the connection is back.");
    this.name = "Unreachable";
  }
}

async function answer(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw new Refused(response.status, "no_json", `The server answered ${response.status} without a sentence.`, {});
  }
  if (response.ok) return body;
  const { error } = refusal(body, path);
  throw new Refused(response.status, error.code, error.message, error.details ?? {});
}

export async function get<T>(path: string, check: Check<T>, signal?: AbortSignal): Promise<T> {
  return check(await answer(path, signal ? { signal } : {}), path);
}

export async function post<T>(path: string, body: unknown, check: Check<T>): Promise<T> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return check(await answer(path, init), path);
}

export async function postForm<T>(path: string, body: FormData, check: Check<T>): Promise<T> {
  return check(await answer(path, { method: "POST", body }), path);
}

/** `/api/cases/ID...` with its parts escaped, and the query without what is empty. */
export function address(parts: readonly string[], query: Record<string, string | null> = {}): string {
  const asked = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const tail = asked.length ? `?${new URLSearchParams(asked).toString()}` : "";
  return `/api/${parts.map(encodeURIComponent).join("/")}${tail}`;
}

/** What to show beside a form or a panel for anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
