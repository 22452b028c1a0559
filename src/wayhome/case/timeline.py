"""What happened to the subject by the time it was observed, with what contradicts itself and what nobody knows.

Knows when something was seen apart from when it was told, and how fast people get about. Removes nothing,
changes nothing and believes nobody more than another: it shows, and people decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from wayhome.base.place import Position, distance_m
from wayhome.base.quantity import metres, percent
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.case.evidence import Clue, Reading, Statement
from wayhome.case.state import CaseState

HappeningKind = Literal["statement", "point", "clue", "reading", "companion", "report", "find"]
ContradictionKind = Literal[
    "too_fast", "not_on_foot", "two_places", "after_find", "witness_differs", "told_before", "pls_not_latest"
]

_GUESS = "no study was found of how wrong such statements are"
POSITION_ERROR_M = Sourced(
    value=100, unit="m", source="wayhome", doubt=f"a place told in words or by a finger on a map; {_GUESS}"
)
TIME_ERROR_S = Sourced(value=300, unit="s", source="wayhome", doubt=f"of each time that is told; {_GUESS}")
ON_FOOT_MPS = Sourced(
    value=2.0, unit="m/s", source="wayhome", doubt="brisk walking kept up, in a straight line; a runner is faster"
)
BY_VEHICLE_MPS = Sourced(
    value=36.0, unit="m/s", source="wayhome", doubt="130 km/h in a straight line; a train or an aircraft is faster"
)
LONG_GAP_H = Sourced(
    value=1.0, unit="h", source="wayhome", doubt="shorter gaps are left out of the list, not of the timeline"
)
GAPS_LISTED = 5
# readings that say of a place that the subject was there; the others say where not, or name a mast
_PRESENT = ("sighting", "footprint", "item", "camera", "dog", "towards", "aml")
_SEEN = ("sighting", "camera")


class Happening(Record):
    """One entry of the timeline: `at` when it was so, `told_at` when somebody said it.

    `is_presence`: it says that the subject was there then. `counts`: nobody withdrew it and somebody relies on it.
    """

    id: str
    kind: HappeningKind
    source: str
    title: str
    says: str = ""
    at: datetime | None = None
    told_at: datetime | None = None
    position: Position | None = None
    place: str = ""
    error_m: float | None = None
    reliability: float | None = None
    read_as: str | None = None
    is_presence: bool = False
    counts: bool = True
    withdrawn: str | None = None
    decides_departure: bool = False
    came_from: str | None = None


class Contradiction(Record):
    """Two entries that can't both be right as they stand, or one that can't; `resolves` says what would end it."""

    kind: ContradictionKind
    items: tuple[str, ...]
    at: datetime
    says: str
    resolves: str
    distance_m: float | None = None
    time_s: float | None = None
    speed_mps: float | None = None


class Gap(Record):
    """A span in which nobody is known to have seen the subject; `after` and `before` are the entries at its ends."""

    since: datetime
    until: datetime
    after: str
    before: str
    says: str

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.until - self.since).total_seconds() / 3600.0


class Lacking(Record):
    """A statement or clue that can't be put in order or on the map: what it lacks."""

    id: str
    title: str
    lacks: tuple[Literal["time", "place"], ...]


class Timeline(Record):
    """All of it, by the time observed; what has no time stands at the end."""

    case: str
    time_zone: str
    happenings: tuple[Happening, ...]
    contradictions: tuple[Contradiction, ...]
    gaps: tuple[Gap, ...]
    lacking: tuple[Lacking, ...]


def timeline(state: CaseState) -> Timeline:
    """What is known of the subject's whereabouts in a case, in order, with contradictions and gaps."""
    said = _Said(state.report.time_zone)
    happenings = tuple(sorted(_happenings(state), key=_order))
    standing = [h for h in happenings if h.counts]
    present = [h for h in standing if h.is_presence and h.at is not None]
    contradictions = (
        *_apart(present, said), *_after_find(standing, said), *_witnesses(state, standing, said),
        *_told_before(standing, said), *_pls(state, standing, said),
    )  # fmt: skip
    return Timeline(
        case=state.case, time_zone=state.report.time_zone, happenings=happenings,
        contradictions=tuple(sorted(contradictions, key=lambda c: (c.at, c.items))),
        gaps=_gaps(standing, present, said), lacking=tuple(_lacking(standing)),
    )  # fmt: skip


