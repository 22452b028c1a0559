/** Where the page is, as the text behind "#", and back. */

export const PANELS = [
  "now", "intake", "report", "timeline", "evidence", "inquiries", "scenarios", "survival", "area", "plan", "teams", "phones", "radio", "people", "notices", "decisions",
  "documents", "journal", "commands",
] as const;
export type Panel = (typeof PANELS)[number];

/** The panels by what they are about, in their order. */
export const GROUPS = {
  now: ["now"],
  person: ["intake", "report", "timeline", "evidence", "inquiries"],
  where: ["scenarios", "survival", "area"],
  search: ["plan", "teams", "phones", "radio", "people"],
  outside: ["notices", "decisions", "documents"],
  record: ["journal", "commands"],
} as const satisfies Record<string, readonly Panel[]>;
export type Group = keyof typeof GROUPS;

export interface Route {
  id: string | null;
  panel: Panel;
  /** The command whose form is open, and the thing it is about. */
  act: string | null;
  about: string | null;
  /** The moment the case is looked at; null is now. */
  as_of: string | null;
}

export const HOME: Route = { id: null, panel: "now", act: null, about: null, as_of: null };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?");
  const [word, id, panel] = path.split("/").map(decodeURIComponent);
  if (word !== "case" || !id) return HOME;
  const asked = new URLSearchParams(query);
  return {
    id,
    panel: PANELS.find((p) => p === panel) ?? "now",
    act: asked.get("do"),
    about: asked.get("about"),
    as_of: asked.get("as_of"),
  };
}

export function writeRoute(route: Route): string {
  if (route.id === null) return "#/";
  const pairs: [string, string | null][] = [["do", route.act], ["about", route.about], ["as_of", route.as_of]];
  const asked = pairs.filter((pair): pair is [string, string] => Boolean(pair[1]));
  const query = asked.length ? `?${new URLSearchParams(asked).toString()}` : "";
  return `#/case/${encodeURIComponent(route.id)}/${route.panel}${query}`;
}

/** The panel in which a command is done; what no panel holds is done in the list of all commands. */
const HOMES: Record<string, Panel> = {
  answer_questions: "intake", score_urgency: "intake", amend_case: "report", add_companion: "report",
  take_report: "report", describe_subject: "report", assess_risk: "report",
  merge_case: "timeline", unmerge_case: "timeline", absorb_case: "timeline", release_case: "timeline", keep_apart: "timeline",
  record_statement: "evidence", record_clue: "evidence", hand_over_item: "evidence", judge_evidence: "evidence",
  read_evidence: "evidence", withdraw_evidence: "evidence", amend_statement: "evidence", amend_clue: "evidence", collect_item: "evidence",
  confirm_receipt: "evidence", dispose_item: "evidence", attach_photograph: "evidence", amend_photograph: "evidence",
  place_photograph: "evidence", choose_portrait: "evidence", withdraw_photograph: "evidence", seal_fact: "evidence", open_sealed_fact: "evidence",
  set_scenarios: "scenarios", vote_scenarios: "scenarios", adopt_votes: "scenarios",
  pose_inquiry: "inquiries", answer_inquiry: "inquiries", withdraw_inquiry: "inquiries",
  mark_point: "area", set_search_area: "area", draw_segment: "area", draw_boundary: "area", set_watch: "area",
  draw_region: "area", retire_segment: "area", split_segment: "area", merge_segments: "area", redraw_segment: "area",
  set_segment_needs: "area", set_base: "area",
  draft_assignment: "plan", lock_choice: "plan", release_choice: "plan", set_aim: "plan",
  open_period: "teams", form_team: "teams", set_team_status: "teams", set_team_limits: "teams", dispatch_assignment: "teams",
  debrief_assignment: "teams", cancel_assignment: "teams", approve_assignment: "teams", amend_assignment: "teams", report_back: "teams",
  amend_debrief: "teams", set_objectives: "teams", close_period: "teams",
  invite_phone: "phones", withdraw_invitation: "phones", revoke_phone: "phones",
  log_message: "radio", correct_message: "radio", send_message: "radio", reply_message: "radio", release_message: "radio",
  check_in: "people", check_out: "people", arrived_home: "people", extend_stay: "people", call_out: "people", answer_call_out: "people",
  confirm_welfare: "people", set_welfare: "people", change_team: "people", issue_volunteer_code: "people", revoke_volunteer_code: "people",
  fill_position: "people", amend_member: "people", retire_member: "people", set_role: "people",
  draft_notice: "notices", approve_notice: "notices", publish_notice: "notices", acknowledge_notice: "notices",
  cancel_notice: "notices", confirm_recall: "notices", update_notice: "notices", reject_notice: "notices", extend_notice: "notices",
  suspend_notice: "notices", resume_notice: "notices", withdraw_notice: "notices", republish_notice: "notices",
  record_republication: "notices", send_recall: "notices", chase_recall: "notices",
  give_order: "decisions", amend_order: "decisions", acknowledge_order: "decisions", rescind_order: "decisions", waive_contradiction: "decisions",
  decide_departure: "decisions", propose_suspension: "decisions", review_suspension: "decisions",
  suspend_search: "decisions", report_find: "decisions",
};

export function panelOf(command: string): Panel {
  return HOMES[command] ?? "commands";
}
