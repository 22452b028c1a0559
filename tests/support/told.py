"""Stories played on a desk, with every act that they do noted as it was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wayhome.app.demo_desk import StoryClock, play
from wayhome.app.desk import App, Done
from wayhome.app.duplicates import merge, unmerge
from wayhome.case.state import CaseState
from wayhome.demo import Story


@dataclass
class Merge:
    """Two cases are found to be one, and then that they are not."""

    at: datetime
    primary: str
    duplicate: str
    by: str


@dataclass
class Act:
    """A command as somebody did it, and the case as it stood before."""

    command: str
    fields: dict[str, Any]
    by: str | None
    before: CaseState


@dataclass
class Told:
    """A desk after its stories: every act, and the case after each act by story."""

    app: NotingApp
    acts: list[Act] = field(default_factory=list)
    states: dict[str, list[CaseState]] = field(default_factory=dict)

    def stages(self) -> dict[str, CaseState]:
        """One state for each story and status it went through, the last one of each: `story: status`."""
        return {f"{story}: {state.status}": state for story, after in self.states.items() for state in after}


class NotingApp(App):
    """A desk that notes what is done on it."""

    told: Told

    def do(self, case: str, name: str, fields: Mapping[str, Any], **how: Any) -> Done:
        """Do, and note if it was done."""
        before = self.state(case)
        done = super().do(case, name, fields, **how)
        self.told.acts.append(Act(name, dict(fields), how.get("by"), before))
        self.told.states.setdefault(case, []).append(self.state(case))
        return done


def tell(folder: Path, *stories: Story | Merge) -> Told:
    """Play stories on a new desk in a folder."""
    clock = StoryClock()
    app = NotingApp(folder, clock)
    app.told = Told(app)
    for story in stories:
        if isinstance(story, Story):
            play(app, clock, story)
            continue
        clock.at = story.at.astimezone(UTC)
        merge(app, story.primary, story.duplicate, reason="One man, two callers.", by=story.by)
        unmerge(app, story.duplicate, reason="His neighbour has the same name.", by=story.by)
        app.do(story.primary, "keep_apart", {"other": story.duplicate, "reason": "Two men."}, by=story.by)
    return app.told