# -- what there is ------------------------------------------------------------------------------------


def _order(h: Happening) -> tuple[bool, float]:
    return h.at is None, h.at.timestamp() if h.at else 0.0


def _happenings(state: CaseState) -> Iterator[Happening]:
    evidence, report, decisions = state.evidence, state.report, state.decisions
    rests_on = (
        () if decisions.departure is None or decisions.departure.conclusion != "left" else decisions.departure.evidence
    )
    items: tuple[Statement | Clue, ...] = (*evidence.statements.values(), *evidence.clues.values())
    for item in items:
        reading = evidence.readings.get(item.id)
        came = state.links.came_from(item.id)
        own = _stated(item, reading) if isinstance(item, Statement) else _clue(item, reading)
        own = own.replace(decides_departure=item.id in rests_on, came_from=came and f"case {came[0]}, {came[1]}")
        yield own
        if reading is not None and reading.at is not None and not _is_told_by(own, reading):
            yield _read(own, reading)
    for i, p in enumerate(state.area.points):
        anew = any(q.kind == p.kind and q.at == p.at for q in state.area.points[i + 1 :])  # a correction, not a move
        yield Happening(
            id=f"{p.kind}-{i + 1}", kind="point", source=p.kind.upper(), title=p.kind.upper(), says=p.source, at=p.at,
            position=p.position, place=p.place, is_presence=True, counts=not anew,
            withdrawn="marked anew since" if anew else None,
        )  # fmt: skip
    for c in state.subject.companions.values():
        if c.find is not None:
            found = {True: "found alive", False: "found dead", None: "found"}[c.find.alive]
            others = {True: ", others with them", False: ", alone", None: ""}[c.find.others_seen]
            yield Happening(
                id=c.id, kind="companion", source=c.id, title=c.name, says=f"{found}{others}", at=c.find.at,
                position=c.find.position,
            )  # fmt: skip
    if report.reported_at is not None:
        yield Happening(
            id="report", kind="report", source="report", title="Reported missing", at=report.reported_at,
            says=f"by {report.reporter}" if report.reporter else "",
        )  # fmt: skip
    if decisions.find is not None:
        yield Happening(
            id="find", kind="find", source="find", title="Found", says=decisions.find.condition, at=decisions.find.at,
            position=decisions.find.position, is_presence=True,
        )  # fmt: skip


def _stated(s: Statement, reading: Reading | None) -> Happening:
    own = Happening(
        id=s.id, kind="statement", source=s.id, title=s.witness, says=s.text, at=s.observed_at, told_at=s.told_at,
        position=s.position, place=s.place, reliability=s.reliability, is_presence=True,
        counts=s.withdrawn is None and s.reliability != 0, withdrawn=s.withdrawn,
    )  # fmt: skip
    if reading is None:
        return own
    is_told = _is_told_by(own, reading)
    return own.replace(
        read_as=reading.kind, error_m=reading.error_m or reading.radius_m if is_told else None,
        reliability=reading.reliability, counts=s.withdrawn is None and reading.reliability != 0,
        is_presence=is_told and reading.kind in _PRESENT,  # read elsewhere, the reading says where they were
    )  # fmt: skip


def _clue(c: Clue, reading: Reading | None) -> Happening:
    """When a clue was found says nothing of when the subject was there; its reading may."""
    return Happening(
        id=c.id, kind="clue", source=c.id, title=c.name, says=c.description, at=c.found_at, position=c.position,
        place=c.place, counts=c.withdrawn is None, withdrawn=c.withdrawn,
        read_as=None if reading is None else reading.kind, reliability=None if reading is None else reading.reliability,
    )  # fmt: skip


def _is_told_by(own: Happening, reading: Reading) -> bool:
    """Whether a reading only says again what its statement says, so that it isn't counted twice."""
    return own.kind == "statement" and own.at == reading.at and (own.position in (None, reading.position))


def _read(own: Happening, r: Reading) -> Happening:
    return Happening(
        id=f"{own.id}-read", kind="reading", source=own.id, title=own.title, says=r.reason, at=r.at, told_at=own.told_at,
        position=r.position, error_m=r.error_m or r.radius_m, reliability=r.reliability, read_as=r.kind,
        is_presence=r.kind in _PRESENT, counts=own.withdrawn is None and r.reliability != 0, withdrawn=own.withdrawn,
    )  # fmt: skip


