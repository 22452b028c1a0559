"""How the facts of a case read on paper: times in its zone, positions, people, conditions, figures.

Knows words and rounding for print. Refuses to decide or to compute anything of the search.
"""

from __future__ import annotations

from datetime import datetime
from math import floor
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mgrs import MGRS

from wayhome.base.errors import RuleBroken
from wayhome.base.place import Position, distance_m
from wayhome.base.projection import projection
from wayhome.base.quantity import instant, metres, percent
from wayhome.base.record import Record
from wayhome.case.people import person_name
from wayhome.documents.page import PaperSize

if TYPE_CHECKING:
    from wayhome.case.area import Point
    from wayhome.case.decision import Departure
    from wayhome.case.evidence import Clue, Statement
    from wayhome.case.order import Order
    from wayhome.case.state import CaseState

DECISION_AID = "Decision aid: people decide; computed probabilities rest on the assumptions stated."
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
CONDITIONS = {
    "unharmed": "The subject is to be brought back unharmed: nothing may permit harm or lethal force.",
    "no_publicity": "No publicity: neither name nor photograph may be published.",
    "no_pursuit_across_border": "No pursuit across the border.",
}


class DocumentFacts(Record):
    """What a document needs beside the state: when and by which program it is printed, map and figures.

    `desk_head` is the hash of the record's newest entry; `figures` holds the data of products by name,
    each with `caveats`, or with `missing`: the sentence that says why it could not be computed. `images`
    are pictures by the name that blocks use; `paper` the size of the sheet, None for the usual one there.
    """

    printed_at: datetime
    desk_head: str
    program_version: str
    map_png: bytes | None = None
    map_caption: str = ""
    figures: dict[str, Any] = {}
    images: dict[str, bytes] = {}
    paper: PaperSize | None = None


