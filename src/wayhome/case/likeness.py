"""Whether two cases are about the same person: reasons for and against, each with its weight in words.

Knows how names are spelt in several ways, and that a name alone neither makes nor excludes a match. Knows
no nicknames, looks at no medical fact and no history; what is sealed never stands in a case's state.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from wayhome.base.place import Position, distance_m
from wayhome.base.quantity import metres
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.case.fact import ERASED
from wayhome.case.state import CaseState

Side = Literal["for", "against"]
Weight = Literal["strong", "moderate", "weak"]
Verdict = Literal["likely", "possible", "unlikely"]


def _own(value: float, unit: str, doubt: str) -> Sourced:
    return Sourced(value=value, unit=unit, source="wayhome", doubt=doubt)


_HARD = "no study of real duplicate reports was found; chosen so that no single trait decides"
POINTS: dict[Weight, Sourced] = {
    "strong": _own(4, "1", _HARD),
    "moderate": _own(2, "1", _HARD),
    "weak": _own(1, "1", _HARD),
}
LIKELY = _own(6, "1", _HARD)
POSSIBLE = _own(3, "1", _HARD)
SAME_AGE_YEARS = _own(2, "years", "reporters round ages, and a birthday may lie between two reports")
AGE_SLACK = _own(0.1, "1", "of the greater age: what a stranger may be off, on top of that")
OTHER_AGE_YEARS = _own(15, "years", "farther apart than this no slip of a reporter explains it")
NEAR_M = _own(1_000, "m", "one street or one car park may be told in two ways")
SAME_REGION_M = _own(10_000, "m", "two people may report from two ends of a walk")
FAR_M = _own(50_000, "m", "one report may name the home and the other the place last seen")
SAME_DAY_H = _own(24, "h", "one absence is mostly reported within a day by all who notice it")
ANOTHER_TIME_DAYS = _own(14, "days", "people go missing again; that is another case of the same person")
SHARED_MARKS = _own(0.5, "1", "of the words of the shorter text")
SHARED_WORDS = _own(0.3, "1", "of the words of the shorter text")
TYPOS = ((8, 2), (4, 1))  # so many letters at least, so many slips at most; short names must be exact


class Traits(Record):
    """What of a case is compared; anything may be unknown. `contacts` are of those who report and the subject's own."""

    case: str
    invented: bool = False
    names: tuple[str, ...] = ()
    age_years: int | None = None
    age_error_years: float = 0.0
    sex: str | None = None
    category: str | None = None
    places: tuple[Position, ...] = ()
    seen_at: datetime | None = None
    reported_at: datetime | None = None
    reporter: str | None = None
    contacts: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    marks: str = ""
    looks: str = ""


class Reason(Record):
    """One trait that speaks for or against, how much, and why, in a sentence."""

    about: str
    side: Side
    weight: Weight
    says: str


class Likeness(Record):
    """What is known of whether two cases are about one person; `not_known` names what could not be compared."""

    case: str
    other: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    not_known: tuple[str, ...] = ()
    points: float = 0.0


def traits(state: CaseState) -> Traits:
    """What of a case is compared; erased fields count as unknown."""
    s, r = state.subject, state.report
    looks = (s.description, s.build, s.hair, s.eyes, s.clothing, s.equipment)
    points = [p for p in (state.area.ipp, *state.area.points) if p is not None]
    times = [p.at for p in points if p.at is not None]
    return Traits(
        case=state.case, invented=r.invented, names=tuple(n for n in (_known(s.name),) if n), age_years=s.age_years,
        sex=_known(s.sex), category=_known(s.category), places=tuple(dict.fromkeys(p.position for p in points)),
        seen_at=max(times, default=None), reported_at=r.reported_at, reporter=_known(r.reporter),
        contacts=tuple(c for c in (_known(r.contact), _known(s.phone)) if c),
        vehicles=tuple(v for v in (_known(s.vehicle),) if v), marks=_known(s.marks) or "",
        looks=" ".join(t for t in map(_known, looks) if t),
    )  # fmt: skip


