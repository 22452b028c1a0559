/** The case that is open, as it stands now or as it stood at a moment. */

import { readCase, type CaseAnswer } from "../api/cases";
import { sentence } from "../api/http";
import type { CaseState } from "../api/state";

class CaseFile {
  id: string | null = $state(null);
  /** The moment that was asked for, and the one that is on screen; null is now. */
  asked_as_of: string | null = $state(null);
  as_of: string | null = $state(null);
  answer: CaseAnswer | null = $state.raw(null);
  error: string | null = $state(null);
  #asked = 0;
  #reading: Promise<void> = Promise.resolve();

  state: CaseState | null = $derived(this.answer?.state ?? null);
  seq: number = $derived(this.answer?.seq ?? 0);
  zone: string = $derived(this.answer?.state.report.time_zone ?? "UTC");
  /** The past can be looked at, not changed. */
  isPast: boolean = $derived(this.asked_as_of !== null || this.as_of !== null);

  async open(id: string | null, as_of: string | null): Promise<void> {
    if (id !== this.id) {
      this.answer = null;
      this.as_of = null;
    }
    this.id = id;
    this.asked_as_of = as_of;
    await this.refresh();
  }

  /** Read the case again; of several readings under way only the last one counts, and all of them end with it. */
  async refresh(): Promise<void> {
    let reading = (this.#reading = this.#read());
    await reading;
    while (reading !== this.#reading) await (reading = this.#reading);
  }

  async #read(): Promise<void> {
    const asked = ++this.#asked;
    this.error = null;
    if (this.id === null) {
      this.answer = null;
      return;
    }
    const as_of = this.asked_as_of;
    try {
      const answer = await readCase(this.id, as_of);
      if (asked !== this.#asked) return;
      this.answer = answer;
      this.as_of = as_of;
    } catch (error) {
      if (asked === this.#asked) this.error = sentence(error);
    }
  }
}

export const casefile = new CaseFile();
