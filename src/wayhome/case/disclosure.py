"""What a notice tells about the subject: the least by default, and what its words tell beyond that.

Knows which facts need a reason and where the subject's consent is needed. Refuses to judge whether the reason is good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from wayhome.case.fact import found
from wayhome.case.photograph import SUBJECT
from wayhome.case.subject import Consent

if TYPE_CHECKING:
    from wayhome.case.state import CaseState

NoticeKind = Literal["missing_notice", "border_alert", "warrant", "standing_order", "public_appeal"]
Shown = Literal[
    "name", "age", "sex", "category", "description", "marks", "clothing", "equipment", "photograph", "last_seen_area",
    "last_seen_time", "last_seen_place", "intended_destination", "vehicle", "medical", "address",
]  # fmt: skip

PUBLIC_KINDS: tuple[NoticeKind, ...] = ("missing_notice", "public_appeal")
# these can harm for years, or draw strangers to a door or a place; each needs its reason
PROTECTED: tuple[Shown, ...] = ("medical", "address", "last_seen_place")
# the least that works (own choice, docs/how-to/notices-and-recall.md)
LEAST: dict[NoticeKind, tuple[Shown, ...]] = {
    "missing_notice": ("name", "age", "description", "clothing", "photograph", "last_seen_area"),
    "public_appeal": ("age", "description", "clothing", "photograph", "last_seen_area"),
    "border_alert": ("name", "age", "sex", "description", "marks", "photograph"),
    "warrant": ("name", "age", "sex", "description", "marks", "photograph"),
    "standing_order": (),
}
_PART_LENGTH = 4  # letters of a name or of a medical word, below which a match says nothing


def least(state: CaseState, kind: NoticeKind) -> tuple[Shown, ...]:
    """What a kind of notice shows unless somebody says otherwise; a photograph only where one may be used."""
    return tuple(s for s in LEAST[kind] if s != "photograph" or portrait(state, kind) is not None)


def consent(state: CaseState) -> Consent:
    """Whether the subject agreed to publicity; unknown where nobody has said."""
    return state.subject.consent_to_publicity or "unknown"


def portrait(state: CaseState, kind: NoticeKind) -> str | None:
    """The photograph that a notice of a kind may carry, by id: the portrait, else the newest that may be used."""
    ours, chosen = state.photographs.standing(SUBJECT), state.photographs.chosen()
    usable = [p.id for p in ours if p.may_publish == "yes" or kind not in PUBLIC_KINDS]
    return chosen.id if chosen and chosen.id in usable else usable[-1] if usable else None


def printed_photograph(
    state: CaseState, kind: NoticeKind, shows: tuple[Shown, ...], chosen: str, against_consent: str
) -> str | None:
    """The photograph that a notice is printed with, by id: the chosen one, or the newest that may be used."""
    if "photograph" not in shows:
        return None
    if not chosen:
        return portrait(state, kind)
    held = state.photographs.photographs[chosen]
    barred = kind in PUBLIC_KINDS and held.may_publish == "no" and not against_consent
    return None if barred or held.withdrawn is not None else chosen


def check_photograph(state: CaseState, photograph: str) -> None:
    """Refuse a photograph that is not in the case; none chosen means the newest that may be used."""
    if photograph:
        found({p.id: p for p in state.photographs.standing(SUBJECT)}, photograph, "photograph of the subject")


def objections(state: CaseState, kind: NoticeKind, shows: tuple[Shown, ...], photograph: str) -> tuple[str, ...]:
    """Sentences on what consent forbids in a notice to the public."""
    if kind not in PUBLIC_KINDS:
        return ()
    out = []
    if consent(state) == "no":
        out.append("The subject does not consent to publicity.")
    if "photograph" in shows:
        ours = [p for p in state.photographs.standing(SUBJECT) if not photograph or p.id == photograph]
        if ours and all(p.may_publish == "no" for p in ours):
            out.append("The photograph may not be published.")
    return tuple(out)


def permits_publishing(kind: NoticeKind, told: tuple[str, ...]) -> tuple[str, ...]:
    """What a notice publishes by its kind and by what it tells, in the words that orders forbid."""
    if kind not in PUBLIC_KINDS:
        return ()
    return tuple(f"publish_{fact}" for fact in ("name", "photograph") if fact in told)


def tells_beyond(state: CaseState, shows: tuple[Shown, ...], *texts: str) -> tuple[str, ...]:
    """Facts of the record that typed words tell although they are not chosen to be shown.

    Beside the names of `Shown`: ``reporter`` (who reported, or how to reach them), ``phone`` and ``sealed`` (the title of a sealed fact).
    """
    text = " ".join(texts)
    told = dict.fromkeys(fact for fact, words in _facts(state) if fact not in shows and _says(text, words))
    if "last_seen_place" not in shows and _names_a_point(state, text):
        told["last_seen_place"] = None
    return tuple(told)


def _facts(state: CaseState) -> Iterator[tuple[str, str]]:
    """Facts of the record with words that betray them."""
    subject, report = state.subject, state.report
    if subject.name:
        yield "name", subject.name
        yield from (("name", part) for part in subject.name.split() if len(part) >= _PART_LENGTH - 1)
    if subject.age_years is not None:
        yield from (("age", f"{subject.age_years}{more}") for more in (" years", " year old", "-year-old"))
        yield "age", f"aged {subject.age_years}"
    for fact in (
        "description",
        "marks",
        "clothing",
        "equipment",
        "intended_destination",
        "vehicle",
        "phone",
        "address",
    ):
        if value := getattr(subject, fact):
            yield fact, value
    if subject.medical:
        yield from (
            ("medical", part)
            for part in re.split(r"[,;.\n/]|\band\b", subject.medical)
            if len(part.strip()) >= _PART_LENGTH
        )
    for point in state.area.points:
        if len(point.place) >= _PART_LENGTH:
            yield "last_seen_place", point.place
    yield from (("reporter", value) for value in (report.reporter, report.contact) if value)
    yield from (("sealed", sealed.title) for sealed in state.seals.facts.values())


def _says(text: str, words: str) -> bool:
    wanted = r"\s+".join(re.escape(w) for w in words.split())
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", text, re.IGNORECASE) is not None


def _names_a_point(state: CaseState, text: str) -> bool:
    """Whether the words hold the degrees of a PLS or LKP, to as many decimals as are written (two at least)."""
    written = [(float(n), len(n.partition(".")[2])) for n in re.findall(r"-?\d{1,3}\.\d{2,}", text)]
    return any(
        any(round(p.position.lat_deg, d) == n for n, d in written)
        and any(round(p.position.lon_deg, d) == n for n, d in written)
        for p in state.area.points
    )
