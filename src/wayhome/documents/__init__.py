"""Documents as typeset PDF, every fact drawn from the record: sheets, notices, letters, the journal."""

from wayhome.documents.kinds import KINDS, Kind, available, figures_of, has_map, has_photographs, is_internal, render
from wayhome.documents.wording import DocumentFacts

__all__ = [
    "KINDS",
    "DocumentFacts",
    "Kind",
    "available",
    "figures_of",
    "has_map",
    "has_photographs",
    "is_internal",
    "render",
]
