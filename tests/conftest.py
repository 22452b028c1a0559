"""What every test may lean on: where real data lies, a browser, and how hypothesis behaves here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import county_case
import pytest
from hypothesis import settings
from told import Told, tell

PROJECT = Path(__file__).resolve().parent.parent

# No deadline: a shared machine is slow at times, and that is no fault of the code.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real terrain, cases and tracks that is never copied into this repository."""
    folder = Path(os.environ.get("WAYHOME_DATA") or PROJECT.parent / "shared" / "data")
    if not (folder / "cases").is_dir():
        pytest.skip("needs the real data: set WAYHOME_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser that a test may start."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("needs a browser: apt-get install chromium")


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A desk on which the county case and the story's case have been told, act by act."""
    from wayhome.demo.taking_leave import story

    made = tell(tmp_path_factory.mktemp("told"), *county_case.stories(), story())
    yield made
    made.app.close()