def likeness(a: Traits, b: Traits) -> Likeness:
    """Compare two cases trait by trait; the sum of the reasons' weights gives the verdict.

    *Likely* takes a name, contact or vehicle that fits, two reasons of some weight, and, where something
    speaks strongly against it, two that speak strongly for it.
    """
    found = {
        "name": _names(a, b), "age": _ages(a, b), "sex": _sexes(a, b), "category": _categories(a, b),
        "place": _places(a, b), "time": _times(a, b), "marks": _marks(a, b), "contact": _contacts(a, b),
        "reporter": _reporters(a, b), "vehicle": _vehicles(a, b), "description": _looks(a, b),
    }  # fmt: skip
    reasons = tuple(r for r in found.values() if isinstance(r, Reason))
    points = sum(POINTS[r.weight].value * (1 if r.side == "for" else -1) for r in reasons)
    fits = [r for r in reasons if r.side == "for"]
    weighty = [r for r in fits if r.weight != "weak"]
    is_carried = any(r.about in ("name", "contact", "vehicle") for r in weighty)
    is_barred = any(r.side == "against" and r.weight == "strong" for r in reasons)
    is_barred = is_barred and sum(r.weight == "strong" for r in fits) < 2
    verdict: Verdict = "unlikely"
    if points >= LIKELY.value and is_carried and len(weighty) >= 2 and not is_barred:
        verdict = "likely"
    elif points >= POSSIBLE.value:
        verdict = "possible"
    order = {"strong": 0, "moderate": 1, "weak": 2}
    return Likeness(
        case=a.case, other=b.case, verdict=verdict, points=points,
        reasons=tuple(sorted(reasons, key=lambda r: (r.side == "against", order[r.weight]))),
        not_known=tuple(about for about, r in found.items() if r == "unknown"),
    )  # fmt: skip


def likely_others(state: CaseState, others: Iterable[CaseState]) -> tuple[Likeness, ...]:
    """Other open cases that may be about the same person, the likeliest first; unlikely ones are left out.

    Left out too: what is merged, what somebody said is about two people, and invented beside real cases.
    """
    if state.status in ("unopened", "merged"):
        return ()
    own = traits(state)
    found = []
    for other in others:
        if other.case == state.case or other.status in ("unopened", "merged"):
            continue
        if other.case in state.links.apart or state.case in other.links.apart:
            continue
        if other.report.invented == state.report.invented:
            found.append(likeness(own, traits(other)))
    order = {"likely": 0, "possible": 1, "unlikely": 2}
    found.sort(key=lambda x: (order[x.verdict], -x.points, x.other))
    return tuple(x for x in found if x.verdict != "unlikely")


# -- the traits ---------------------------------------------------------------------------------------


Found = Reason | Literal["unknown"] | None


def _for(about: str, weight: Weight, says: str) -> Reason:
    return Reason(about=about, side="for", weight=weight, says=says)


def _against(about: str, weight: Weight, says: str) -> Reason:
    return Reason(about=about, side="against", weight=weight, says=says)


def _names(a: Traits, b: Traits) -> Found:
    found = [r for x in a.names for y in b.names if (r := _name(x, y)) is not None]
    order = {("for", "strong"): 0, ("for", "moderate"): 1, ("for", "weak"): 2}
    return min(found, key=lambda r: order.get((r.side, r.weight), 3), default=None) or "unknown"


def _name(a: str, b: str) -> Reason | None:
    """Compare two names part by part, in whatever order the parts stand."""
    shorter, longer = sorted((_parts(a), _parts(b)), key=len)
    if not shorter:
        return None
    left, exact, near = list(longer), 0, 0
    rest = []
    for part in shorter:
        if part in left:
            left.remove(part)
            exact += 1
        else:
            rest.append(part)
    for part in rest:
        if (match := next((x for x in left if _is_near(part, x)), None)) is not None:
            left.remove(match)
            near += 1
    both = f"{a} and {b}"
    if exact + near == len(shorter):
        if len(shorter) == 1:
            return _for("name", "weak", f"{both} share a name; one of them gives no other.")
        if near == 0:
            return _for("name", "strong", f"The names are the same: {both}.")
        return _for("name", "moderate", f"The names differ in spelling only: {both}.")
    if exact + near:
        return _against("name", "moderate", f"{both} share a name but not the others; they may be relatives.")
    return _against("name", "strong", f"The names are different: {both}.")


def _ages(a: Traits, b: Traits) -> Found:
    if a.age_years is None or b.age_years is None:
        return "unknown"
    apart = max(0.0, abs(a.age_years - b.age_years) - a.age_error_years - b.age_error_years)
    ages = f"{a.age_years} and {b.age_years} years"
    if apart <= SAME_AGE_YEARS.value:
        return _for("age", "weak", f"The ages fit: {ages}.")
    if apart > OTHER_AGE_YEARS.value:
        return _against("age", "strong", f"The ages are far apart: {ages}.")
    if apart > SAME_AGE_YEARS.value + AGE_SLACK.value * max(a.age_years, b.age_years):
        return _against("age", "moderate", f"The ages differ by more than people misjudge: {ages}.")
    return None


