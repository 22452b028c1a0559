/** A question as it is typed before it is asked, and the fields of pose_inquiry that follow from it. */

export interface Posed {
  title: string;
  kind: string;
  /** Whether a yes is expected by scenario, or the question looks at a place: never both. */
  by: "scenario" | "place";
  position: string;
  radius_m: string;
  pod: string;
  minutes: string;
  confirm_far: boolean;
}

export const NOTHING_POSED: Posed = {
  title: "", kind: "ask", by: "scenario", position: "", radius_m: "", pod: "", minutes: "", confirm_far: false,
};

/** `yes` is in per cent by scenario id, as typed. */
export function poseInquiry(posed: Posed, yes: Record<string, string>): Record<string, unknown> {
  const place = posed.position.trim() ? { position: posed.position.trim() } : {};
  const expected =
    posed.by === "scenario"
      ? { yes: Object.fromEntries(Object.entries(yes).filter(([, text]) => text.trim() !== "").map(([id, text]) => [id, `${text.trim()} %`])) }
      : Object.fromEntries(([["radius_m", posed.radius_m], ["pod", posed.pod]] as const).filter(([, text]) => text.trim() !== "").map(([name, text]) => [name, text.trim()]));
  return {
    title: posed.title.trim(), kind: posed.kind, ...place, ...expected,
    ...(posed.minutes.trim() ? { minutes: posed.minutes.trim().replace(",", ".") } : {}),
    ...(posed.confirm_far ? { confirm_far: true } : {}),
  };
}
