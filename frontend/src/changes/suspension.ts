/** The questions before a search is suspended: SUSPENSION_CHECKLIST and SUSPENSION_ALSO of case/decision.py. */

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

/** What may be answered besides. */
export const ALSO: Record<string, string> = {
  plan: "Is the plan complete, and is what is left of it listed?",
  information: "Is what is known in order: timeline, evidence, map?",
  intelligence: "Can more be learnt by asking, by telephone or camera records?",
  documents: "Are the documents of the search complete?",
  conditions: "Do weather and terrain speak for waiting?",
  sustainability: "Can the search be kept up with the people and means there are?",
  media: "Is it settled what the media are told?",
  specialists: "Were specialists asked (medical, behaviour, survival)?",
  coroner: "Does the coroner, or whoever has that office, know?",
};

export const QUESTIONS: Record<string, string> = { ...CHECKLIST, ...ALSO };

/** Answers that say something, by question. */
export const answered = (answers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(answers).map(([key, text]) => [key, text.trim()] as const).filter(([, text]) => text));

export const proposeSuspension = (reasons: string, reopen_if: string, answers: Record<string, string>): Record<string, unknown> =>
  ({ reasons: reasons.trim(), reopen_if: reopen_if.trim(), checklist: answered(answers) });