def _sexes(a: Traits, b: Traits) -> Found:
    if not a.sex or not b.sex:
        return "unknown"
    first, second = _sex(a.sex), _sex(b.sex)
    if first == second:
        return _for("sex", "weak", f"The same sex: {a.sex}.")
    if {first, second} == {"m", "f"}:
        return _against("sex", "strong", f"Different sex: {a.sex} and {b.sex}.")
    return None


def _sex(text: str) -> str:
    word = _folded(text).strip()
    return {"male": "m", "man": "m", "boy": "m", "female": "f", "woman": "f", "girl": "f"}.get(word, word)


def _categories(a: Traits, b: Traits) -> Found:
    if not a.category or not b.category:
        return "unknown"
    if _folded(a.category) == _folded(b.category):
        return _for("category", "weak", f"The same subject category: {a.category}.")
    return _against("category", "weak", f"Different subject categories: {a.category} and {b.category}.")


def _places(a: Traits, b: Traits) -> Found:
    away = min((distance_m(p, q) for p in a.places for q in b.places), default=None)
    if away is None:
        return "unknown"
    where = f"The places last seen or known lie {metres(away)} apart."
    if away <= NEAR_M.value:
        return _for("place", "moderate", where)
    if away <= SAME_REGION_M.value:
        return _for("place", "weak", where)
    return _against("place", "moderate", where) if away > FAR_M.value else None


def _times(a: Traits, b: Traits) -> Found:
    what, first, second = "last seen", a.seen_at, b.seen_at
    if first is None or second is None:
        what, first, second = "reported", a.reported_at, b.reported_at
    if first is None or second is None:
        return "unknown"
    hours = abs((first - second).total_seconds()) / 3600.0
    if hours <= SAME_DAY_H.value:
        return _for("time", "weak", f"Both were {what} within {max(1, round(hours))} h of each other.")
    if hours > 24 * ANOTHER_TIME_DAYS.value:
        return _against(
            "time", "moderate",
            f"They were {what} {hours / 24:.0f} days apart; if it is the same person, they may be missing a second time.",
        )  # fmt: skip
    return None


def _marks(a: Traits, b: Traits) -> Found:
    return _overlap("marks", "moderate", "Marks", a.marks, b.marks, least=2, share=SHARED_MARKS.value)


def _looks(a: Traits, b: Traits) -> Found:
    return _overlap("description", "weak", "Description", a.looks, b.looks, least=3, share=SHARED_WORDS.value)


def _overlap(about: str, weight: Weight, title: str, a: str, b: str, *, least: int, share: float) -> Found:
    """Words in common; that two people describe differently says nothing, so nothing speaks against."""
    first, second = _content(a), _content(b)
    if not first or not second:
        return "unknown"
    both = first & second
    if len(both) < least or len(both) < share * min(len(first), len(second)):
        return None
    return _for(about, weight, f"{title} in common: {', '.join(sorted(both))}.")


def _contacts(a: Traits, b: Traits) -> Found:
    if not a.contacts or not b.contacts:
        return "unknown"
    first, second = " ".join(a.contacts), " ".join(b.contacts)
    if any(_is_one_number(x, y) for x in _numbers(first) for y in _numbers(second)):
        return _for("contact", "strong", "Both give the same telephone number.")
    if _addresses(first) & _addresses(second):
        return _for("contact", "strong", "Both give the same e-mail address.")
    return None


def _reporters(a: Traits, b: Traits) -> Found:
    if not a.reporter or not b.reporter:
        return "unknown"
    same = _name(a.reporter, b.reporter)
    if same is None or same.side == "against" or same.weight == "weak":
        return None
    return _for("reporter", "weak", f"Both were reported by {a.reporter}.")


def _vehicles(a: Traits, b: Traits) -> Found:
    if not a.vehicles or not b.vehicles:
        return "unknown"
    first, second = "; ".join(a.vehicles), "; ".join(b.vehicles)
    if any(x.endswith(y) or y.endswith(x) for x in _plates(first) for y in _plates(second)):
        return _for("vehicle", "strong", "The same number plate.")
    return _overlap("vehicle", "weak", "Vehicles", first, second, least=2, share=SHARED_MARKS.value)


