/** One person's vote on the scenarios as it is typed, and what is sent of it. The server reads and checks the values. */

export const LETTERS: readonly { id: string; label: string }[] = [..."ABCDEFGHI"].map((id, i) => ({
  id, label: i === 0 ? "A very likely" : i === 4 ? "E in between" : i === 8 ? "I very unlikely" : id,
}));

/** How each way of voting is meant. */
export const METHODS: Record<string, string> = {
  mattson: "Spread 100 points over all scenarios.",
  proportional: "Any scale: twice the number means twice as likely.",
  oconnor: "A letter for each, from A (very likely) to I (very unlikely).",
};

/** Of 100 points, a sentence on those given and those left; null where the way of voting has no such sum. */
export function pointsSaid(method: string, values: Record<string, string>, ids: readonly string[]): string | null {
  if (method !== "mattson") return null;
  const given = ids.reduce((sum, id) => sum + (Number((values[id] ?? "").replace(",", ".")) || 0), 0);
  const left = Number((100 - given).toFixed(4));
  const said = `${Number(given.toFixed(4))} of 100 points given`;
  return left === 0 ? `${said}.` : left > 0 ? `${said}: ${left} left.` : `${said}: ${-left} too many.`;
}

/** The fields of vote_scenarios; an empty voter is the one who acts. */
export function voteScenarios(
  voter: string, method: string, values: Record<string, string>, ids: readonly string[],
): Record<string, unknown> {
  const given = ids.map((id) => [id, (values[id] ?? "").trim().replace(",", ".")] as const).filter(([, text]) => text !== "");
  return { ...(voter.trim() ? { voter: voter.trim() } : {}), method, values: Object.fromEntries(given) };
}
