"""What a statement or clue says about where the subject was: seen, traced, heard by a mast, or not there.

Knows what each kind of reading needs, and takes from the evidence what it already says. Computes no map.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import InvalidInput, RuleBroken
from wayhome.base.place import Position
from wayhome.base.quantity import metres
from wayhome.base.sources import Sourced
from wayhome.case.command import BearingDeg, Command, Fraction, Instant, LengthM, Place, command
from wayhome.case.evidence import Clue, Reading, ReadingKind, Statement, Technology
from wayhome.case.fact import Context, Event, Origin, PersonalText, event, folds, found

if TYPE_CHECKING:
    from wayhome.case.evidence import Evidence
    from wayhome.case.state import CaseState

LAST_STEP = {  # of the timing advance that a network can report
    "gsm": Sourced(value=63, unit="1", source="timing_advance"),
    "lte": Sourced(value=1282, unit="1", source="timing_advance"),
}
# What can be computed with; a reading outside would stand in the record for good and stop every map.
_BOUNDS_M = {
    "error_m": (1.0, 1e6),
    "range_m": (1.0, 1e6),
    "range_error_m": (10.0, 1e6),
    "radius_m": (1.0, 1e6),
}
_BEAM_DEG = (1.0, 360.0)
_CONFIDENCE = (0.01, 0.999)

# What a kind needs, and what it may have besides. A field that a kind has no use for is refused: somebody
# believes that it counts.
_SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sighting": (("position", "error_m"), ()),
    "footprint": (("position", "error_m", "bearing_deg"), ()),
    "item": (("position", "error_m"), ()),
    "camera": (("position", "error_m"), ()),
    "dog": (("position", "error_m"), ()),
    "towards": (("position", "error_m"), ("bearing_deg", "target")),
    "cell_sector": (("position", "bearing_deg", "beam_deg"), ("range_m", "range_error_m")),
    "timing_advance": (("position", "technology", "timing_advance"), ("error_m",)),
    "aml": (("position", "radius_m", "confidence"), ()),
    "not_here": (("position", "radius_m", "pod"), ()),
}
_MEANINGS = {
    "position": "position (the place; for a phone its mast)",
    "error_m": 'error_m (how far off the place may be, such as "50 m")',
    "bearing_deg": "bearing_deg (the direction, clockwise from true north)",
    "target": "target (the place they went towards)",
    "beam_deg": "beam_deg (how wide the sector is, such as 120)",
    "range_m": 'range_m (how far from the mast the phone was, such as "3 km")',
    "range_error_m": "range_error_m (how uncertain that distance is)",
    "technology": "technology (gsm or lte)",
    "timing_advance": "timing_advance (the step that the network reported, a whole number)",
    "radius_m": 'radius_m (of the circle that the phone reported or that was watched, such as "200 m")',
    "confidence": "confidence (the chance that the phone is within the circle, such as 0.68)",
    "pod": "pod (the chance that the subject would have been noticed there)",
}


@event("evidence_read")
class EvidenceRead(Event):
    """What a piece of evidence says about where; a later reading of the same evidence replaces it."""

    evidence: str
    kind: ReadingKind
    at: datetime | None = None
    position: Position
    error_m: float | None = None
    bearing_deg: float | None = None
    target: Position | None = None
    beam_deg: float | None = None
    range_m: float | None = None
    range_error_m: float | None = None
    technology: Technology | None = None
    timing_advance: int | None = None
    radius_m: float | None = None
    confidence: float | None = None
    pod: float | None = None
    reliability: float
    scenarios: tuple[str, ...] = ()
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        only = f", only under {', '.join(self.scenarios)}" if self.scenarios else ""
        kind = self.kind.replace("_", " ")
        return f"{self.evidence} read as {kind} at {self.position}, reliability {self.reliability:g}{only}."


@folds(EvidenceRead, "evidence")
def _read(evidence: Evidence, fact: EvidenceRead, origin: Origin) -> Evidence:
    reading = Reading(**fact.__dict__, read_by=origin.by, read_at=origin.at)
    return evidence.replace(readings={**evidence.readings, fact.evidence: reading})


@command("read_evidence", "Say where a statement or clue puts the subject, how exactly, how reliably.", needs="plan")
class ReadEvidence(Command):
    """What is not given is taken from the evidence: its place, a statement's time and reliability, the direction told.

    `at` is when the subject was there; when a clue was found says nothing of that, so it stays unknown unless given. Beside it `judge_evidence` says how likely the evidence is under
    each scenario; a reading says only where.
    """

    evidence: str
    kind: ReadingKind
    at: Instant | None = None
    position: Place | None = None
    error_m: LengthM | None = None
    bearing_deg: BearingDeg | None = None
    target: Place | None = None
    beam_deg: float | None = None
    range_m: LengthM | None = None
    range_error_m: LengthM | None = None
    technology: Technology | None = None
    timing_advance: int | None = None
    radius_m: LengthM | None = None
    confidence: Fraction | None = None
    pod: Fraction | None = None
    reliability: Fraction | None = None
    scenarios: tuple[str, ...] = ()
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse withdrawn evidence, what lacks or exceeds the shape of its kind, unknown scenarios."""
        items: dict[str, Statement | Clue] = {**state.evidence.statements, **state.evidence.clues}
        item: Statement | Clue = found(items, self.evidence, "statement or clue")
        if item.withdrawn is not None:
            raise RuleBroken(f"{item.id} was withdrawn ({item.withdrawn}) and can't be read.")
        known = {s.id for s in state.scenarios.scenarios}
        if unknown := sorted(set(self.scenarios) - known):
            raise InvalidInput(
                f"scenarios: no scenario is called {', '.join(unknown)}; there are {', '.join(sorted(known)) or 'none yet'}.",
                field="scenarios",
            )
        state.area.check_near(self.position, self.confirm_far, "position")
        state.area.check_near(self.target, self.confirm_far, "target")
        fields = {k: v for k, v in self.__dict__.items() if k != "confirm_far"}
        fields["evidence"] = item.id
        _fill(fields, item)
        _check_shape(fields)
        _check_ranges(fields)
        if fields["reliability"] is None:
            raise InvalidInput(
                f"reliability: {item.id} has none of its own; say how far this can be relied on, 0 to 1.",
                field="reliability",
            )
        return (EvidenceRead(**fields),)


