/** The state of a case as the server sends it: `CaseState` of case/state.py, field by field. */

import { fraction, list, number, oneOf, orNull, record, table, text, time, truth, type Checked } from "../lib/check";

export const position = record({ lat_deg: number, lon_deg: number });
const words = list(text);

const report = record({
  title: text, reported_at: orNull(time), time_zone: text, jurisdiction: text, reporter: orNull(text),
  contact: orNull(text), relation: orNull(text), circumstances: orNull(text), invented: truth,
});

const risk = record({
  level: oneOf("very_low", "low", "medium", "high"), signs: words, reasons: text, review_by: orNull(time),
  because: orNull(table(text)), assessed_at: time, assessed_by: text,
});
const urgency = record({ factors: table(number), remarks: text, scored_at: time, scored_by: text });

const subject = record({
  name: orNull(text), category: orNull(text), age_years: orNull(number), sex: orNull(text), description: orNull(text),
  clothing: orNull(text), equipment: orNull(text), medical: orNull(text), marks: orNull(text), history: orNull(text),
  intended_destination: orNull(text), height_cm: orNull(number), weight_kg: orNull(number), build: orNull(text),
  hair: orNull(text), eyes: orNull(text), phone: orNull(text), languages: orNull(text), address: orNull(text),
  vehicle: orNull(text), consent_to_publicity: orNull(oneOf("yes", "no", "unknown")), unknown: orNull(words),
  without: orNull(words), risk: orNull(risk), risks: orNull(list(risk)), urgency: orNull(urgency), companions: table(record({ id: text, name: text })),
});

const custody = record({
  id: orNull(text), kind: orNull(text), at: time, holder: text, given_by: text, place: orNull(text), seal_number: orNull(text), remark: text,
  confirmed_by: orNull(text), confirmed_at: orNull(time), confirmed_seal: orNull(text), confirmed_remark: orNull(text),
});
const amendments = orNull(list(record({ at: time, by: text, fields: words, reason: text })));
const statement = record({
  id: text, witness: text, text, told_at: orNull(time), observed_at: orNull(time), position: orNull(position),
  place: text, bearing_deg: orNull(number), reliability: orNull(fraction), amendments, withdrawn: orNull(text),
});
const clue = record({
  id: text, name: text, description: text, finder: text, found_at: orNull(time), position: orNull(position),
  place: text, instruction: text, custody: list(custody), amendments, withdrawn: orNull(text),
});
const camera = record({
  clock: text, offset: text, taken_at: orNull(time), gps_at: orNull(time), position: orNull(position), altitude_m: orNull(number), model: text,
});
const photograph = record({
  id: text, blob: text, form: text, file_name: text, of: text, also_of: words, caption: text, camera, width_px: number, height_px: number,
  caveats: words, may_publish: oneOf("yes", "no", "unknown"), marker_position: orNull(position), placed_by_hand: orNull(truth),
  attached_by: text, attached_at: time, withdrawn: orNull(text),
});
const judgement = record({ evidence: text, likelihood: table(fraction), reason: text, by: text, at: time });
const placed = record({
  evidence: text, kind: text, at: orNull(time), position, error_m: orNull(number), bearing_deg: orNull(number),
  target: orNull(position), beam_deg: orNull(number), range_m: orNull(number), range_error_m: orNull(number),
  technology: orNull(text), timing_advance: orNull(number), radius_m: orNull(number), confidence: orNull(fraction),
  pod: orNull(fraction), reliability: fraction, scenarios: words, reason: text, read_by: text, read_at: time,
});

const scenario = record({
  id: text, title: text, kind: text, weight: fraction, category: orNull(text), rest_of_world: fraction,
  region: orNull(text), reason: text, moves: oneOf("auto", "still", "moving"), goal: orNull(position),
});
const vote = record({ id: text, voter: text, method: text, values: table(text), at: time });

const inquiry = record({
  id: text, title: text, kind: text, yes: table(fraction), position: orNull(position), radius_m: orNull(number),
  pod: orNull(fraction), minutes: orNull(number), posed_at: time, answer: orNull(oneOf("yes", "no")), remark: text,
  answered_by: text, answered_at: orNull(time), withdrawn: orNull(text),
});

const point = record({ kind: oneOf("pls", "lkp"), position, at: orNull(time), place: text, source: text });
const watch = record({ quality: fraction, since: orNull(time), until: orNull(time), remark: text });
const boundary = record({ id: text, name: text, kind: text, line: list(position), watches: list(watch) });
const shape = record({ id: text, name: text, ring: list(position), remark: text, retired: orNull(text) });
const segment = record({ id: text, name: text, ring: list(position), remark: text, retired: orNull(text), origins: words });
const ground = record({ id: text, kind: text, file_name: text, line_kind: orNull(text) });
const area = record({
  ipp: orNull(point), points: list(point), crs: orNull(text), box_m: number, cell_m: number, ecoregion: orNull(text),
  relief: orNull(text), boundaries: table(boundary), regions: table(shape), segments: table(segment), ground: table(ground),
});

