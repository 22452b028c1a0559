/** What a debrief would say, before it is recorded. */

import { fraction, list, number, record, text, type Checked } from "../lib/check";
import { address, post } from "./http";
import { searches } from "./products";

const found = record({ seq: number, searches, rest_of_world_before: fraction, caveats: list(text) });
export type WouldFind = Checked<typeof found>;

/** Counts a debrief without recording it; refuses as the debrief would. */
export const previewDebrief = (id: string, fields: Record<string, unknown>, as_user: string | null): Promise<WouldFind> =>
  post(address(["cases", id, "debrief", "preview"]), { fields, as_user }, found);
