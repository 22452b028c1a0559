"""Whole teams on whole segments: how long until a plan is proved to be within half a percent of the best."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.measure import Stopwatch, Table, seconds
from wayhome.science.teaming import GAP, Objective, TeamQuestion, team_plan

TEAMS = 20
LIMIT_S = 30.0
# what it is, segments, periods, teams in a segment, kinds of teams, scenarios, rest, mean coverage of a team in a segment
CASES: tuple[tuple[str, int, int, int, int, int, int, float], ...] = (
    ("one team a segment", 60, 1, 1, TEAMS, 1, 0, 0.5),
    ("two teams a segment", 60, 1, 2, TEAMS, 1, 0, 0.5),
    ("one team a segment and period", 60, 2, 1, TEAMS, 1, 0, 0.5),
    ("two teams", 60, 2, 2, TEAMS, 1, 0, 0.5),
    ("two teams, four kinds of teams alike", 60, 2, 2, 4, 1, 0, 0.5),
    ("two teams, rest after work", 60, 2, 2, TEAMS, 1, 1, 0.5),
    ("two teams, deep coverage", 60, 2, 2, TEAMS, 1, 0, 1.5),
    ("two teams, the worst of three scenarios", 60, 2, 2, TEAMS, 3, 0, 0.5),
    ("one team a segment", 500, 1, 1, TEAMS, 1, 0, 0.5),
    ("two teams", 500, 1, 2, TEAMS, 1, 0, 0.5),
    ("two teams", 500, 2, 2, TEAMS, 1, 0, 0.5),
    ("two teams, four kinds of teams alike", 500, 2, 2, 4, 1, 0, 0.5),
    ("two teams, the worst of three scenarios", 500, 2, 2, TEAMS, 3, 0, 0.5),
)


def measured() -> Table:
    """Random POA, very uneven, scenarios that have half of it in common, and random rates of every team."""
    rows = []
    team_plan(_question(10, 2, 2, TEAMS, 1, 0, 0.5), clock=perf_counter)
    for name, segments, periods, most, kinds, scenarios, rest, depth in CASES:
        objective: Objective = "expected" if scenarios == 1 else "worst"
        question = _question(segments, periods, most, kinds, scenarios, rest, depth)
        watch = Stopwatch()
        with watch:
            plan = team_plan(question, objective=objective, clock=perf_counter, time_limit_s=LIMIT_S)
        runner = plan.runner_up
        rows.append(
            (
                f"{segments} x {TEAMS} x {periods}", name, seconds(watch.cpu_s), seconds(watch.wall_s), f"{plan.value:.5f}",
                f"{100 * plan.gap / plan.value:.2f} %", f"{100 * (plan.divisible_bound / plan.pos_total - 1):.1f} %",
                "" if runner is None else f"{100 * runner.loss / plan.value:.3f} %",
            )
        )  # fmt: skip
    return Table(
        "Plans of whole teams",
        ("segments x teams x periods", "", "CPU", "wall", "POS", "proved gap", "split hours at most", "runner-up costs"),
        tuple(rows),
        (
            f"One run each, plan and runner-up together, to a gap of {GAP:.1%} or {LIMIT_S:.0f} s.",
            "Gap: what any other plan of whole teams could find beyond this one. Split hours: what teams that divide their "
            "hours over segments at will could expect to find beyond it, at most.",
        ),
    )  # fmt: skip


def _question(
    segments: int, periods: int, most: int, kinds: int, scenarios: int, rest: int, depth: float
) -> TeamQuestion:
    rng = np.random.default_rng(7)
    poa = rng.random((scenarios + 1, segments)) ** 4
    poa = poa[1:] + poa[0]
    poa *= 0.9 / poa.sum(axis=1, keepdims=True)
    rate = rng.uniform(0.5, 1.5, (segments, kinds)) / rng.uniform(0.5, 1.5, (segments, 1))
    coverage = depth * rate[:, np.arange(TEAMS) % kinds, None] * rng.uniform(0.7, 1.0, periods)
    return TeamQuestion(
        poa=poa, weights=np.full(scenarios, 1.0 / scenarios), coverage=coverage, hours=np.full(periods, 6.0),
        most_teams=np.full(segments, most), rest_after=np.full(TEAMS, rest),
    )  # fmt: skip
