"""Bad input to the solvers is a sentence that names the field and the place; Ctrl-C is the best so far with its bound."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from wayhome.app.analysis import solve
from wayhome.base.errors import InvalidInput

pytestmark = pytest.mark.hostile

ALLOCATION = {"poa": [0.5, 0.5], "rate": [[0.1, 0.05], [0.02, 0.005]], "effort": [16.1, 13.9]}
STAY = [[0, 0, 0.6], [0, 1, 0.4], [1, 1, 0.6], [1, 0, 0.4]]
MOVING = {"prior": [0.5, 0.5], "transition": STAY, "rate": [1.0, 1.0], "effort_per_step": [1.0, 1.0]}
PATH = {
    "cells": 2, "edges": [[0, 1]], "transition": STAY, "prior": [0.5, 0.5], "searchers": [{"start": 0, "glimpse": 0.5}],
    "horizon": 3, "time_limit_s": 5,
}  # fmt: skip
GOOD = {"allocation": ALLOCATION, "moving": MOVING, "path": PATH}
NAN = float("nan")


@pytest.mark.parametrize(
    ("what", "change", "said"),
    [
        ("allocation", {"poa": [0.5, -0.5]}, r"poa\[1\]"),
        ("allocation", {"poa": [0.5, NAN]}, r"poa\[1\]"),
        ("allocation", {"poa": "0.5"}, "poa must be a list"),
        ("allocation", {"rate": [[0.1, 0.05], [0.02]]}, r"rate\[1\] has 1 numbers"),
        ("allocation", {"rate": [[0.1, 0.05]]}, "rate needs 2 rows"),
        ("allocation", {"effort": [1.0, float("inf")]}, r"effort\[1\]"),
        ("allocation", {"efort": [1.0]}, "unknown: efort"),
        ("moving", {"prior": [0.5, 0.6]}, "prior sums to 1.1"),
        ("moving", {"prior": [0.5, -0.1]}, r"prior\[1\]"),
        ("moving", {"transition": [[0, 5, 1.0]]}, r"transition\[0\]"),
        ("moving", {"transition": [[0, 0, 0.8], [0, 1, 0.3]]}, "cell 0 sum to 1.1"),
        ("moving", {"transition": [[0, 0, NAN]]}, r"transition\[0\]"),
        ("moving", {"effort_per_step": []}, "at least one step"),
        ("moving", {"effort_per_step": [1.0, -2.0]}, r"effort_per_step\[1\]"),
        ("moving", {"rate": [1.0]}, "prior has 2 cells and rate 1"),
        ("path", {"prior": [0.5, 0.6]}, "prior"),
        ("path", {"prior": [0.5, NAN]}, r"prior\[1\]"),
        ("path", {"transition": [[0, 0, 0.8], [0, 1, 0.3]]}, "cell 0"),
        ("path", {"edges": [[0, 1], [0, 2]]}, r"edges\[1\]"),
        ("path", {"searchers": [{"start": 0, "glimpse": 0.5}, {"start": 2, "glimpse": 0.5}]}, r"searchers\[1\]"),
        ("path", {"searchers": [{"start": 0, "glimpse": 1.5}]}, r"searchers\[0\]"),
        ("path", {"searchers": []}, "searchers"),
        ("path", {"horizon": 0}, "horizon"),
        ("path", {"horizon": 2.5}, "horizon"),
        ("path", {"time_limit_s": -1}, "time_limit_s"),
        ("path", {"cells": 0}, "cells"),
        ("path", {"cells": True}, "cells"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field_and_the_place(what: str, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        solve(what, {**GOOD[what], **change})
    solve(what, GOOD[what])  # what was changed is what was wrong


@pytest.mark.parametrize("what", GOOD)
@pytest.mark.parametrize("payload", [None, 3, "x", [], [1, 2], {}], ids=str)
def test_what_is_no_problem_at_all_is_said(what: str, payload: Any) -> None:
    with pytest.raises(InvalidInput):
        solve(what, payload)


def grid(n: int, stay: float = 0.6) -> tuple[list[list[int]], list[list[float]]]:
    edges, transition = [], []
    for r in range(n):
        for c in range(n):
            here = r * n + c
            near = [
                (r + a) * n + c + b for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0)) if 0 <= r + a < n and 0 <= c + b < n
            ]
            edges += [[here, there] for there in near if there > here]
            transition += [[here, here, stay], *([here, there, (1 - stay) / len(near)] for there in near)]
    return edges, transition


def test_a_second_of_time_gives_the_best_so_far_with_its_bound() -> None:
    edges, transition = grid(9)
    prior = [0.0] * 81
    prior[40] = 1.0
    found = solve(
        "path",
        {"cells": 81, "edges": edges, "transition": transition, "prior": prior, "horizon": 16, "time_limit_s": 1,
         "searchers": [{"start": 0, "glimpse": 0.6}] * 3},
    )  # fmt: skip
    assert found["status"] == "feasible"
    assert 0.0 <= found["bound"] < found["pnd"] < 0.5


@pytest.mark.slow
def test_ctrl_c_prints_the_best_so_far_with_its_bound_and_exits_130() -> None:
    edges, transition = grid(9)
    prior = [0.0] * 81
    prior[40] = 1.0
    problem = {"cells": 81, "edges": edges, "transition": transition, "prior": prior, "horizon": 16,
               "time_limit_s": 600, "searchers": [{"start": 0, "glimpse": 0.6}] * 3}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "wayhome", "solve", "path"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(json.dumps(problem).encode())
        process.stdin.close()
        while b"not found with" not in process.stderr.readline():  # it has something to lose now
            assert process.poll() is None
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        answer = json.loads(process.stdout.read())
        process.stderr.read()
        assert process.wait(60) == 130
    assert answer["status"] == "feasible"
    assert answer["bound"] < answer["pnd"] < 0.5
    assert [len(path) for path in answer["paths"]] == [16, 16, 16]


@pytest.mark.slow
def test_a_graph_of_a_million_cells_is_answered_in_its_time() -> None:
    n = 1_000_000
    found = solve(
        "path",
        {"cells": n, "edges": [[i, i + 1] for i in range(n - 1)],
         "transition": [[i, j, 0.5] for i in range(n - 1) for j in (i, i + 1)] + [[n - 1, n - 1, 1.0]],
         "prior": [1.0 / n] * n, "searchers": [{"start": 5, "glimpse": 0.5}], "horizon": 6, "time_limit_s": 30},
    )  # fmt: skip
    assert found["bound"] <= found["pnd"] <= 1.0
    assert found["pnd"] == pytest.approx(1.0, abs=1e-5)