class Wording:
    """A case and what is known about it at the time of printing, in words."""

    def __init__(self, state: CaseState, given: DocumentFacts) -> None:
        self.state, self.given = state, given
        self.zone = ZoneInfo(state.report.time_zone)

    # -- time -----------------------------------------------------------------------------------

    def when(self, moment: datetime | str | None) -> str | None:
        """Local time with its zone, such as ``2026-03-01 06:40 CET``; None stays None."""
        if moment is None:
            return None
        local = instant(moment).astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M} {self._zone(local)}"

    def day(self, moment: datetime) -> str:
        """Local date for a letter, such as ``1 March 2026``."""
        local = moment.astimezone(self.zone)
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"

    def printed(self) -> str:
        """Time of printing with zone name and offset, for the foot of every page."""
        local = self.given.printed_at.astimezone(self.zone)
        offset = f"UTC{local.isoformat()[-6:]}"
        named = self._zone(local) != offset
        return f"{self.when(local)} ({f'{offset}, ' if named else ''}{self.state.report.time_zone})"

    def _zone(self, local: datetime) -> str:
        name = local.tzname() or ""
        return name if name[:1].isalpha() else f"UTC{local.isoformat()[-6:]}"

    # -- place ----------------------------------------------------------------------------------

    def position(self, position: Position | None) -> str | None:
        """Degrees, UTM and MGRS of a position; None stays None."""
        if position is None:
            return None
        return " · ".join([str(position), *grid_references(position)])

    def in_table(self, position: Position) -> str:
        """Degrees and grid reference, one below the other."""
        return "\n".join([str(position), grid_references(position)[-1]])

    def point(self, point: Point | None) -> str | None:
        """A PLS, LKP or IPP: place, position, time."""
        if point is None:
            return None
        at = f", at {self.when(point.at)}" if point.at else ""
        return f"{point.place or 'No name'}{at}\n{self.position(point.position)}"

    def from_ipp(self, position: Position) -> str:
        """How far from the IPP, or nothing where there is none."""
        ipp = self.state.area.ipp
        return f"{metres(distance_m(ipp.position, position))} from the IPP" if ipp else ""

    # -- people ---------------------------------------------------------------------------------

    def person(self, key: str | None) -> str | None:
        """Name and rank of a member by id; any other text as it is; None or empty is None."""
        if not key:
            return None
        organisation = self.state.people.organisation
        member = organisation.member(key) if organisation else None
        if organisation is None or member is None:
            return "the operator of the desk" if key == "operator" else person_name(self.state, key)
        title = next((r.title for r in organisation.ranks if r.id == member.rank), member.rank)
        return f"{member.name} ({title})" if title else member.name

    def subject(self) -> str:
        """The subject's name, or words for one without."""
        return self.state.subject.name or "the missing person"

    def searcher(self) -> str:
        """Who searches: the organisation, or the jurisdiction, or the desk."""
        organisation = self.state.people.organisation
        return organisation.name if organisation else self.state.report.jurisdiction or "Search desk"

    # -- evidence and decisions -----------------------------------------------------------------

    def weights(self) -> dict[str, float]:
        """Weights of the scenarios after the standing evidence; empty where it leaves none possible."""
        try:
            return self.state.scenarios.weights(self.state.judgements())
        except RuleBroken:
            return {}

    def evidence(self, key: str) -> str:
        """A statement or clue in one line, and whether it was withdrawn."""
        book = self.state.evidence
        if (statement := book.statements.get(key)) is not None:
            gone = f" [withdrawn: {statement.withdrawn}]" if statement.withdrawn is not None else ""
            return f"{key}, statement of {statement.witness}: {statement.text}{gone}"
        if (clue := book.clues.get(key)) is not None:
            gone = f" [withdrawn: {clue.withdrawn}]" if clue.withdrawn is not None else ""
            more = f": {clue.description}" if clue.description else ""
            return f"{key}, clue: {clue.name}{more}{gone}"
        if (asked := self.state.inquiries.inquiries.get(key)) is not None:
            return f"{key}, {asked.title}{f': {asked.answer}' if asked.answer else ''}"
        return key

    def scenario(self, key: str) -> str:
        """Title of a scenario by id; the id where there is none."""
        return next((s.title for s in self.state.scenarios.scenarios if s.id == key), key)

    def rests_on_nothing(self, decided: Departure) -> bool:
        """Whether a decision named evidence of which none stands any more."""
        book: dict[str, Statement | Clue] = {**self.state.evidence.statements, **self.state.evidence.clues}
        return bool(decided.evidence) and all(book[k].withdrawn is not None for k in decided.evidence if k in book)

    def order(self, order: Order) -> str:
        """An order in one line: text, giver, conditions."""
        kept = " ".join([*(CONDITIONS[c] for c in order.conditions), *self.unchecked(order)])
        return f"{order.id} of {self.person(order.given_by)}: {order.text} {kept}".strip()

    def unchecked(self, order: Order) -> list[str]:
        """Conditions of an order in words, of which a person must see that they are kept."""
        return [f"In words that no program checks: {c.rstrip('.')}." for c in order.other_conditions]

    def waivers(self, thing: str) -> list[str]:
        """What was let out against an order: which, by whom, when, why."""
        return [
            f"Let out against order {w.order} by {self.person(w.by)} on {self.when(w.at)}. Reason: {w.reason}"
            for w in self.state.decisions.waivers
            if w.subject == thing
        ]

    # -- figures --------------------------------------------------------------------------------

    def figures(self, name: str) -> dict[str, Any]:
        """A product's data, empty where there are none."""
        held = self.given.figures.get(name)
        return {} if not held or "missing" in held else dict(held)

    def caveats(self, name: str) -> list[str]:
        """What a product's figures rest on; one that several assignments share (``A1: ...``) is said once."""
        shared: dict[str, list[str]] = {}
        for caveat in self.figures(name).get("caveats", ()):
            key, colon, rest = caveat.partition(": ")
            about = [key] if colon and key in self.state.assignments.assignments else []
            shared.setdefault(rest if about else caveat, []).extend(about)
        # every page's foot says already who decides
        return [
            f"{', '.join(about)}: {c}" if about else c
            for c, about in shared.items()
            if not c.startswith("Decision aid")
        ]

    def missing(self, name: str, what: str) -> str:
        """Why there are no figures of a product."""
        if self.state.area.ipp is None:
            return f"No {what}: there is no initial planning point yet. Mark where the subject was last seen or known to be."
        why = (self.given.figures.get(name) or {}).get("missing")
        return f"No {what}: {why}" if why else f"No {what}: it was not computed when this paper was printed."


def chance(value: object) -> str | None:
    """A fraction as per cent; None stays None."""
    return percent(float(value)) if isinstance(value, int | float) else None


def shortened(text: str, most: int) -> str:
    """A text on one line, cut with … beyond so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def hours(value: float | None) -> str | None:
    """Hours for people, such as ``4 h`` or ``1 h 30 min``; None stays None."""
    if value is None:
        return None
    whole, minutes = divmod(round(value * 60), 60)
    return " ".join([*([f"{whole} h"] if whole or not minutes else []), *([f"{minutes} min"] if minutes else [])])


def area(value_m2: float) -> str:
    """An area for people: hectares below 1 km², else square kilometres."""
    return f"{value_m2 / 1e4:.1f} ha" if value_m2 < 1e6 else f"{value_m2 / 1e6:.2f} km²"


def grid_references(position: Position) -> list[str]:
    """UTM and MGRS of a position, truncated to whole metres as MGRS does; near the poles MGRS alone."""
    reference = MGRS().toMGRS(position.lat_deg, position.lon_deg)
    square = reference[:-10].strip()
    mgrs = f"MGRS {square[:-2]} {square[-2:]} {reference[-10:-5]} {reference[-5:]}"
    if not square[:1].isdigit():
        return [mgrs]
    zone = int(square[:-3])
    x, y = projection(f"EPSG:{326 if position.lat_deg >= 0 else 327}{zone:02d}").xy_m(position)
    # a millimetre of slack, so that 499999.9999999 is not printed as a metre less
    return [f"UTM {square[:-2]} {floor(x + 1e-3)} E {floor(y + 1e-3)} N", mgrs]
