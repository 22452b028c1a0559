/** The field's words for the names in code: labels of fields, choices and panels. */

import type { Panel } from "../changes/route";

const LABELS: Record<string, string> = {
  age_years: "Age in years", height_cm: "Height in centimetres", weight_kg: "Weight in kilograms", consent_to_publicity: "Agrees to publicity",
  unknown: "Asked, not known (names of fields)", without: "None of (names of fields)", marks: "Distinguishing marks", medical: "Medical facts", bearing_deg: "Bearing, degrees from true north",
  confirm_far: "The place really is that far away", crs: "Reference system", box: "Box (side of the search map)", cell: "Cell of the grid",
  pls: "Point last seen (PLS)", lkp: "Last known position (LKP)", position: "Place (latitude,longitude)", place: "Name of the place",
  ring: "Outline", line: "Line", at: "When", told_at: "Told at", observed_at: "Observed at", found_at: "Found at", sweep_width: "Effective sweep width",
  track_length: "Track length", pod: "Probability of detection (POD)", review_by: "Look again by", signs: "Warning signs",
  to: "To whom", permits: "What it permits its readers", reopen_if: "What would reopen it", agrees: "Do you agree?", subject: "What is let out",
  quality: "Chance that a crossing is noticed", rest_of_world: "Rest of world within this scenario", kind: "Kind", speed: "Searching speed",
  searchers: "Searchers side by side", likelihood: "Likelihood by scenario", id: "Short id", ecoregion: "Kind of country", relief: "Relief",
  reliability: "Reliability", readers: "Who may read it (roles or members)", audiences: "To whom (audiences)", audience: "Audience",
  signed_for: "Signed for", conditions: "Conditions that stay in force", evidence: "Evidence", probability: "Probability that they left",
  hours_planned: "Hours", duration: "Time for the task", may: "May", order: "Order", starts_at: "From", ends_at: "Until", since: "Since", until: "Until",
  error_m: "How far off it may be", beam_deg: "Width of the sector, degrees", range_m: "Distance from the mast", range_error_m: "How far off that distance may be",
  technology: "Network", timing_advance: "Step (timing advance)", radius_m: "Radius", confidence: "Chance that the phone is in the circle", target: "Where they went towards",
  moves: "Does the subject still move?", goal: "Where the subject wants to go", minutes: "Minutes it takes",
  endurance: "Can be out for", rest: "Then rests for", ready_at: "Ready from", at_night: "Goes out in the dark", own_radio: "Has a radio of its own",
  least_searchers: "At least so many searchers", least_rank: "Rank that its leader must hold", daylight_only: "By daylight only",
  radio: "The base's radio reaches it", with_neighbours: "Neighbours give up and take ground", names: "Names of the parts", aim: "What plans aim at",
  other_conditions: "Other conditions, in words", mitigations: "What is done against the hazards", report_to: "Reports to, and where", start_at: "Starts at",
  check_in: "Calls every", call_sign: "Call sign", movements: "Movements: where they went, in which order", gaps: "Gaps: where they did not or could not look",
  difficulty_factors: "What made it difficult", likelihood_of_finding: "How likely they would have found them", not_there_or_missed: "Not there, or missed?",
  clear: "Fields to empty", sender: "From", not_located: "It was not the subject, or not located", reply_wanted: "A reply is wanted", objectives: "Objectives",
  taken_by: "Who took it", seal_number: "Number of the bag or seal", received_by: "Who received it (signed)", holder: "To whom", of: "What it shows",
  also_of: "What it shows besides", may_publish: "May it be published?", how: "How it ended", confirmed_by: "Receipt confirmed by",
  method: "Way of voting", values: "Values by scenario", voter: "Who votes", yes: "Chance of a yes by scenario", inquiry: "Question",
  limit: "May stay for", leave_by: "Must leave by", home_by: "Expected home by", who: "Whom", eta: "Here at",
  shows: "What it shows from the record", means: "By what means", proof: "Proof (a number, a receipt, who took the call)",
  proof_file: "Photograph or file that proves it", sent_at: "Sent at", via: "From whom they have it", link: "Address of the page",
  findings: "What you found, by question", keeps: "What stays here (tasks)", gives: "Papers given to them", reference: "Their number for it",
  trigger: "Or when something happens, such as when the snow is gone", because: "Why", seen_by: "Seen in person by", seen_at: "Seen at",
  interview: "Prevention interview", interview_by: "Who held the interview", safeguarding: "Safeguarding referral (to whom, or why none)",
  true_scenario: "Scenario that turned out true (its id)", tell_family: "May the family be told where?", mobility: "Could the subject move and answer?",
  disclose_because: "Why what can harm must be told", against_consent_because: "Why against consent", contact: "How to reach them",
};

