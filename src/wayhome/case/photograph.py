"""Photographs of the subject, of clues, of places: the original by its content hash, and what is known of each.

Knows where the camera says it was apart from where somebody put the marker, and the camera's own clock apart
from ours. Reads no file: what the camera wrote comes in with the command.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from wayhome.base.errors import InvalidInput, NotFound, RuleBroken
from wayhome.base.place import Position, distance_m
from wayhome.base.record import Record
from wayhome.case.area import NEAR_M
from wayhome.case.command import KEPT, Command, Instant, Place, Says, command
from wayhome.case.fact import Context, Event, Origin, Personal, PersonalText, event, folds, found, said

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

Form = Literal["jpeg", "png", "webp", "heic"]
MayPublish = Literal["yes", "no", "unknown"]

SUBJECT = "subject"
_HASH = re.compile(r"[0-9a-f]{64}")


class CameraSays(Record):
    """What the camera itself wrote into the file, unchanged; empty where it wrote nothing.

    `clock` is its own clock as it stood, `offset` the zone that it gave with it; only where it gave one is
    `taken_at` known. `gps_at` and `position` are those of its satellite receiver.
    """

    clock: str = ""
    offset: str = ""
    taken_at: Instant | None = None
    gps_at: Instant | None = None
    position: Place | None = None
    altitude_m: float | None = None
    model: str = ""


class Photograph(Record):
    """One original: its SHA-256, what it shows, and two places that are never one.

    `camera.position` is where the camera was; `marker_position` where it stands on the map, `placed_by_hand`
    whether a person put it there (None where there is no marker).
    """

    id: str
    blob: str
    form: Form
    file_name: str
    of: str
    also_of: tuple[str, ...] = ()
    caption: str = ""
    camera: CameraSays = CameraSays()
    width_px: int
    height_px: int
    caveats: tuple[str, ...] = ()
    may_publish: MayPublish = "unknown"
    marker_position: Position | None = None
    placed_by_hand: bool | None = None
    attached_by: str
    attached_at: datetime
    withdrawn: str | None = None

    @property
    def shows(self) -> tuple[str, ...]:
        """All that it is of."""
        return (self.of, *self.also_of)

    @property
    def marker_off_m(self) -> float | None:
        """How far the marker stands from where the camera was; None where one of the two is not known."""
        if self.marker_position is None or self.camera.position is None:
            return None
        return distance_m(self.camera.position, self.marker_position)


class Photographs(Record):
    """All photographs, and the one chosen for flyer and briefing."""

    photographs: dict[str, Photograph] = {}
    portrait: str | None = None

    def standing(self, of: str | None = None) -> tuple[Photograph, ...]:
        """Those that were not withdrawn, of one thing or of all."""
        held = (p for p in self.photographs.values() if p.withdrawn is None)
        return tuple(p for p in held if of is None or of in p.shows)

    def chosen(self) -> Photograph | None:
        """The portrait: the one chosen, else the newest of the subject."""
        ours = self.standing(SUBJECT)
        return next((p for p in ours if p.id == self.portrait), ours[-1] if ours else None)


def away_m(state: CaseState, position: Position | None) -> float | None:
    """How far a camera was from the IPP, where that is farther than a search reaches; else None."""
    if position is None or state.area.ipp is None:
        return None
    away = distance_m(state.area.ipp.position, position)
    return away if away > NEAR_M else None


@event("photograph_attached")
class PhotographAttached(Event):
    """An original came into the case."""

    id: str
    blob: str
    form: Form
    file_name: PersonalText
    of: str
    caption: PersonalText = ""
    camera: Annotated[CameraSays, Personal] = CameraSays()
    width_px: int
    height_px: int
    caveats: tuple[str, ...] = ()
    may_publish: MayPublish = "unknown"

    def says(self) -> str:
        """Sentence for the log."""
        about = f": {self.caption}" if self.caption else ""
        return f"Photograph {self.id} of {self.of} attached ({self.file_name}, SHA-256 {self.blob[:12]}...){about}"


@event("photograph_amended")
class PhotographAmended(Event):
    """What it shows, its caption, or whether it may be published."""

    photograph: str
    of: str | None = None
    also_of: tuple[str, ...] | None = None
    caption: Annotated[str | None, Personal] = None
    may_publish: MayPublish | None = None
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        given = [f"of {self.of}"] if self.of else []
        given += [f"also of {', '.join(self.also_of) or 'nothing else'}"] if self.also_of is not None else []
        given += [f"caption {self.caption}"] if self.caption is not None else []
        given += [f"may be published: {self.may_publish}"] if self.may_publish else []
        return f"Photograph {self.photograph}: {'; '.join(given)}." + (f" {self.reason}" if self.reason else "")


@event("photograph_placed")
class PhotographPlaced(Event):
    """Somebody put its marker somewhere; where the camera was stays what it is."""

    photograph: str
    position: Position
    reason: PersonalText = ""

    def says(self) -> str:
        """Sentence for the log."""
        why = f": {self.reason}" if self.reason else "."
        return f"Marker of photograph {self.photograph} placed by hand at {self.position}{why}"


@event("portrait_chosen")
class PortraitChosen(Event):
    """The photograph for flyer and briefing."""

    photograph: str

    def says(self) -> str:
        """Sentence for the log."""
        return f"Photograph {self.photograph} chosen as the portrait."


@event("photograph_withdrawn")
class PhotographWithdrawn(Event):
    """No longer shown; the original is kept with the evidence."""

    photograph: str
    reason: PersonalText

    def says(self) -> str:
        """Sentence for the log."""
        return f"Photograph {self.photograph} withdrawn: {self.reason}"


@folds(PhotographAttached, "photographs")
def _attached(book: Photographs, fact: PhotographAttached, origin: Origin) -> Photographs:
    at = fact.camera.position
    made = Photograph(
        **fact.__dict__, marker_position=at, placed_by_hand=None if at is None else False,
        attached_by=origin.by, attached_at=origin.at,
    )  # fmt: skip
    return _with(book, made)


@folds(PhotographAmended, "photographs")
def _amended(book: Photographs, fact: PhotographAmended, origin: Origin) -> Photographs:
    given = {f: v for f in ("of", "also_of", "caption", "may_publish") if (v := getattr(fact, f)) is not None}
    now = book.photographs[fact.photograph].replace(**given)
    gone = book.portrait == now.id and SUBJECT not in now.shows
    return _with(book.replace(portrait=None) if gone else book, now)


@folds(PhotographPlaced, "photographs")
def _placed(book: Photographs, fact: PhotographPlaced, origin: Origin) -> Photographs:
    held = book.photographs[fact.photograph]
    return _with(book, held.replace(marker_position=fact.position, placed_by_hand=True))


@folds(PortraitChosen, "photographs")
def _chosen(book: Photographs, fact: PortraitChosen, origin: Origin) -> Photographs:
    return book.replace(portrait=fact.photograph)


@folds(PhotographWithdrawn, "photographs")
def _withdrawn(book: Photographs, fact: PhotographWithdrawn, origin: Origin) -> Photographs:
    gone = book.photographs[fact.photograph].replace(withdrawn=fact.reason)
    return _with(book.replace(portrait=None) if book.portrait == gone.id else book, gone)


def _with(book: Photographs, photograph: Photograph) -> Photographs:
    return book.replace(photographs={**book.photographs, photograph.id: photograph})


@command("attach_photograph", "Attach a photograph to the subject, a clue, a statement or an outing; import does it.")
class AttachPhotograph(Command):
    """The file lies in the desk's blobs already; `wayhome import CASE FILE --as photograph --for C1` writes this."""

    blob: Annotated[str, Says("Content hash of the original (SHA-256).")]
    form: Form
    file_name: str
    of: Annotated[str, Says("What it shows: subject, or the id of a companion, clue, statement or assignment.")]
    width_px: int
    height_px: int
    caption: str = ""
    camera: Annotated[CameraSays, Says("What the camera wrote into the file.")] = CameraSays()
    caveats: tuple[str, ...] = ()
    may_publish: MayPublish = "unknown"

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse the same original twice, and what it is said to show but the case does not have."""
        check_new(state, self.blob, self.of)
        if self.width_px < 1 or self.height_px < 1:
            raise InvalidInput("width_px: a picture is at least one pixel wide and high.", field="width_px")
        name = said(self.file_name, "file_name")
        fields = {**self.__dict__, "file_name": name, "of": known(state, self.of), "caption": self.caption.strip()}
        return (PhotographAttached(id=context.new_id("PH", state.photographs.photographs), **fields),)


@command("amend_photograph", "Correct what a photograph shows or its caption, or say whether it may be published.")
class AmendPhotograph(Command):
    """What is given replaces; `reason` is the place for who allowed or forbade it."""

    photograph: str
    of: Annotated[
        str | None, Says("What it shows: subject, or the id of a companion, clue, statement or assignment.")
    ] = None
    also_of: Annotated[tuple[str, ...] | None, Says("What it shows besides.")] = None
    caption: str | None = None
    may_publish: MayPublish | None = None
    reason: Annotated[str, Says("Why; for publishing, who allowed or forbade it.")] = ""

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse what changes nothing, and things that the case does not have."""
        held = standing(state, self.photograph)
        of = None if self.of is None else known(state, self.of)
        also = None if self.also_of is None else tuple(dict.fromkeys(known(state, k) for k in self.also_of))
        if also is not None:
            also = tuple(k for k in also if k != (of or held.of))
        asked: dict[str, Any] = {"of": of, "also_of": also, "caption": self.caption, "may_publish": self.may_publish}
        given = {k: v for k, v in asked.items() if v is not None and v != getattr(held, k)}
        if not given:
            raise RuleBroken(f"Nothing of {held.id} changes; give of, also_of, caption or may_publish its new value.")
        return (PhotographAmended(photograph=held.id, **given, reason=self.reason.strip()),)


