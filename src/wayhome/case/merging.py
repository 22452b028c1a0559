"""Two cases of one person: the one that is merged into another, and what the other took over from it.

Knows what was copied, under which numbers, and what was left out because both cases held it. Copies no
sealed fact, no reading and no judgement: those who have the primary case read its evidence themselves.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.command import BearingDeg, Command, Fraction, Instant, Place, Says, command
from wayhome.case.custody import ItemHandedOver
from wayhome.case.evidence import (
    Clue,
    ClueRecorded,
    EvidenceWithdrawn,
    Instruction,
    Statement,
    StatementRecorded,
)
from wayhome.case.fact import ERASED, Context, Event, Origin, Personal, PersonalText, event, folds, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState


class OtherReport(Record):
    """The report of a case that was taken over, as it stood then."""

    title: str = ""
    reported_at: datetime | None = None
    reporter: str | None = None
    contact: str | None = None
    relation: str | None = None
    circumstances: str | None = None


class StatementThere(Record):
    """A statement as it stands in another case; `id` is its number there."""

    id: str
    witness: str
    text: str
    told_at: Instant | None = None
    observed_at: Instant | None = None
    position: Place | None = None
    place: str = ""
    bearing_deg: BearingDeg | None = None
    reliability: Fraction | None = None


class ClueThere(Record):
    """A clue as it stands in another case; `holder` has it in keeping now, after its own chain of custody there."""

    id: str
    name: str
    description: str = ""
    finder: str = ""
    found_at: Instant | None = None
    position: Place | None = None
    place: str = ""
    instruction: Instruction = "collect"
    holder: str = ""
    is_received: bool = True


class Copied(Record):
    """A statement or clue that came from another case: its number here and there."""

    id: str
    from_id: str


class LeftOut(Record):
    """A statement or clue that was not copied: withdrawn there, or held here already as `same_as`."""

    from_id: str
    why: Literal["same", "withdrawn"]
    same_as: str = ""


class Merged(Record):
    """This case was found to be about the same person as another, and goes on there."""

    into: str
    reason: str
    by: str
    at: datetime


class Absorbed(Record):
    """Another case that was merged into this one, and what came of it."""

    other: str
    reason: str
    report: OtherReport
    copied: tuple[Copied, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    by: str
    at: datetime
    released: str | None = None
    released_at: datetime | None = None


class Links(Record):
    """How this case hangs together with others; `merges` counts how often it was merged.

    `apart` holds why another case is about somebody else, however alike the two look.
    """

    merged: Merged | None = None
    merges: int = 0
    absorbed: tuple[Absorbed, ...] = ()
    apart: dict[str, str] = {}

    def standing(self) -> tuple[Absorbed, ...]:
        """Cases that are merged into this one and were not released again."""
        return tuple(a for a in self.absorbed if a.released is None)

    def absorbs(self, other: str) -> Absorbed | None:
        """What was taken over of a case that is merged into this one."""
        return next((a for a in self.standing() if a.other == other), None)

    def came_from(self, evidence: str) -> tuple[str, str] | None:
        """The case and the number there of a statement or clue that was copied, released or not."""
        return next(((a.other, c.from_id) for a in self.absorbed for c in a.copied if c.id == evidence), None)

    def released_copies(self) -> frozenset[str]:
        """Numbers of what came with a case that was released again."""
        return frozenset(c.id for a in self.absorbed if a.released is not None for c in a.copied)


@event("case_merged")
class CaseMerged(Event):
    """This case goes on in another."""

    into: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Merged into case {self.into}, which is about the same person: {self.reason}"


@event("case_unmerged")
class CaseUnmerged(Event):
    """This case goes on by itself again."""

    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"No longer merged; the case goes on as it was: {self.reason}"


@event("case_absorbed")
class CaseAbsorbed(Event):
    """Another case is about the same person; its statements and clues follow in the same entry."""

    other: str
    reason: PersonalText
    report: Annotated[OtherReport, Personal] = OtherReport()
    copied: tuple[Copied, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def says(self) -> str:
        """Sentence for the log: what came, what did not, and why."""
        came = ", ".join(f"{c.from_id} as {c.id}" for c in self.copied) or "nothing"
        left = [
            f"{x.from_id} is the same as {x.same_as}" if x.why == "same" else f"{x.from_id} is withdrawn there"
            for x in self.left_out
        ]
        not_copied = f" Not copied: {'; '.join(left)}." if left else ""
        return f"Case {self.other} is about the same person: {self.reason} Copied from it: {came}.{not_copied}"


@event("case_released")
class CaseReleased(Event):
    """The other case is about somebody else after all; what came with it is withdrawn in the same entry.

    `kept` says which copies stay, because a further merged case said the same: number here, that case.
    """

    other: str
    reason: PersonalText
    withdrawn: tuple[str, ...] = ()
    kept: dict[str, str] = {}

    def says(self) -> str:
        """Sentence for the log."""
        gone = ", ".join(self.withdrawn) or "nothing"
        kept = "".join(f" {here} stays: case {case} says the same." for here, case in self.kept.items())
        return f"Case {self.other} is released: {self.reason} Withdrawn with it: {gone}.{kept}"


@event("case_kept_apart")
class CaseKeptApart(Event):
    """Another case looks alike and is about somebody else."""

    other: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Case {self.other} is about somebody else: {self.reason}"


@folds(CaseMerged, "links")
def _merged(links: Links, fact: CaseMerged, origin: Origin) -> Links:
    merged = Merged(**fact.__dict__, by=origin.by, at=origin.at)
    return links.replace(merged=merged, merges=links.merges + 1, apart=_without(links.apart, fact.into))


@folds(CaseKeptApart, "links")
def _kept_apart(links: Links, fact: CaseKeptApart, origin: Origin) -> Links:
    return links.replace(apart={**links.apart, fact.other: fact.reason})


@folds(CaseUnmerged, "links")
def _unmerged(links: Links, fact: CaseUnmerged, origin: Origin) -> Links:
    return links.replace(merged=None)


@folds(CaseAbsorbed, "links")
def _absorbed(links: Links, fact: CaseAbsorbed, origin: Origin) -> Links:
    absorbed = Absorbed(**fact.__dict__, by=origin.by, at=origin.at)
    return links.replace(absorbed=(*links.absorbed, absorbed), apart=_without(links.apart, fact.other))


@folds(CaseReleased, "links")
def _released(links: Links, fact: CaseReleased, origin: Origin) -> Links:
    def after(held: Absorbed) -> Absorbed:
        if held.released is not None:
            return held
        if held.other == fact.other:
            copied = tuple(c for c in held.copied if c.id not in fact.kept)
            return held.replace(copied=copied, released=fact.reason, released_at=origin.at)
        mine = {here for here, case in fact.kept.items() if case == held.other}
        taken = [x for x in held.left_out if x.same_as in mine]
        return held.replace(
            copied=(*held.copied, *(Copied(id=x.same_as, from_id=x.from_id) for x in taken)),
            left_out=tuple(x for x in held.left_out if x not in taken),
        )

    return links.replace(
        absorbed=tuple(after(a) for a in links.absorbed), apart={**links.apart, fact.other: fact.reason}
    )


def _without(apart: dict[str, str], other: str) -> dict[str, str]:
    return {case: why for case, why in apart.items() if case != other}


@command("merge_case", "Say that this case is about the same person as another and goes on there.", needs="decide")
class MergeCase(Command):
    """One half of a merge; `wayhome case merge` does both, and the page."""

    into: Annotated[str, Says("Id of the case that goes on.")]
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while teams are out or notices live: nobody could call them back from a merged case."""
        into = _other(state, self.into, "into")
        if state.links.absorbs(into) is not None:
            raise RuleBroken(f"Case {into} is merged into this one; the two can't be merged into each other.")
        if out := [a.id for a in state.assignments.assignments.values() if a.status in ("dispatched", "back")]:
            raise RuleBroken(
                f"Teams are still out or not debriefed ({', '.join(out)}); debrief them first, then merge."
            )
        if live := [n.id for n in state.notices.live()]:
            raise RuleBroken(
                f"Notices of this case are still published ({', '.join(live)}); cancel them, and publish from case {into}."
            )
        return (CaseMerged(into=into, reason=said(self.reason, "reason")),)


