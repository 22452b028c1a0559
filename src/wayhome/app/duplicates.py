"""Cases of one person on a desk: which look alike, and how two become one and two again.

Each merge is two entries, one in either case. The duplicate comes first, so that nothing is added to it while
it is copied; whatever ends the work in between, the same call again completes it and repeats nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.base.errors import RuleBroken
from wayhome.base.record import to_json
from wayhome.case.agenda import Matter
from wayhome.case.authority import actor
from wayhome.case.command import parse_command
from wayhome.case.fact import Context
from wayhome.case.likeness import Likeness, likely_others
from wayhome.case.merging import CaseAbsorbed, CaseReleased, there
from wayhome.case.state import CaseState, decide

if TYPE_CHECKING:
    from wayhome.app.desk import App
    from wayhome.case.state import CaseState


def duplicates(app: App, case: str | None = None) -> list[dict[str, Any]]:
    """Pairs of cases that may be about one person, the likeliest first; of one case, or of the whole desk once."""
    states = [app.state(c) for c in app.cases()]
    found: list[Likeness] = []
    if case is not None:
        found += likely_others(app.state(case), states)
    else:
        for i, state in enumerate(states):
            found += likely_others(state, states[i + 1 :])
    titles = {s.case: s.report.title for s in states}
    order = {"likely": 0, "possible": 1}
    found.sort(key=lambda x: (order[x.verdict], -x.points, x.case, x.other))
    return [{**x.as_json(), "title": titles[x.case], "other_title": titles[x.other]} for x in found]


def links(app: App, case: str) -> dict[str, Any]:
    """What a case is merged with, and what a merge that was broken off left to do."""
    state = app.state(case)
    held = state.links
    out: dict[str, Any] = {
        "merged": to_json(held.merged), "absorbed": [to_json(a) for a in held.standing()], "unfinished": [],
    }  # fmt: skip
    if held.merged is not None and not _absorbs(app, held.merged.into, case):
        out["unfinished"].append(
            f"Case {case} is merged, but case {held.merged.into} has not taken it over yet; merge them again."
        )
    for absorbed in held.standing():
        if not _is_merged_into(app, absorbed.other, case):
            out["unfinished"].append(
                f"Case {absorbed.other} was taken over, but is not merged itself; merge it again, or unmerge it."
            )
    return out


def matters(app: App, state: CaseState) -> list[Matter]:
    """What a case's likeness to the others of the desk asks of a person."""
    rows = duplicates(app, state.case) if state.status != "merged" else []
    found = [
        Matter(what=f"May be the same person as in case {r['other']} ({r['other_title']}); merge them, or keep them apart.",
               command="merge_case", about=r["other"], urgency="soon")
        for r in rows
        if r["verdict"] == "likely"
    ]  # fmt: skip
    unfinished = links(app, state.case)["unfinished"]
    return found + [Matter(what=text, command="merge_case", urgency="now") for text in unfinished]


def merge(
    app: App, primary: str, duplicate: str, *, reason: str, by: str | None = None, confirm_far: bool = False
) -> dict[str, Any]:
    """Merge a duplicate into the case that goes on; what both hold is copied once, sealed facts never.

    Returns numbers of what was copied and left out, and what stays readable in the duplicate only.

    Raises
    ------
    RuleBroken
        The duplicate is merged elsewhere, teams of it are out, notices of it are live, or the primary is no
        case that goes on. Nothing is written then.
    """
    state, target = app.state(duplicate), app.state(primary)
    merged = state.links.merged
    if merged is not None and merged.into != primary:
        raise RuleBroken(f"Case {duplicate} is merged into case {merged.into} already; unmerge it first.")
    if merged is None:
        if target.links.absorbs(duplicate) is None:  # ask first: the second entry must not be refused
            context = Context(by=actor(target, by), at=app.now())
            decide(target, parse_command("absorb_case", _brought(state, reason, confirm_far)), context)
        fields = {"into": primary, "reason": reason}
        app.do(duplicate, "merge_case", fields, by=by, key=f"merge {primary} {state.links.merges + 1}")
        state = app.state(duplicate)
    if target.links.absorbs(duplicate) is None:
        key = f"absorb {duplicate} {state.links.merges}"
        app.do(primary, "absorb_case", _brought(state, reason, confirm_far), by=by, key=key)
    return _came(app, primary, duplicate)


def unmerge(app: App, duplicate: str, *, reason: str, by: str | None = None) -> dict[str, Any]:
    """Make two cases of one again: the primary withdraws exactly what came, the duplicate is what it was."""
    state = app.state(duplicate)
    merged = state.links.merged
    holders = [c for c in app.cases() if c != duplicate and _absorbs(app, c, duplicate)]
    if merged is None and not holders:
        raise RuleBroken(f"Case {duplicate} is not merged into another.")
    withdrawn: list[str] = []
    for primary in holders:
        nth = sum(a.other == duplicate for a in app.state(primary).links.absorbed)
        done = app.do(
            primary, "release_case", {"other": duplicate, "reason": reason}, by=by, key=f"release {duplicate} {nth}"
        )
        withdrawn += [key for e in done.events if isinstance(e, CaseReleased) for key in e.withdrawn]
    if merged is not None:
        app.do(duplicate, "unmerge_case", {"reason": reason}, by=by, key=f"unmerge {state.links.merges}")
    return {
        "duplicate": duplicate, "released_by": holders, "withdrawn": withdrawn, "seq": app.head(duplicate),
        "status": app.state(duplicate).status,
    }  # fmt: skip


def _brought(state: CaseState, reason: str, confirm_far: bool) -> dict[str, Any]:
    return {"other": state.case, "reason": reason, "confirm_far": confirm_far, **there(state)}


def _came(app: App, primary: str, duplicate: str) -> dict[str, Any]:
    held = app.state(primary).links.absorbs(duplicate)
    assert held is not None, "a merge that was not taken over"
    state = app.state(duplicate)
    stays = {
        "readings": len(state.evidence.standing_readings()), "segments": len(state.area.live_segments()),
        "assignments": len(state.assignments.assignments), "orders": len(state.decisions.in_force()),
        "sealed facts": len(state.seals.facts), "photographs": len(state.photographs.photographs),
    }  # fmt: skip
    says = CaseAbsorbed(
        other=held.other, reason=held.reason, report=held.report, copied=held.copied, left_out=held.left_out
    )
    return {
        "primary": primary, "duplicate": duplicate, "seq": app.head(primary), "says": says.says(),
        "copied": to_json(held.copied), "left_out": to_json(held.left_out),
        "stays_in_duplicate": {what: n for what, n in stays.items() if n},
    }  # fmt: skip


def _absorbs(app: App, primary: str, duplicate: str) -> bool:
    return primary in app.cases() and app.state(primary).links.absorbs(duplicate) is not None


def _is_merged_into(app: App, duplicate: str, primary: str) -> bool:
    if duplicate not in app.cases():
        return True  # on another desk; nothing is known of it here
    merged = app.state(duplicate).links.merged
    return merged is not None and merged.into == primary
