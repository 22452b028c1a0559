/** The questions that must be answered before a search is suspended: SUSPENSION_CHECKLIST of case/decision.py. */

export const CHECKLIST: Record<string, string> = {
  survival: "Is the subject likely to have survived this long?",
  in_area: "Is the subject likely to be in the area at all?",
  effective: "Was the search effective where it was done?",
  scenarios: "Were all scenarios investigated?",
  clues: "Are all clues resolved or listed?",
  rest_of_world: "Was rest of world addressed, and not only by failed searches?",
  hazard: "Does the hazard to searchers outweigh what can still be found?",
  family: "Has the family been informed?",
};

export function proposeSuspension(reasons: string, reopen_if: string, answers: Record<string, string>): Record<string, unknown> {
  const given = Object.entries(answers).map(([key, text]) => [key, text.trim()] as const).filter(([, text]) => text);
  return { reasons: reasons.trim(), reopen_if: reopen_if.trim(), checklist: Object.fromEntries(given) };
}