def _fill(fields: dict[str, Any], item: Statement | Clue) -> None:
    """Take from the evidence what the reading leaves out."""
    own: dict[str, Any] = {"position": item.position}
    if isinstance(item, Statement):
        own |= {"at": item.observed_at, "reliability": item.reliability}
        if fields["kind"] == "towards" and fields["target"] is None:
            own["bearing_deg"] = item.bearing_deg
    for name, value in own.items():
        if fields[name] is None:
            fields[name] = value


def _check_shape(fields: dict[str, Any]) -> None:
    kind, (needs, may) = fields["kind"].replace("_", " "), _SHAPES[fields["kind"]]
    if missing := [f for f in needs if fields[f] is None]:
        raise InvalidInput(
            f"kind: read as {kind}, {fields['evidence']} needs {' and '.join(_MEANINGS[f] for f in missing)}.",
            field=missing[0], fields=missing,
        )  # fmt: skip
    if surplus := [f for f in _MEANINGS if fields[f] is not None and f not in (*needs, *may)]:
        raise InvalidInput(
            f"{surplus[0]}: a reading as {kind} has no use for {', '.join(surplus)}; it takes {', '.join((*needs, *may))}.",
            field=surplus[0], fields=surplus,
        )  # fmt: skip
    if fields["kind"] == "towards" and (fields["bearing_deg"] is None) == (fields["target"] is None):
        raise InvalidInput(
            f"kind: read as towards, {fields['evidence']} needs either {_MEANINGS['bearing_deg']} or "
            f"{_MEANINGS['target']}, one of the two.",
            field="bearing_deg",
        )


def _check_ranges(fields: dict[str, Any]) -> None:
    for name, (least, most) in _BOUNDS_M.items():
        if fields[name] is not None and not least <= fields[name] <= most:
            raise InvalidInput(
                f"{name}: {metres(fields[name])} is outside {metres(least)} to {metres(most)}.", field=name
            )
    for name, (least, most) in (("beam_deg", _BEAM_DEG), ("confidence", _CONFIDENCE)):
        if fields[name] is not None and not least <= fields[name] <= most:
            raise InvalidInput(f"{name}: {fields[name]:g} is outside {least:g} to {most:g}.", field=name)
    if (fields["range_m"] is None) != (fields["range_error_m"] is None):
        raise InvalidInput(
            "range_error_m: a distance needs its error, and an error its distance.", field="range_error_m"
        )
    if fields["pod"] == 0:
        raise InvalidInput("pod: where the subject would never be noticed, seeing nobody says nothing.", field="pod")
    step = fields["timing_advance"]
    if step is not None:
        last = LAST_STEP[fields["technology"]].value
        if not 0 <= step <= last:
            raise InvalidInput(
                f"timing_advance: {step} is outside 0 to {last:g} of {fields['technology']}.", field="timing_advance"
            )
    if fields["target"] is not None and fields["target"] == fields["position"]:
        raise InvalidInput("target: they can't go towards the place where they are.", field="target")
