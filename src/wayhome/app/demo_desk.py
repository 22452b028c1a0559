"""A desk with both demo cases, driven through commands only, at the times of their stories."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from wayhome.app.desk import App
from wayhome.app.exchange import add_ground, import_files
from wayhome.base.errors import DataUnavailable
from wayhome.demo import Attach, Do, Import, Open, Story, stories


class StoryClock:
    """A clock that a story sets; the present otherwise."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)


def demo_desk(desk: Path | None, progress: Callable[[str], None] = lambda _: None) -> App:
    """The demo's own desk (never the user's), with both cases loaded if absent."""
    if desk is None:
        from platformdirs import user_data_path

        desk = user_data_path("wayhome", appauthor=False) / "demo"
    clock = StoryClock()
    app = App(desk, clock)
    try:
        told = stories(clock())
    except ImportError:
        raise DataUnavailable(
            "The hiker's terrain comes with matplotlib; install it with `pip install wayhome[demo]`."
        ) from None
    for story in told:
        if not app.journal.head(story.case):
            progress(f"loading the demo case {story.case} ({len(story.steps)} steps)")
            play(app, clock, story)
    clock.at = None
    return app


def play(app: App, clock: StoryClock, story: Story) -> None:
    """Do every step of a story at its time."""
    for step in story.steps:
        clock.at = step.at.astimezone(UTC)
        match step:
            case Open():
                app.open_case(step.report, case=story.case)
            case Do():
                app.do(story.case, step.command, step.fields, by=step.by)
            case Import():
                import_files(app, story.case, [(step.name, step.content)], as_=step.as_, for_=step.for_, by=step.by)
            case Attach():
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / step.name
                    path.write_bytes(step.content)
                    if step.line_kind is None:
                        add_ground(app, story.case, dem=path)
                    else:
                        add_ground(app, story.case, lines=((step.line_kind, path, None),))
