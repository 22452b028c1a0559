/** Who else looks at this case, at which panel, filling in which form. Said by the pages themselves; nothing of it is recorded. */

import { tellGone, tellWhere, type Here, type Person } from "../api/presence";
import { newKey } from "./acting";

const TELL_EVERY_MS = 20_000;
const LONGEST = 200;

class PresenceStore {
  people: Person[] = $state.raw([]);
  readonly me = newKey();
  others: Person[] = $derived(this.people.filter((p) => p.id !== this.me));
  #case: string | null = null;
  #here: Here = { id: this.me, who: "", panel: "", doing: null };
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.#timer ??= setInterval(() => this.#tell(), TELL_EVERY_MS);
    window.addEventListener("pagehide", () => { if (this.#case !== null) tellGone(this.#case, this.#here); });
  }

  /** Where this page is now; null: at no case. */
  at(id: string | null, who: string, panel: string): void {
    const isNew = id !== this.#case;
    if (isNew && this.#case !== null) tellGone(this.#case, this.#here);
    if (isNew) this.people = [];
    this.#case = id;
    this.#here = { ...this.#here, who: who.slice(0, 80), panel, doing: isNew ? null : this.#here.doing };
    this.#tell();
  }

  /** The form that is being filled here; null: none. */
  fills(place: string | null): void {
    const doing = place?.slice(0, LONGEST) ?? null;
    if (doing === this.#here.doing) return;
    this.#here = { ...this.#here, doing };
    this.#tell();
  }

  /** Others who fill in the same form. */
  at_form(place: string): Person[] {
    return this.others.filter((p) => p.doing === place.slice(0, LONGEST));
  }

  #tell(): void {
    if (this.#case === null) return;
    tellWhere(this.#case, this.#here).catch(() => undefined); // the line's own state says that it is gone
  }
}

export const presence = new PresenceStore();