def _lacking(standing: list[Happening]) -> Iterator[Lacking]:
    for h in standing:
        if h.kind in ("statement", "clue"):
            no_place = h.position is None and not h.place
            lacks = (*(("time",) if h.at is None else ()), *(("place",) if no_place else ()))
            if lacks:
                yield Lacking(id=h.id, title=h.title, lacks=lacks)


# -- contradictions -----------------------------------------------------------------------------------


class _Said:
    """Times and spans in words, in the case's zone."""

    def __init__(self, zone: str) -> None:
        from zoneinfo import ZoneInfo  # the chapters load without it

        self.zone = ZoneInfo(zone)

    def at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"

    def who(self, h: Happening) -> str:
        relied = "" if h.reliability is None else f"reliability {percent(h.reliability, 0)}"
        about = ", ".join(t for t in ("" if h.title == h.source else h.title, relied) if t)
        return f"{h.source} ({about})" if about else h.source

    def seen(self, h: Happening) -> str:
        where = h.place or (str(h.position) if h.position else "a place nobody named")
        assert h.at is not None
        return f"{self.who(h)} has them at {where} at {self.at(h.at)}"


def span(seconds: float) -> str:
    """A span of time in words: 40 min, 9 h 10 min, 3 days 2 h."""
    minutes = round(abs(seconds) / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes // 1440} days" + (f" {minutes % 1440 // 60} h" if minutes % 1440 >= 60 else "")


def _apart(present: list[Happening], said: _Said) -> list[Contradiction]:
    """Pairs of places that lie too far apart for the time between; those that a closer pair explains are left out."""
    placed = [h for h in present if h.position is not None]
    found: dict[tuple[int, int], Contradiction] = {}
    for width in range(1, len(placed)):
        for i in range(len(placed) - width):
            j = i + width
            if any(i <= k and m <= j for k, m in found):
                continue
            made = _too_far(placed[i], placed[j], said)
            if made is not None:
                found[i, j] = made
    return list(found.values())


def _too_far(a: Happening, b: Happening, said: _Said) -> Contradiction | None:
    assert a.at is not None and b.at is not None and a.position is not None and b.position is not None
    if a.source == b.source:  # a statement and what was read from it
        return None
    distance = distance_m(a.position, b.position)
    sure_m = distance - sum(POSITION_ERROR_M.value if h.error_m is None else h.error_m for h in (a, b))
    time = (b.at - a.at).total_seconds()
    most_s = time + 2 * TIME_ERROR_S.value
    if sure_m <= ON_FOOT_MPS.value * most_s:
        return None
    speed = sure_m / most_s
    what = f"{said.seen(a)}, and {said.seen(b)}: {metres(distance)} apart"
    needs = f"Even with {span(TIME_ERROR_S.value)} and the stated error of place either way that takes {speed * 3.6:.0f} km/h."
    kind: ContradictionKind
    if time <= 2 * TIME_ERROR_S.value:
        kind, between = "two_places", "at the same time" if time < 60 else f"within {span(time)}"
    else:
        kind, between = ("too_fast" if speed > BY_VEHICLE_MPS.value else "not_on_foot"), f"within {span(time)}"
    ways = {
        "too_fast": "No vehicle on land goes so fast: one of the two is wrong about the time, the place or the person.",
        "not_on_foot": "Either a vehicle took them, or one of the two is wrong about the time, the place or the person.",
        "two_places": "One of the two is wrong about the time or the place, or saw another person.",
    }
    return Contradiction(
        kind=kind, items=(a.id, b.id), at=b.at, says=f"{what} {between}. {needs}", resolves=ways[kind],
        distance_m=distance, time_s=time, speed_mps=speed,
    )  # fmt: skip


def _after_find(standing: list[Happening], said: _Said) -> Iterator[Contradiction]:
    find = next((h for h in standing if h.kind == "find"), None)
    if find is None or find.at is None:
        return
    for h in standing:
        if h.is_presence and h.kind != "find" and h.at is not None and h.at > find.at:
            yield Contradiction(
                kind="after_find", items=("find", h.id), at=h.at, time_s=(h.at - find.at).total_seconds(),
                says=f"{said.seen(h)}, {span((h.at - find.at).total_seconds())} after the find ({said.at(find.at)}).",
                resolves="Another person was seen, the time of one of the two is wrong, or somebody else was found.",
            )  # fmt: skip


def _witnesses(state: CaseState, standing: list[Happening], said: _Said) -> Iterator[Contradiction]:
    """The same witness with another time for the same place, in statements told one after the other."""
    told = [h for h in standing if h.kind == "statement" and h.at is not None]
    by_witness: dict[str, list[Happening]] = {}
    for h in told:
        by_witness.setdefault(" ".join(h.title.casefold().split()), []).append(h)
    for of_one in by_witness.values():
        for a, b in pairwise(of_one):
            assert a.at is not None and b.at is not None
            time = (b.at - a.at).total_seconds()
            if time > TIME_ERROR_S.value and _is_same_place(a, b):
                yield Contradiction(
                    kind="witness_differs", items=(a.id, b.id), at=b.at, time_s=time,
                    says=f"{a.title} gives two times for one place: {said.at(a.at)} ({a.id}) and {said.at(b.at)} ({b.id}).",
                    resolves="Ask them again: they saw the subject twice, or one of the two statements is to be withdrawn.",
                )  # fmt: skip


def _is_same_place(a: Happening, b: Happening) -> bool:
    if a.position is not None and b.position is not None:
        return distance_m(a.position, b.position) <= 2 * POSITION_ERROR_M.value
    return bool(a.place) and a.place.casefold() == b.place.casefold()


def _told_before(standing: list[Happening], said: _Said) -> Iterator[Contradiction]:
    for h in standing:
        if h.at is not None and h.told_at is not None and h.told_at < h.at:
            yield Contradiction(
                kind="told_before", items=(h.id,), at=h.at, time_s=(h.at - h.told_at).total_seconds(),
                says=f"{said.who(h)} was told at {said.at(h.told_at)}, before it was observed at {said.at(h.at)}.",
                resolves="One of the two times is wrong; withdraw the statement and record it anew.",
            )  # fmt: skip


def _pls(state: CaseState, standing: list[Happening], said: _Said) -> Iterator[Contradiction]:
    """A PLS with a time, and somebody who saw them later: the PLS may move, the IPP and its statistics may not."""
    pls = [h for h in standing if h.kind == "point" and h.source == "PLS"]
    last = max(pls, key=lambda h: int(h.id.rpartition("-")[2]), default=None)
    if last is None or last.at is None:
        return
    find = next((h for h in standing if h.kind == "find"), None)
    later = [
        h for h in standing
        if h.is_presence and h.at is not None and h.at > last.at + timedelta(seconds=TIME_ERROR_S.value)
        and (h.read_as in _SEEN or (h.kind == "statement" and h.read_as is None))
        and (find is None or find.at is None or h.at <= find.at)
    ]  # fmt: skip
    if later:
        newest = later[-1]
        assert newest.at is not None
        yield Contradiction(
            kind="pls_not_latest", items=(last.id, newest.id), at=newest.at, time_s=(newest.at - last.at).total_seconds(),
            says=f"The PLS ({said.at(last.at)}) is no longer the latest sighting: {said.seen(newest)}.",
            resolves="Mark a new PLS (mark_point kind=pls) if you rely on it; the IPP stays where it is.",
        )  # fmt: skip


# -- gaps ---------------------------------------------------------------------------------------------


def _gaps(standing: list[Happening], present: list[Happening], said: _Said) -> tuple[Gap, ...]:
    """The longest spans without an observation, and the one that ended with the report, by time."""
    report = next((h for h in standing if h.kind == "report"), None)
    made = [_gap(a, b, "in which nobody is known to have seen them") for a, b in pairwise(present)]
    long = [g for g in made if g.hours >= LONG_GAP_H.value]
    long = sorted(long, key=lambda g: g.hours, reverse=True)[:GAPS_LISTED]
    if report is not None and report.at is not None:
        before = [h for h in present if h.at is not None and h.at <= report.at]
        if before and before[-1].at != report.at:
            long.append(_gap(before[-1], report, "from the last time they were seen until they were reported missing"))
    return tuple(sorted(long, key=lambda g: (g.since, g.until)))


def _gap(a: Happening, b: Happening, what: str) -> Gap:
    assert a.at is not None and b.at is not None
    return Gap(since=a.at, until=b.at, after=a.id, before=b.id, says=f"{span((b.at - a.at).total_seconds())} {what}")
