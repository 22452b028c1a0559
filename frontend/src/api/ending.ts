/** What is left to settle before a case is closed, by outcome; and what a reopened search begins with. */

import { list, number, record, table, text, type Checked } from "../lib/check";
import { address, get } from "./http";

export const endingAnswer = record({ seq: number, unsettled: table(list(text)), open_clues: list(text), due_revisits: list(text) });
export type EndingAnswer = Checked<typeof endingAnswer>;

export const readEnding = (id: string, as_of: string | null): Promise<EndingAnswer> =>
  get(address(["cases", id, "ending"], { as_of }), endingAnswer);