@command(
    "unmerge_case", "Say that this case is about somebody else after all; it goes on as it was.", "decide", ("merged",)
)
class UnmergeCase(Command):
    """One half; the case that took it over releases it with `release_case`."""

    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """The stage alone allows it."""
        return (CaseUnmerged(reason=said(self.reason, "reason")),)


@command("absorb_case", "Take over what another case knows of the same person, under numbers of this one.", "decide")
class AbsorbCase(Command):
    """The other half of a merge: the report is kept beside this case's own, statements and clues are copied.

    What this case holds already (same witness, same words, same time observed; for a clue same name, finder,
    time and place) is not copied, so that nothing counts twice. `withdrawn` names what was withdrawn there.
    """

    other: Annotated[str, Says("Id of the case that is merged into this one.")]
    reason: str
    report: OtherReport = OtherReport()
    statements: tuple[StatementThere, ...] = ()
    clues: tuple[ClueThere, ...] = ()
    withdrawn: tuple[str, ...] = ()
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a case that was taken over already, and places far from this one that nobody confirmed."""
        other = _other(state, self.other, "other")
        if state.links.absorbs(other) is not None:
            raise RuleBroken(f"Case {other} is merged into this one already; release it first (release_case).")
        self._check(state)
        left = [LeftOut(from_id=key, why="withdrawn") for key in self.withdrawn]
        copied: list[Copied] = []
        events: list[Event] = []
        gone = state.links.released_copies()
        held_s = {w: s.id for s in state.evidence.statements.values() if s.id not in gone and (w := _words_of(s))}
        taken_s: dict[str, object] = {**state.evidence.statements}
        for s in self.statements:
            words = _words_of(s)
            if words is not None and (same := held_s.get(words)) is not None:
                left.append(LeftOut(from_id=s.id, why="same", same_as=same))
                continue
            key = context.new_id("S", taken_s)
            taken_s[key] = s
            copied.append(Copied(id=key, from_id=s.id))
            events.append(StatementRecorded(**{**s.__dict__, "id": key}))
        held_c = {f: c.id for c in state.evidence.clues.values() if c.id not in gone and (f := _find_of(c))}
        taken_c: dict[str, object] = {**state.evidence.clues}
        for c in self.clues:
            found_as = _find_of(c)
            if found_as is not None and (same := held_c.get(found_as)) is not None:
                left.append(LeftOut(from_id=c.id, why="same", same_as=same))
                continue
            key = context.new_id("C", taken_c)
            taken_c[key] = c
            copied.append(Copied(id=key, from_id=c.id))
            events.append(ClueRecorded(**{**{f: getattr(c, f) for f in ClueRecorded.__fields__}, "id": key}))
            if c.instruction == "collect" and c.holder and c.holder != c.finder:
                chain = f"its chain of custody until then stands in case {other} under {c.id}"
                events.append(
                    ItemHandedOver(
                        clue=key, holder=c.holder, given_by=c.finder, remark=chain, is_received=c.is_received
                    )
                )
        fact = CaseAbsorbed(
            other=other, reason=said(self.reason, "reason"), report=self.report, copied=tuple(copied),
            left_out=tuple(left),
        )  # fmt: skip
        return (fact, *events)

    def _check(self, state: CaseState) -> None:
        items: list[tuple[str, StatementThere | ClueThere]] = [
            *((f"statements[{i}]", s) for i, s in enumerate(self.statements)),
            *((f"clues[{i}]", c) for i, c in enumerate(self.clues)),
        ]
        seen: set[tuple[type, str]] = set()
        for where, item in items:
            texts = ("id", "witness", "text") if isinstance(item, StatementThere) else ("id", "name")
            for field in texts:
                said(getattr(item, field), f"{where}.{field}")
            if (type(item), item.id) in seen:
                raise InvalidInput(f"{where}: {item.id} is given twice.", field=where)
            seen.add((type(item), item.id))
            state.area.check_near(item.position, self.confirm_far, f"{where}.position")


@command(
    "release_case", "Let a merged case go: it was about somebody else; what came with it is withdrawn.", needs="decide",
    during=("active", "suspended", "found", "closed", "handed_over"),
)  # fmt: skip
class ReleaseCase(Command):
    """Withdraws exactly what `absorb_case` copied; the map is then what it was without it."""

    other: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a case that is not merged into this one."""
        held = state.links.absorbs(self.other)
        if held is None:
            have = ", ".join(a.other for a in state.links.standing()) or "none"
            raise RuleBroken(f"Case {self.other} is not merged into this one; merged into it are: {have}.")
        others = [a for a in state.links.standing() if a.other != held.other]
        kept = {x.same_as: a.other for a in others for x in a.left_out if x.why == "same"}
        kept = {c.id: kept[c.id] for c in held.copied if c.id in kept}
        items: dict[str, Statement | Clue] = {**state.evidence.statements, **state.evidence.clues}
        gone = tuple(c.id for c in held.copied if c.id not in kept and items[c.id].withdrawn is None)
        fact = CaseReleased(other=held.other, reason=said(self.reason, "reason"), withdrawn=gone, kept=kept)
        return (
            fact,
            *(EvidenceWithdrawn(evidence=key, reason=f"came with case {held.other}, since released") for key in gone),
        )


