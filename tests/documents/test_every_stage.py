"""Every document in every stage of a case: it can be read, or names what is missing."""

from __future__ import annotations

import re

import pypdfium2  # type: ignore[import-untyped]
import pytest
from told import Told

from wayhome.case.state import CaseState
from wayhome.documents import DocumentFacts, available, render
from wayhome.documents.kinds import KINDS


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_it_renders_in_every_stage_or_names_what_is_missing(told: Told, kind: str) -> None:
    stages = {**told.stages(), "just begun": CaseState(case="none")}
    for stage, state in stages.items():
        ids = {name: ids for name, _, ids in available(state)}.get(kind) or ()
        for for_id in ids[:1] + ids[1:][-1:] or (None,):  # the first and the last there is
            facts = DocumentFacts(printed_at=told.app.now(), desk_head="0" * 64, program_version="test")
            pdf = pypdfium2.PdfDocument(render(kind, state, for_id=for_id, facts=facts))
            text = " ".join(page.get_textpage().get_text_range() for page in pdf)
            foot = "Wayhome test" if kind == "flyer" else "Decision aid"  # the public is told no such thing
            assert foot in text, f"{kind} in {stage}"
            assert not re.search(r"\bNone\b(?!\.| recorded)|datetime\(|\(\)|\{\}|\bTrue\b|\bFalse\b", text), (
                f"{kind} in {stage}: {text}"
            )
            if KINDS[kind].needs_for is not None and not ids:
                assert "No " in text or "has been" in text or "not " in text, (
                    f"{kind} in {stage} says nothing of what is missing: {text}"
                )