@command(
    "place_photograph", "Put the marker of a photograph on the map by hand; the camera's own place stays beside it."
)
class PlacePhotograph(Command):
    """For cameras without satellite reception, and where the camera stood apart from what it shows."""

    photograph: str
    position: Place
    reason: str = ""
    confirm_far: bool = False

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse places far from the case that nobody confirmed."""
        held = standing(state, self.photograph)
        state.area.check_near(self.position, self.confirm_far, "position")
        return (PhotographPlaced(photograph=held.id, position=self.position, reason=self.reason.strip()),)


@command("choose_portrait", "Choose the photograph of the subject for flyer and briefing.")
class ChoosePortrait(Command):
    """Without a choice it is the newest of the subject."""

    photograph: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a photograph of something else."""
        held = standing(state, self.photograph)
        if SUBJECT not in held.shows:
            raise RuleBroken(
                f"{held.id} is of {held.of}, not of the subject; if it shows the subject too, say so with "
                f"amend_photograph photograph={held.id} also_of=subject."
            )
        return (PortraitChosen(photograph=held.id),)


@command(
    "withdraw_photograph", "Take a photograph back, with the reason; the original stays with the evidence.", during=KEPT
)
class WithdrawPhotograph(Command):
    """It is no longer shown on any paper."""

    photograph: str
    reason: str

    def decide(self, state: CaseState, context: Context) -> tuple[Event, ...]:
        """Refuse a second withdrawal."""
        return (
            PhotographWithdrawn(photograph=standing(state, self.photograph).id, reason=said(self.reason, "reason")),
        )