@command("keep_apart", "Say that a case that looks alike is about somebody else; it is no longer proposed.")
class KeepApart(Command):
    """Said on either of the two; merging them later is still possible."""

    other: Annotated[str, Says("Id of the case that looks alike.")]
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a case that is merged into this one."""
        other = _other(state, self.other, "other")
        if state.links.absorbs(other) is not None:
            raise RuleBroken(f"Case {other} is merged into this one; release it first (release_case).")
        return (CaseKeptApart(other=other, reason=said(self.reason, "reason")),)


def there(state: CaseState) -> dict[str, object]:
    """The fields of `absorb_case` that hold what a case would bring: report, standing statements and clues."""
    r, evidence = state.report, state.evidence
    items: tuple[Statement | Clue, ...] = (*evidence.statements.values(), *evidence.clues.values())
    return {
        "report": OtherReport(**{f: getattr(r, f) for f in OtherReport.__fields__}).as_json(),
        "statements": [_taken(StatementThere, s) for s in evidence.statements.values() if s.withdrawn is None],
        "clues": [
            _taken(ClueThere, c) | ({"holder": c.custody[-1].holder, "is_received": not c.custody[-1].is_open} if c.custody else {})
            for c in evidence.clues.values() if c.withdrawn is None
        ],
        "withdrawn": [item.id for item in items if item.withdrawn is not None],
    }  # fmt: skip


def _taken(cls: type[Record], item: Statement | Clue) -> dict[str, object]:
    fields = item.as_json()
    return {f: fields[f] for f in cls.__fields__ if fields.get(f) is not None}


def _other(state: CaseState, key: str, field: str) -> str:
    other = said(key, field)
    if other == state.case:
        raise InvalidInput(f"{field}: {other} is this case itself; name the other one.", field=field)
    return other


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _words_of(s: Statement | StatementThere) -> tuple[str, str, datetime | None] | None:
    """What makes two statements one; None where its words are erased."""
    return None if ERASED in (s.witness, s.text) else (_plain(s.witness), _plain(s.text), s.observed_at)


def _find_of(c: Clue | ClueThere) -> tuple[str, str, datetime | None, Position | None] | None:
    """What makes two clues one; None where neither time nor place is known, since two caps are two caps."""
    known = c.found_at is not None or c.position is not None
    return (_plain(c.name), _plain(c.finder), c.found_at, c.position) if known else None
