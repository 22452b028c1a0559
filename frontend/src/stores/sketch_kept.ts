/** Drafts as this browser keeps them: one text each, by case, so that two pages of one browser write over no other's. */

import { readDraft, type Draft, type Drafts } from "../changes/sketch";

const PLACE = "wayhome.sketch";
const WAYS = "wayhome.sketch-ways";

export interface Ways {
  snaps: boolean;
  follows: boolean;
}

export class Kept {
  #room: string | null = null;
  #texts = new Map<string, string>();

  /** The drafts of a case, in the order in which they were begun. */
  enter(id: string | null): Draft[] {
    this.#room = id === null ? null : `${PLACE}/${encodeURIComponent(id)}/`;
    this.#texts = new Map();
    const found: Draft[] = [];
    for (const [key, text] of this.#stored()) {
      const draft = readDraft(text);
      if (draft === null) continue;
      this.#texts.set(key, text);
      found.push(draft);
    }
    return found.sort((a, b) => a.n - b.n);
  }

  /** Write what changed, and only that. */
  save(drafts: Drafts): void {
    if (this.#room === null) return;
    const now = new Map(drafts.map((d) => [`${this.#room}${d.id}`, JSON.stringify(d)]));
    for (const key of this.#texts.keys()) if (!now.has(key)) put(key, null);
    for (const [key, text] of now) if (this.#texts.get(key) !== text) put(key, text);
    this.#texts = now;
  }

  /** What another page did with a draft of this case: its id, and the draft or null where it is gone. */
  heard(key: string | null, text: string | null): { id: string; draft: Draft | null } | null {
    if (key === null || this.#room === null || !key.startsWith(this.#room)) return null;
    const draft = readDraft(text);
    if (text !== null && draft === null) return null;
    if (text === null) this.#texts.delete(key);
    else this.#texts.set(key, text);
    return { id: key.slice(this.#room.length), draft };
  }

  #stored(): [string, string][] {
    const room = this.#room;
    if (room === null) return [];
    try {
      return Object.keys(localStorage).filter((k) => k.startsWith(room)).map((k) => [k, localStorage.getItem(k) ?? ""]);
    } catch {
      return [];
    }
  }
}

/** Whether one snaps and follows; both unless somebody switched them off. */
export function keptWays(): Ways {
  let held = "";
  try {
    held = localStorage.getItem(WAYS) ?? "";
  } catch {
    // a browser that refuses storage: the usual is right
  }
  return { snaps: !held.includes("snap=off"), follows: !held.includes("follow=off") };
}

export function keepWays({ snaps, follows }: Ways): void {
  put(WAYS, `snap=${snaps ? "on" : "off"} follow=${follows ? "on" : "off"}`);
}

// A browser may refuse storage (private windows); drafts then last as long as the page.
function put(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // kept until the page is closed
  }
}
