"""Words that betray a breach of a condition: whole words, in either case, unless they are forbidden or part of a name.

Knows a short list of English words. Refuses to understand a text: what it does not catch must be declared as a
permission; what it catches wrongly, a stream called Beaver Kill, is let out by the one who gave the order.
"""

from __future__ import annotations

import re
import unicodedata

# own choice; the bare forms that tell somebody what to do ("killed the lights" tells nobody to kill)
_WORDS: dict[str, tuple[str, ...]] = {
    "unharmed": (
        "destroy", "kill", "shoot", "shot on sight", "lethal", "eliminate", "harm", "dead or alive",
    ),
    "no_publicity": (),
    "no_pursuit_across_border": (
        "pursue across", "across the border", "cross the border", "over the border", "beyond the border",
    ),
}  # fmt: skip
# the same letters with another sense
_INNOCENT = re.compile(
    r"\bnon[\s-]?lethal|\bharm's[\s-]way|\bkill[\s-]?switch|"
    r"\bshoot (?:(?:a|an|the|some) )?(?:flares?|bearings?|azimuths?|photos?|photographs?|pictures?|videos?)\b"
)

_NOT = r"(?:(?<![a-z])(?:not|never|no|without|nor|neither|cannot|nobody|avoid)|n't)"
# what may stand between "not" and the word without ending what "not" is about
_BETWEEN = (
    r"(?:to|is|are|be|may|must|should|shall|will|allowed to|any|even|ever|or|nor|use|using|him|her|them|it|the|subject|"
    r"go|going|pursue|follow|come|cause|causing|do|intent to)"
)


def betrays(condition: str, text: str) -> bool:
    """Whether a text says what a condition forbids.

    "Search and destroy", "KILL him" and "do not hesitate to shoot" do; "unharmed", "do not harm or kill him" and
    "Skillet trail" do not.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold().split())
    plain = _INNOCENT.sub(" ", plain)
    return any(not _is_forbidden(plain[: m.start()], condition) for m in _pattern(condition).finditer(plain))


def _pattern(condition: str) -> re.Pattern[str]:
    # a hyphen may stand for any space: dead-or-alive
    words = [re.escape(w).replace(r"\ ", r"[\s-]+") for w in _WORDS[condition]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else re.compile(r"(?!)")


def _is_forbidden(before: str, condition: str) -> bool:
    """Whether what stands before a word forbids it: "not", then only small words or others of the list."""
    listed = rf"(?:{'|'.join(re.escape(w) for w in _WORDS[condition])}),?"
    return re.search(rf"{_NOT}(?:\s+(?:{listed}|{_BETWEEN}))*\s+$", before) is not None