const rank = record({ id: text, title: text, order: number });
const role = record({ id: text, title: text, may: words });
const member = record({ id: text, name: text, rank: text, roles: words, qualifications: words, retired: orNull(text) });
const post = record({ id: text, title: text, member: text, since: orNull(time) });
const squad = record({ id: text, title: text, leader: text, members: words });
const organisation = record({
  name: text, ranks: list(rank), roles: list(role), members: list(member), positions: list(post), squads: list(squad),
  audiences: words, welfare_interval_s: number, longest_duty_s: number, required_rest_s: number,
});
const team = record({
  id: text, name: text, kind: text, leader: text, members: words, searchers: number, speed_mps: number,
  sweep_width_m: number, skills: words, status: text,
});

const period = record({ id: text, op: number, starts_at: time, ends_at: time, objectives: words });
const track = record({
  file_name: text, track_name: text, index: number, points: number, track_length_m: number, starts_at: orNull(time),
  ends_at: orNull(time),
});
const debrief = record({
  at: time, by: text, sweep_width_m: orNull(number), track_length_m: orNull(number), pod: orNull(fraction),
  searchers: number, gaps: text, difficulty: text, remarks: text,
});
const assignment = record({
  id: text, team: text, segment: text, period: orNull(text), task: text, hours_planned: orNull(number), hazards: text,
  permits: words, status: oneOf("draft", "approved", "stopped", "dispatched", "back", "debriefed", "cancelled"), tasked_by: text,
  team_name: orNull(text), objective: orNull(text), mitigations: orNull(text), channel: orNull(text), call_sign: orNull(text),
  check_in_s: orNull(number), report_to: orNull(text), approved_by: orNull(text), stopped_by_order: orNull(text), back_at: orNull(time),
  progress: orNull(list(record({ step: text, at: time }))), amendments: orNull(list(record({ reason: text, by: text, at: time }))),
  dispatched_at: orNull(time), tracks: list(track), debrief: orNull(debrief), cancelled: orNull(text),
});

const needs = record({
  skills: words, equipment: words, least_searchers: number, least_rank: text, daylight_only: truth, radio: orNull(truth),
  hazards: text,
});
const limits = record({
  endurance_h: number, rest_h: number, equipment: words, ready_at: orNull(time), at_night: truth, own_radio: truth,
});
const kept = record({ team: text, segment: orNull(text), period: orNull(text), reason: text, by: text });
const tasking = record({
  needs: table(needs), limits: table(limits), choices: table(kept), base: orNull(position), base_name: text,
  aim: oneOf("expected", "worst"),
});

const sending = record({
  version: number, at: time, by: text, means: orNull(text), proof: text, proof_file: text,
});
const reminder = record({ at: time, by: text, means: orNull(text), remark: text });
const wording = record({ at: time, sender: text, to: text, text, reason: text, by: text, until: time });
const reply = record({ text, replied_by: text, at: time, by: text });
const message = record({
  id: text, kind: oneOf("radio", "located", "general"), at: time, logged_at: time, by: text, sender: text, to: text, subject: text, text,
  channel: text, priority: oneOf("routine", "priority", "emergency"), team: orNull(text), assignment: orNull(text), clue: orNull(text),
  position: orNull(position), place: text, reply_wanted: truth, replies: list(reply), earlier: list(wording), against_orders: words,
  stopped_by_order: orNull(text),
});

const receipt = record({
  audience: text, sent_at: time, via: text, is_republisher: truth, address: text, link: text, version: number,
  sendings: list(sending), acknowledged_at: orNull(time), acknowledged_by: text, acknowledged_version: number,
  recall_sent_at: orNull(time), recall_means: orNull(text), recall_proof: text, recall_proof_file: text,
  reminders: list(reminder), recall_confirmed_at: orNull(time), recall_confirmed_by: text, recall_confirmed_proof: text,
});
const versionFields = {
  version: number, title: text, text, permits: words, shows: words, area: text, contact: text, link: text, photograph: text,
  expires_at: orNull(time), disclose_because: text, discloses_more: words, reason: text, drafted_by: text, drafted_at: time,
  approved_by: orNull(text), approved_at: orNull(time), rejected: orNull(text), rejected_by: text, rejected_at: orNull(time),
};
const noticeVersion = record(versionFields);
const notice = record({
  ...versionFields, id: text, kind: text,
  status: oneOf("draft", "approved", "rejected", "stopped", "published", "suspended", "withdrawn", "cancelled"),
  published_at: orNull(time), stopped_by_order: orNull(text), stopped_audiences: words, against_consent: text,
  against_consent_by: text, suspended: orNull(text), suspended_by: text, suspended_at: orNull(time),
  suspended_until: orNull(time), withdrawn: orNull(text), withdrawn_by: text, withdrawn_at: orNull(time),
  cancelled: orNull(text), cancelled_by: text, cancelled_at: orNull(time), earlier: list(noticeVersion),
  pending: orNull(noticeVersion), ledger: table(receipt),
});

