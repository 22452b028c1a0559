/** The field's words for the names in code: labels of fields, choices and panels. */

import type { Panel } from "../changes/route";

const LABELS: Record<string, string> = {
  age_years: "Age in years", marks: "Distinguishing marks", medical: "Medical facts", bearing_deg: "Bearing, degrees from true north",
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
};

const CHOICES: Record<string, string> = {
  pls: "Point last seen (PLS)", lkp: "Last known position (LKP)", very_low: "very low", left_by_vehicle: "left by vehicle",
  not_missing: "not missing at all", taken: "taken by somebody", influenced: "influenced by a third party", not_left: "has not left",
  left: "has left", missing_notice: "missing notice", border_alert: "border alert", standing_order: "standing order",
  public_appeal: "public appeal", no_publicity: "no publicity", no_pursuit_across_border: "no pursuit across the border",
  temperate: "temperate", dry: "dry", urban: "urban",
};

const HINTS: Record<string, string> = {
  sweep_width: "Write it with its unit, such as 30 m. Rule of thumb: 1.1 to 1.8 times the range at which the object is seen.",
  permits: "One a line, such as harm, publish_name, cross_border. Held against the orders in force.",
  reliability: "0.6 or 60 %: how far the witness can be relied on.",
  audiences: "One a line.", signs: "One a line.", objectives: "One a line.", skills: "One a line.", readers: "One a line: ids of roles or members.",
  checklist: "One a line: question: answer.", members: "One a line.", review_by: "When the risk is to be looked at again.",
  category: "Such as hiker, dementia, child_7_9, despondent; the law of distance follows from it.",
  likelihood: "One a line: scenario: 0.8",
};

const TITLES: Record<Panel, string> = {
  now: "Now", report: "Report", evidence: "Evidence", scenarios: "Scenarios", area: "Area", plan: "Plan", teams: "Teams",
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