# -- text ---------------------------------------------------------------------------------------------

_CYRILLIC = dict(zip(
    "абвгґдезийклмнопрстуфхыэіѣ", "abvggdeziiklmnoprstufhieie", strict=True
)) | {"ё": "e", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia",
      "є": "ie", "ї": "i", "ў": "u", "ј": "i", "љ": "l", "њ": "n", "ћ": "c", "ђ": "d", "џ": "dz"}  # fmt: skip
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstifo", strict=True)) | {
    "θ": "th", "χ": "ch", "ψ": "ps"
}  # fmt: skip
_LATIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o", "ı": "i", "ŋ": "n", "ħ": "h"}
_LETTERS = _CYRILLIC | _GREEK | _LATIN
# spellings of one sound in different tongues and romanisations, in this order
_SOUNDS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("ph", "f"), ("kh", "h"), ("ck", "k"), ("c", "k"),
           ("y", "i"), ("j", "i"), ("w", "v"), ("q", "k"), ("x", "ks"))  # fmt: skip
_COMMON = (
    "the and with has have was were for from his her their its one two left right wearing wears about very some but"
)
_NUMBER = re.compile(r"\+?\d[\d\s()/.\-]{5,}\d")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST_DIGITS = 7


def _known(text: str | None) -> str | None:
    """What is written and not erased: two erased names are no match."""
    return None if text is None or text == ERASED or not text.strip() else text.strip()


def _folded(text: str) -> str:
    """Lower case, in Latin letters, without marks: Müller, Μυλλερ, Мюллер."""
    lower = "".join(_LETTERS.get(c, c) for c in unicodedata.normalize("NFC", text.casefold()))
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(_LETTERS.get(c, c) for c in plain if not unicodedata.combining(c))


def _parts(name: str) -> list[str]:
    return re.findall(r"\w+", _folded(name))


def _sounded(word: str) -> str:
    """One spelling of what sounds alike: doubled letters and an h that nobody hears are the commonest slips."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", word[:1] + word[1:].replace("h", ""))


def _is_near(a: str, b: str) -> bool:
    """An initial of the other, the same in another spelling, or the same but for a slip or two."""
    if 1 in (len(a), len(b)):
        return a[0] == b[0]
    a, b = _sounded(a), _sounded(b)
    if a == b:
        return True
    allowed = next((slips for length, slips in TYPOS if min(len(a), len(b)) >= length), 0)
    return abs(len(a) - len(b)) <= allowed and slips(a, b) <= allowed


def slips(a: str, b: str) -> int:
    """Letters left out, put in, changed, or two neighbours swapped, to make one word of another."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _content(text: str) -> set[str]:
    common = _COMMON.split()
    return {w for w in re.findall(r"\w{3,}", _folded(text)) if w not in common}


def _numbers(text: str) -> list[str]:
    """Telephone numbers as digits, without the zeros that stand for a country or a trunk."""
    found = (re.sub(r"\D", "", m).lstrip("0") for m in _NUMBER.findall(text))
    return [d for d in found if len(d) >= _LEAST_DIGITS]


def _is_one_number(a: str, b: str) -> bool:
    """The same number, one of them perhaps without its country or area."""
    return a.endswith(b) or b.endswith(a)


def _addresses(text: str) -> set[str]:
    return {m.casefold() for m in _ADDRESS.findall(text)}


def _plates(text: str) -> set[str]:
    """What can be a number plate: one to three short groups of letters and digits, with the gaps closed."""
    groups = re.findall(r"[A-Z0-9]+", text.upper())
    runs = ((i, j) for i in range(len(groups)) for j in range(i + 1, min(i + 3, len(groups)) + 1))
    plates = [(i, j) for i, j in runs if _is_plate(groups[i:j])]
    longest = [(i, j) for i, j in plates if not any(k <= i and j <= m and (k, m) != (i, j) for k, m in plates)]
    return {"".join(groups[i:j]) for i, j in longest}


def _is_plate(groups: list[str]) -> bool:
    if any(_YEAR.fullmatch(g) or (g.isalpha() and len(g) > 3) for g in groups):  # "2019 Ford" is none
        return False
    whole = "".join(groups)
    return 5 <= len(whole) <= 8 and not whole.isalpha() and not whole.isdigit()