def standing(state: CaseState, key: str) -> Photograph:
    """A photograph that was not withdrawn."""
    held: Photograph = found(state.photographs.photographs, key, "photograph")
    if held.withdrawn is not None:
        raise RuleBroken(f"{held.id} was withdrawn: {held.withdrawn}")
    return held


def known(state: CaseState, key: str) -> str:
    """The id of what a photograph shows, or a sentence that says what there is."""
    things = (
        state.subject.companions, state.evidence.clues, state.evidence.statements, state.assignments.assignments,
    )  # fmt: skip
    key = said(key, "of")
    if key == SUBJECT or any(key in t for t in things):
        return key
    raise NotFound(
        f'of: there is no "{key}"; say {", ".join((SUBJECT, *(k for t in things for k in t)))}.', what="of", key=key
    )


def check_new(state: CaseState, blob: str, of: str) -> None:
    """Refuse an original that the case has already, by its content; one that was withdrawn may come again."""
    if not _HASH.fullmatch(blob):
        raise InvalidInput(f'blob: "{blob[:80]}" is not a content hash (64 hex digits); import the file.', field="blob")
    same = next((p for p in state.photographs.standing() if p.blob == blob), None)
    if same is not None:
        more = (
            "" if of in same.shows
            else f" If it shows {of} too, say so with amend_photograph photograph={same.id} also_of={of}."
        )  # fmt: skip
        raise RuleBroken(f"This photograph is in the case already: {same.id}, of {', '.join(same.shows)}.{more}")
