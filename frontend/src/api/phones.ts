/** Phones of teams as the desk sees them; invitations; what phones handed in that could not be carried out. */

import { anything, lines, list, number, orNull, record, table, text, time, truth, type Checked } from "../lib/check";
import { address, get, post } from "./http";

const phone = record({
  id: text, team: text, team_name: text, holder: text, joined_at: time, heard_at: orNull(time), revoked: orNull(text),
  position: orNull(record({ lat_deg: number, lon_deg: number })), accuracy_m: orNull(number), at: orNull(time), battery: orNull(number),
  is_recording: truth, points: number,
});
const invitation = record({ id: text, team: text, team_name: text, purpose: text, expires_at: time, why_not: orNull(text), used: number });
const refused = record({ id: text, kind: text, at: time, received_at: time, phone: text, says: text, content: table(anything) });

export const phonesAnswer = record({ seq: number, at: time, phones: list(phone), invitations: list(invitation), refused: list(refused) });
export const trailsAnswer = record({ seq: number, trails: lines(record({ phone: text, team: text })) });
export const doorAnswer = record({ url: orNull(text), trust_url: orNull(text), trust_image: orNull(text), fingerprint: orNull(text) });
const made = record({ seq: number, id: text, code: text, link: text, image: text });
const settledAnswer = record({ id: text, state: text, says: text, seq: number });

export type Board = Checked<typeof phonesAnswer>;
export type Phone = Board["phones"][number];
export type Refusal = Board["refused"][number];
export type Trails = Checked<typeof trailsAnswer>["trails"];
export type Door = Checked<typeof doorAnswer>;
export type Invited = Checked<typeof made>;

export const readPhones = (id: string): Promise<Board> => get(address(["cases", id, "phones"]), phonesAnswer);
export const readTrails = (id: string): Promise<Checked<typeof trailsAnswer>> => get(address(["cases", id, "phones", "trails"]), trailsAnswer);
export const readDoor = (): Promise<Door> => get(address(["phones-door"]), doorAnswer);
export const invite = (id: string, fields: Record<string, unknown>, as_user: string | null): Promise<Invited> =>
  post(address(["cases", id, "phones", "invite"]), { fields, as_user }, made);
export const settle = (id: string, item: string, body: { how: string; reason: string; as_user: string | null }): Promise<Checked<typeof settledAnswer>> =>
  post(address(["cases", id, "phones", "refused", item, "settle"]), body, settledAnswer);