const CHOICES: Record<string, string> = {
  pls: "Point last seen (PLS)", lkp: "Last known position (LKP)", very_low: "very low", left_by_vehicle: "left by vehicle",
  not_missing: "not missing at all", taken: "taken by somebody", influenced: "influenced by a third party", not_left: "has not left",
  left: "has left", missing_notice: "missing notice", border_alert: "border alert", standing_order: "standing order",
  public_appeal: "public appeal", no_publicity: "no publicity", no_pursuit_across_border: "no pursuit across the border",
  item: "thing found", towards: "went towards", cell_sector: "sector of a phone mast", timing_advance: "distance from a phone mast (timing advance)",
  aml: "position told by the phone (AML)", not_here: "looked, and not there", watches: "silence of the watches", gsm: "GSM (2G)", lte: "LTE (4G)",
  en_route: "on the way", returning: "on the way back",
  mattson: "100 points", proportional: "any scale", oconnor: "letters A to I", auto: "as its kind suggests", still: "stays in one place", moving: "still walks",
  ask: "ask somebody", check: "check a place", trap: "look for tracks", mobile_responsive: "on the move, answers", immobile_responsive: "still, answers",
  unresponsive: "alive, does not answer", hiding: "hiding",
  expected: "the most on the whole", worst: "the most in the worst scenario",
  handed_over: "handed over", returned: "given back", destroyed: "destroyed", court: "given to the court", collected: "collected", found: "found",
  temperate: "temperate", dry: "dry", urban: "urban",
  stopped: "stopped for good", transferred: "handed over to another territory", mobile_unresponsive: "on the move, does not answer",
  immobile_unresponsive: "still, does not answer", not_possible: "not possible", done: "done", declined: "offered and declined",
  e_mail: "e-mail", social_media: "social media", in_person: "in person", last_seen_area: "area where last seen (in words)",
  last_seen_time: "time when last seen", last_seen_place: "exact place where last seen", medical: "medical facts", address: "home address",
};

const HINTS: Record<string, string> = {
  sweep_width: "Write it with its unit, such as 30 m. Rule of thumb: 1.1 to 1.8 times the range at which the object is seen.",
  permits: "One a line, such as harm, publish_name, cross_border. Held against the orders in force.",
  reliability: "0.6 or 60 %: how far the witness can be relied on.",
  readers: "One a line: ids of roles or members.", checklist: "One a line: question: answer.", findings: "One a line: question: what you found; such as effective: the shore least.",
  names: "One a line, from north to south or from west to east; left empty: A, B, ...",
  at_night: "Not said: it does.", radio: "No: only a team with a radio of its own may go. Not said: nobody knows.", review_by: "When the risk is to be looked at again.",
  category: "Such as hiker, dementia, child_7_9, despondent; the law of distance follows from it.",
  likelihood: "One a line: scenario: 0.8",
  error_m: "Such as 50 m.", range_m: "Such as 3 km.", radius_m: "Such as 200 m.", beam_deg: "Such as 120.", confidence: "Such as 0.68 or 68 %.",
  minutes: "Left empty: nobody knows.",
  shows: "Nothing ticked: the least that works for its kind. Medical facts, home address and exact place need their reason.",
  addresses: "One a line: audience: address. Not printed on what recipients get.",
  proof_file: "Id of a photograph of this case, or the content hash of a file.", via: "Left empty: nobody knows.", against_consent_because: "Only where there is no consent to publicity, or the photograph may not be published.",
  expires_at: "From then on it may not be published, until somebody extends it.",
};

const TITLES: Record<Panel, string> = {
  now: "Now", intake: "First call", report: "Report", timeline: "Timeline", evidence: "Evidence", scenarios: "Scenarios", inquiries: "What to ask", survival: "Survival", area: "Area", plan: "Plan", teams: "Teams", phones: "Phones", radio: "Radio", people: "People",
  notices: "Notices", decisions: "Decisions", documents: "Documents", journal: "Journal", commands: "All acts",
};

export const plain = (name: string): string => name.replaceAll("_", " ");

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export const label = (name: string): string => LABELS[name] ?? capital(plain(name));
export const choice = (name: string): string => CHOICES[name] ?? plain(name);
export const hint = (name: string): string | null => HINTS[name] ?? null;
export const title = (panel: Panel): string => TITLES[panel];

/** "debrief_assignment" as a heading: "Debrief assignment". */
export const heading = (command: string): string => capital(plain(command));
