"""The first call as the edges show it: what to ask and what is known, warning signs, and how urgent the search is.

Read only; answers go in as commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wayhome.case.questionnaire import SECTIONS, may_be_no, open_first, suggested_signs, to_ask
from wayhome.case.risk import DOUBT, FACTORS, LEVELS, SIGNS, last_seen_at, unsupported_signs, urgency

if TYPE_CHECKING:
    from datetime import datetime

    from wayhome.app.desk import App


def questionnaire(app: App, case: str, as_of: datetime | None = None) -> dict[str, Any]:
    """Questions in order with how each stands, signs they suggest, and the urgency as last scored."""
    state, at = app.state(case, as_of), as_of or app.now()
    seen_at, score = last_seen_at(state), state.subject.urgency
    elapsed_s = None if seen_at is None or seen_at > at else (at - seen_at).total_seconds()
    return {
        "seq": state.seq,
        "sections": [{"key": k, "title": v} for k, v in SECTIONS.items()],
        "questions": [
            {**a.question.as_json(), "may_be_no": may_be_no(a.question), "standing": a.standing, "value": a.value, "told_by": a.told_by,
             "told_at": a.told_at}
            for a in to_ask(state)
        ],
        "open_first": [q.key for q in open_first(state)],
        "suggested": [{"sign": s.sign, "question": s.question, "value": s.value} for s in suggested_signs(state)],
        "unsupported": list(unsupported_signs(state)),
        "signs": [s.as_json() for s in SIGNS.values()],
        "levels": [w.as_json() for w in LEVELS],
        "urgency": {
            "factors": [f.as_json() for f in FACTORS.values()], "doubt": DOUBT, "last_seen_at": seen_at, "elapsed_s": elapsed_s,
            "score": None if score is None else urgency(score.factors, elapsed_s).as_json(),
        },
    }  # fmt: skip
