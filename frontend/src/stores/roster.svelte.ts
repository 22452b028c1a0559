/** The check-in table as the server last told it, and the codes issued since the page was opened. */

import { doCommand } from "../api/commands";
import { sentence } from "../api/http";
import { issueCode, readRoster, type Board, type Issued } from "../api/roster";
import { newKey } from "./acting";
import { actor } from "./actor.svelte";
import { casefile } from "./casefile.svelte";

class Roster {
  board: Board | null = $state.raw(null);
  error: string | null = $state(null);
  /** Only the desk that issued a code ever sees it, and only until the page is left. */
  issued: Record<string, Issued> = $state.raw({});
  #asked = 0;

  async read(id: string, as_of: string | null): Promise<void> {
    const asked = ++this.#asked;
    try {
      const board = await readRoster(id, as_of);
      if (asked === this.#asked) [this.board, this.error] = [board, null];
    } catch (error) {
      if (asked === this.#asked) this.error = sentence(error);
    }
  }

  forget(): void {
    this.#asked++;
    this.board = null;
    this.issued = {};
  }

  /** An act at the table. It rests on no entry on screen: others check people in at the same time. */
  async act(command: string, fields: Record<string, unknown>): Promise<void> {
    const id = casefile.id;
    if (id === null) return;
    await doCommand(id, command, { fields, expected_seq: null, as_user: actor.user, key: newKey() });
    void casefile.refresh();
  }

  async issue(fields: Record<string, string>): Promise<void> {
    const id = casefile.id;
    if (id === null) return;
    const made = await issueCode(id, fields, actor.user);
    this.issued = { ...this.issued, [made.id]: made };
    void casefile.refresh();
  }
}

export const roster = new Roster();