const order = record({
  id: text, text, conditions: words, to: text, given_by: text, given_at: time, rescinded: orNull(text),
});
const waiver = record({ order: text, subject: text, reason: text, by: text, at: time });
const departure = record({
  conclusion: oneOf("left", "not_left", "undecided"), probability: orNull(fraction), reasons: text, evidence: words,
  looked_at: orNull(number), by: text, at: time,
});
const suspension = record({
  id: text, reasons: text, checklist: table(text), reopen_if: text, proposed_by: text, proposed_at: time,
  reviewed_by: orNull(text), reviewed_at: orNull(time), agrees: orNull(truth), review_remarks: text,
  findings: orNull(table(text)), suspended_by: orNull(text), suspended_at: orNull(time), signed_for: text, lifted_by: orNull(text),
});
// without a position: the place is withheld
const find = record({
  position: orNull(position), at: orNull(time), condition: text, remarks: text, means: orNull(text), mobility: orNull(text),
});

const handover = record({
  id: text, to: text, reasons: text, keeps: words, gives: words, proposed_by: text, proposed_at: time, accepted_by: orNull(text),
  accepted_at: orNull(time), reference: text, withdrawn: orNull(text),
});
const revisit = record({
  id: text, what: text, place: text, segment: orNull(text), due: orNull(time), trigger: text, done_at: orNull(time), done_by: text,
  result: text, cancelled: orNull(text),
});
const reopening = record({ id: text, stage: text, because: text, evidence: words, by: text, at: time });
const closure = record({
  outcome: oneOf("found", "stopped", "not_missing", "transferred"), remarks: text, seen_by: text, seen_at: orNull(time),
  interview: orNull(text), interview_by: text, safeguarding: text, true_scenario: orNull(text), searchers: text,
  tell_family: orNull(truth), by: text, at: time,
});

const reading = record({ by: text, at: time, reason: text });
const sealed = record({ id: text, title: text, readers: words, sealed_by: text, sealed_at: time, readings: list(reading) });

export const caseState = record({
  case: text, seq: number, as_of: orNull(time), unknown_events: number, report, subject,
  evidence: record({ statements: table(statement), clues: table(clue), judgements: table(judgement), readings: table(placed) }),
  photographs: orNull(record({ photographs: table(photograph), portrait: orNull(text) })),
  scenarios: record({ scenarios: list(scenario), votes: table(vote) }), inquiries: record({ inquiries: table(inquiry) }), area,
  people: record({ organisation: orNull(organisation), teams: table(team) }),
  assignments: record({ periods: table(period), assignments: table(assignment) }),
  tasking, messages: orNull(record({ messages: table(message) })),
  notices: record({ notices: table(notice) }),
  decisions: record({
    orders: table(order), waivers: list(waiver), departure: orNull(departure), departures: orNull(list(departure)),
    suspensions: table(suspension), find: orNull(find),
  }),
  ending: orNull(record({
    handovers: table(handover), revisits: table(revisit), reopenings: table(reopening), closure: orNull(closure),
    past_closures: list(closure), handed_over: orNull(text), place_withheld: orNull(text),
  })),
  seals: record({ facts: table(sealed) }),
});

export type CaseState = Checked<typeof caseState>;
export type Position = Checked<typeof position>;
export type Statement = Checked<typeof statement>;
export type Clue = Checked<typeof clue>;
export type Custody = Checked<typeof custody>;
export type Photograph = Checked<typeof photograph>;
export type Revisit = Checked<typeof revisit>;
export type Handover = Checked<typeof handover>;
export type Reading = Checked<typeof placed>;
export type Inquiry = Checked<typeof inquiry>;
export type Scenario = Checked<typeof scenario>;
export type Assignment = Checked<typeof assignment>;
export type Segment = Checked<typeof segment>;
export type Needs = Checked<typeof needs>;
export type Limits = Checked<typeof limits>;
export type Kept = Checked<typeof kept>;
export type Message = Checked<typeof message>;
export type Notice = Checked<typeof notice>;
export type NoticeVersion = Checked<typeof noticeVersion>;
export type Receipt = Checked<typeof receipt>;
export type Team = Checked<typeof team>;
