"""Segments: drawn, retired, split, merged and redrawn, with what they ask of teams and kept choices handed on.

Knows that a segment never changes: others take its place and name it as their origin, so outings stay bound to the
ring they were done in. Computes no geometry (it comes in with the context) and moves no probability: that lies on cells.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Literal

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.record import Record
from wayhome.case.area import Area, Segment
from wayhome.case.command import Command, Place, command
from wayhome.case.fact import Context, Event, Origin, Rings, event, folds, found, said
from wayhome.case.tasking import ChoiceLocked, ChoiceReleased, Needs, SegmentNeedsSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wayhome.case.state import CaseState

How = Literal["split", "merged", "redrawn"]


class Piece(Record):
    """A segment that takes the place of those it comes from."""

    id: str
    name: str
    ring: tuple[Position, ...]
    origins: tuple[str, ...]
    remark: str = ""


@event("segment_drawn")
class SegmentDrawn(Event):
    """A searchable area."""

    id: str
    name: str
    ring: tuple[Position, ...]
    remark: str = ""

    def says(self) -> str:
        """Sentence for the log."""
        return f"Segment {self.id} drawn: {self.name}."


@event("segment_retired")
class SegmentRetired(Event):
    """A segment that is not assigned any more; its history stays."""

    segment: str
    reason: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Segment {self.segment} retired: {self.reason}"


@event("segments_redivided")
class SegmentsRedivided(Event):
    """Segments that others take the place of, on the same ground or with an edge moved."""

    how: How
    retired: tuple[str, ...]
    drawn: tuple[Piece, ...]

    def says(self) -> str:
        """Sentence for the log."""
        became = ", ".join(f"{p.id} ({p.name})" for p in self.drawn)
        many = "Segments" if len(self.retired) > 1 else "Segment"
        return f"{many} {', '.join(self.retired)} {self.how}: {became} from now on."


@folds(SegmentDrawn, "area")
def _drawn(area: Area, fact: SegmentDrawn, origin: Origin) -> Area:
    return area.replace(segments={**area.segments, fact.id: Segment(**fact.__dict__)})


@folds(SegmentRetired, "area")
def _retired(area: Area, fact: SegmentRetired, origin: Origin) -> Area:
    gone = area.segments[fact.segment].replace(retired=fact.reason)
    return area.replace(segments={**area.segments, gone.id: gone})


@folds(SegmentsRedivided, "area")
def _redivided(area: Area, fact: SegmentsRedivided, origin: Origin) -> Area:
    segments = dict(area.segments)
    for key in fact.retired:
        became = ", ".join(p.id for p in fact.drawn if key in p.origins)
        # two desks may each have edited it before they met: both edits stand, the table says that segments overlap
        segments[key] = segments[key].replace(retired=segments[key].retired or f"{fact.how}, now {became}")
    segments |= {p.id: Segment(**p.__dict__) for p in fact.drawn}
    return area.replace(segments=segments)


@command("draw_segment", "Draw a segment: an area that one team can search in 4 to 6 hours.", "plan")
class DrawSegment(Command):
    """A ring of at least three positions; edges should be findable on the ground."""

    name: str
    ring: tuple[Place, ...]
    remark: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what is no ring, and a name that is taken."""
        ring = state.area.checked_ring(self.ring, self.confirm_far)
        name = said(self.name, "name")
        _check_names(state, (name,), ())
        key = context.new_id("SEG", state.area.segments)
        return (SegmentDrawn(id=key, name=name, ring=ring, remark=self.remark),)


@command("retire_segment", "Take a segment out of use; its search history stays in the record.", "plan")
class RetireSegment(Command):
    """Only when nobody is out in it."""

    segment: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse while a team is out in it."""
        segment = _in_use(state, self.segment)
        return (SegmentRetired(segment=segment.id, reason=said(self.reason, "reason")),)


@command(
    "split_segment", "Cut a segment in parts along a line; probability and search history go with the ground.", "plan"
)
class SplitSegment(Command):
    """The line begins and ends beyond the edge; names go from north to south or from west to east, as the parts lie."""

    segment: str
    line: tuple[Place, ...]
    names: tuple[str, ...] = ()

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a segment in use, a line that does not cut it, and names that do not fit the parts."""
        segment = _in_use(state, self.segment)
        parts = _rings(state, context).parts(_label(segment), segment.ring, self.line)
        if len(parts) > len(ascii_uppercase):
            raise InvalidInput(f"line: it cuts {segment.name} in {len(parts)} parts; draw a simpler one.", field="line")
        names = self.names or tuple(
            f"{segment.name} {letter}" for letter, _ in zip(ascii_uppercase, parts, strict=False)
        )
        if len(names) != len(parts):
            raise InvalidInput(
                f"names: the line makes {len(parts)} parts of {segment.name}, and {len(names)} names are given.",
                field="names",
            )
        become = [
            (said(n, f"names[{i}]"), ring, (segment,)) for i, (n, ring) in enumerate(zip(names, parts, strict=True))
        ]
        return _redivision(state, context, "split", (segment,), become)


