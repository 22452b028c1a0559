/** What was typed into forms and not sent yet: it outlives the form, an error, a walk to another panel and a reload of the page. */

import type { Draft } from "../changes/fields";

/** What belongs to a draft beside its text. */
export interface Sending {
  /** One key per content: the same sent again after a lost answer is carried out once. */
  key: string;
  keyed: string;
  /** The newest entry when the first letter was typed; null while nothing is. */
  began: number | null;
}

const KEPT = "wayhome.drafts";
const KEEP_EVERY_MS = 1000;

interface Held extends Sending {
  draft: Draft;
}

class Drafts {
  #held = new Map<string, Held & { blank: string }>();
  #kept: Record<string, Held> = {};
  #dropped = $state(0);
  #written = "";

  /** Take up what was typed before the page was loaded anew in this tab, and keep from now on. */
  start(): void {
    this.#kept = remembered();
    window.addEventListener("pagehide", () => this.keep());
    setInterval(() => this.keep(), KEEP_EVERY_MS);
  }

  /** The draft at a place such as "case record_clue", made blank the first time. */
  at(place: string, blank: () => Draft): Draft {
    void this.#dropped; // whoever shows a draft looks again when one is dropped
    const held = this.#held.get(place);
    if (held !== undefined) return held.draft;
    const [first, kept] = [blank(), this.#kept[place]];
    const draft: Draft = $state({ ...first, ...kept?.draft });
    this.#held.set(place, { draft, blank: JSON.stringify(first), key: kept?.key ?? "", keyed: kept?.keyed ?? "", began: kept?.began ?? null });
    return draft;
  }

  sending(place: string): Sending {
    return this.#held.get(place) ?? { key: "", keyed: "", began: null };
  }

  drop(place: string): void {
    delete this.#kept[place];
    if (this.#held.delete(place)) this.#dropped += 1;
  }

  /** Write down what differs from a blank form. */
  keep(): void {
    const out: Record<string, Held> = { ...this.#kept };
    for (const [place, { blank, draft, key, keyed, began }] of this.#held) {
      if (JSON.stringify(draft) === blank) delete out[place];
      else out[place] = { draft: JSON.parse(JSON.stringify(draft)) as Draft, key, keyed, began };
    }
    const text = JSON.stringify(out);
    if (text === this.#written) return;
    this.#written = text;
    try {
      sessionStorage.setItem(KEPT, text);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // the browser keeps nothing: the page still does
    }
  }
}

function remembered(): Record<string, Held> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, Held>;
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return {};
    throw error;
  }
}

export const drafts = new Drafts();
