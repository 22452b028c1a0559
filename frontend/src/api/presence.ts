/** Who looks at a case: told by every page, forgotten when it goes silent. */

import { list, number, orNull, record, text, type Checked } from "../lib/check";
import { address, post } from "./http";

const person = record({ id: text, who: text, panel: text, doing: orNull(text), for_s: number });
export const presenceList = record({ people: list(person) });
export type Person = Checked<typeof person>;

export interface Here {
  id: string;
  who: string;
  panel: string;
  doing: string | null;
}

export const tellWhere = (id: string, here: Here): Promise<Checked<typeof presenceList>> =>
  post(address(["cases", id, "presence"]), here, presenceList);

/** The last word of a page that is being closed. */
export function tellGone(id: string, here: Here): void {
  navigator.sendBeacon(address(["cases", id, "presence"]), new Blob([JSON.stringify({ ...here, left: true })], { type: "application/json" }));
}