@command("merge_segments", "Join segments that share edges; probability and search history go with the ground.", "plan")
class MergeSegments(Command):
    """The way back from a split; the name may be that of one of them."""

    segments: tuple[str, ...]
    name: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse segments in use, the same one twice, and those that do not make one ring."""
        merged = tuple(_in_use(state, key, f"segments[{i}]") for i, key in enumerate(self.segments))
        if len({s.id for s in merged}) < 2 or len({s.id for s in merged}) < len(merged):
            raise InvalidInput("segments: name at least two, and each once.", field="segments")
        ring = _rings(state, context).union({_label(s): s.ring for s in merged})
        return _redivision(state, context, "merged", merged, [(said(self.name, "name"), ring, merged)])


@command("redraw_segment", "Move the edge of a segment; with_neighbours=true moves the edges it shares.", "plan")
class RedrawSegment(Command):
    """With neighbours, they give up what it takes and take what it gives up; without, it must keep off their ground."""

    segment: str
    ring: tuple[Place, ...]
    with_neighbours: bool = False
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse segments in use, what is no ring, and ground of neighbours that are to stay."""
        segment = _in_use(state, self.segment)
        ring = state.area.checked_ring(self.ring, self.confirm_far)
        others = {_label(s): s for s in state.area.live_segments() if s.id != segment.id}
        redrawn, moved = _rings(state, context).redrawn(
            _label(segment),
            segment.ring,
            ring,
            {n: s.ring for n, s in others.items()},
            others_move=self.with_neighbours,
        )
        if redrawn == segment.ring:
            raise InvalidInput(f"ring: it is that of {segment.name} already.", field="ring")
        neighbours = tuple(_in_use(state, others[n].id) for n in moved)
        become = [(s.name, r, (s,)) for s, r in zip((segment, *neighbours), (redrawn, *moved.values()), strict=True)]
        return _redivision(state, context, "redrawn", (segment, *neighbours), become)


def _label(segment: Segment) -> str:
    return f"{segment.id} {segment.name}"


def _in_use(state: CaseState, key: str, field: str = "segment") -> Segment:
    """A segment that may be taken out of use."""
    segment: Segment = found(state.area.segments, key, "segment")
    if segment.retired is not None:
        raise RuleBroken(f"{segment.id} is retired already: {segment.retired}", field=field)
    out = [a.id for a in state.assignments.assignments.values()
           if a.segment == segment.id and a.is_open]  # fmt: skip
    if out:
        raise RuleBroken(
            f"{segment.name} is still assigned ({', '.join(out)}); debrief or cancel that first.", field=field
        )
    return segment


def _rings(state: CaseState, context: Context) -> Rings:
    if state.area.crs is None:
        raise RuleBroken(
            "This case has no place yet, so no grid to measure segments on; mark a point (mark_point) first."
        )
    assert context.rings is not None, "a desk that does commands brings the geometry"
    return context.rings(state.area.crs)


def _check_names(state: CaseState, names: Sequence[str], leaving: Iterable[Segment]) -> None:
    """Refuse names that segments in use have, but for those that leave, and a name given twice."""
    gone = {s.id for s in leaving}
    taken = {s.name.lower() for s in state.area.live_segments() if s.id not in gone}
    for name in names:
        if name.lower() in taken:
            raise RuleBroken(f'There is a segment "{name}" already; choose another name.')
        taken.add(name.lower())


def _redivision(
    state: CaseState, context: Context, how: How, leaving: tuple[Segment, ...],
    become: Sequence[tuple[str, tuple[Position, ...], tuple[Segment, ...]]],
) -> tuple[Event, ...]:  # fmt: skip
    """The events of an edit: segments by name, ring and origins, what each asks of a team, and choices kept on them."""
    if how != "redrawn":
        _check_names(state, [name for name, _, _ in become], leaving)
    taken: dict[str, object] = dict(state.area.segments)
    pieces, needs = [], []
    for name, ring, origins in become:
        key = context.new_id("SEG", taken)
        remark = "; ".join(dict.fromkeys(s.remark for s in origins if s.remark))
        pieces.append(Piece(id=key, name=name, ring=ring, origins=tuple(s.id for s in origins), remark=remark))
        taken[key] = pieces[-1]
        asked = [state.tasking.needs[s.id] for s in origins if s.id in state.tasking.needs]
        if asked:
            needs.append(SegmentNeedsSet(segment=key, **_together(state, asked).__dict__))
    choices: list[Event] = []
    for choice in state.tasking.choices.values():
        heirs = [p.id for p in pieces if choice.segment in p.origins]
        if len(heirs) == 1:
            choices.append(ChoiceLocked(team=choice.team, segment=heirs[0], period=choice.period, reason=choice.reason))
        elif heirs:  # which part was meant, only the planner knows
            choices.append(ChoiceReleased(team=choice.team, period=choice.period))
    retired = tuple(s.id for s in leaving)
    return (SegmentsRedivided(how=how, retired=retired, drawn=tuple(pieces)), *needs, *choices)


def _together(state: CaseState, asked: Sequence[Needs]) -> Needs:
    """What all of some needs ask: the most of each."""
    ranks = {} if state.people.organisation is None else {r.id: r.order for r in state.people.organisation.ranks}
    told = {n.radio for n in asked}
    return Needs(
        skills=tuple(dict.fromkeys(s for n in asked for s in n.skills)),
        equipment=tuple(dict.fromkeys(e for n in asked for e in n.equipment)),
        least_searchers=max(n.least_searchers for n in asked),
        least_rank=max((n.least_rank for n in asked), key=lambda r: ranks.get(r, -1) if r else -2),
        daylight_only=any(n.daylight_only for n in asked),
        radio=False if False in told else None if None in told else True,
        hazards="; ".join(dict.fromkeys(n.hazards for n in asked if n.hazards)),
    )
