"""The plan: whole teams on whole tasks over the periods ahead, with a reason for each and a bound on any better plan.

Knows how to put a case's teams, segments and boundaries to `science.teaming`, and its answer into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from wayhome.base.errors import RuleBroken
from wayhome.base.quantity import percent
from wayhome.planning.containment import Containment, containment
from wayhome.planning.deployment import REFLEX, Field, field, reasons
from wayhome.science.team_question import TeamQuestion
from wayhome.science.teaming import GAP, RunnerUp, TeamChoice, TeamPlan, team_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wayhome.case.tasking import Aim
    from wayhome.planning.belief_map import BeliefMap, Sources
    from wayhome.planning.inputs import PlanInputs

TIME_LIMIT_S = 6.0  # for the plan; the plan of the other aim has half of it
_IDLE = {
    "stands_down": "held back by the planner",
    "resting": "rests",
    "no_room": "other teams do more good in every place that it could go to",
    "adds_nothing": "adds nothing anywhere",
    "nothing_allowed": "can go nowhere",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Planned:
    """A plan with all that it rests on; tasks are segments first, then boundaries to watch."""

    inputs: PlanInputs
    field: Field
    watch: Containment
    question: TeamQuestion
    plan: TeamPlan
    caveats: tuple[str, ...]

    @property
    def laid(self) -> NDArray[np.float64]:
        """Coverage `[S]` that the plan lays."""
        total = np.zeros(len(self.field.area_m2))
        for c in self.plan.choices:
            if c.task is not None and c.task < len(total):
                total[c.task] += self.field.coverage[c.task, c.team, c.period]
        return total

    def title(self, task: int | None) -> str:
        """What people call a task."""
        segments = self.inputs.segments
        if task is None:
            return "nothing"
        return segments[task].name if task < len(segments) else f"watch {self.watch.lines[task - len(segments)].name}"


def planned(inputs: PlanInputs, found: BeliefMap, sources: Sources, clock: Callable[[], float]) -> Planned:
    """The best plan of a case's teams, as people set its aim."""
    of, watch, question, caveats = _asked(inputs, found, sources)
    plan = team_plan(question, objective=inputs.aim, clock=clock, time_limit_s=TIME_LIMIT_S)
    if not plan.is_proved:
        caveats.append(
            f"Time ran out: a plan could be better by up to {percent(plan.gap)}; it is not proved within {percent(GAP)}."
        )
    return Planned(inputs=inputs, field=of, watch=watch, question=question, plan=plan, caveats=tuple(caveats))


def plan_data(made: Planned, found: BeliefMap, clock: Callable[[], float]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Assignments with reasons, bound, runner-up, who stays behind and why, and the plan of the other aim."""
    inputs, plan, of = made.inputs, made.plan, made.field
    titles = {p.id: p.title for p in inputs.map.parts}
    names = list(found.belief.names)
    by_scenario = [
        {"id": name, "title": titles.get(name, name), "weight": float(w), "pos": pos}
        for name, w, pos in zip(names, of.weights, plan.by_scenario, strict=True)
    ]
    choices = [_choice(made, c) for c in plan.choices if c.task is not None]
    unused = [
        {"team": inputs.teams[k].id, "name": inputs.teams[k].name, "why": _why(made, k)} for k in plan.unused_teams
    ]
    return {
        "choices": choices,
        "periods": [p.as_json() for p in inputs.periods],
        "aim": inputs.aim,
        "pos_total": plan.pos_total,
        "by_scenario": by_scenario,
        "upper_bound": plan.upper_bound, "divisible_bound": plan.divisible_bound, "gap": plan.gap, "is_proved": plan.is_proved,
        "runner_up": _runner(made, plan.runner_up),
        "other_aim": _other_aim(made, clock),
        "unused": unused, "unused_teams": [u["name"] for u in unused],
        "watches": [
            {"boundary": b.id, "name": b.name, "crossing": float(c[0]), "stopped": float(s[0]), "bits": float(i[0])}
            for b, c, s, i in zip(made.watch.lines, made.watch.crossing, made.watch.stopped, made.watch.bits, strict=True)
        ],
        "rest_of_world": found.belief.rest_of_world,
    }, (*made.caveats, "POD assumes random search, 1 - exp(-coverage); sweep width and speed are as typed for each team.")  # fmt: skip


def _asked(
    inputs: PlanInputs, found: BeliefMap, sources: Sources
) -> tuple[Field, Containment, TeamQuestion, list[str]]:
    if not inputs.segments:
        raise RuleBroken("There is no segment to search; draw segments, have an area cut into them, or import them.")
    if not inputs.teams:
        raise RuleBroken("No team is free; form a team, or debrief one that is out.")
    of, watch = field(inputs, found, sources), containment(inputs, found, sources)
    first = inputs.periods[0]
    caveats = [f"Hours at hand: {first.hours:.1f}, less the way there and back.", *of.caveats, *watch.caveats]
    n_segments, n_teams, n_periods = of.coverage.shape
    free = np.array([t.id in inputs.free for t in inputs.teams])
    can_watch = np.ones((len(watch.lines), n_teams, n_periods), bool)
    can_watch[:, ~free, 0] = False
    teams = {t.id: k for k, t in enumerate(inputs.teams)}
    segments = {s.id: i for i, s in enumerate(inputs.segments)}
    periods = {p.id: i for i, p in enumerate(inputs.periods)}
    allowed = np.concatenate([of.allowed, can_watch])
    locked: dict[tuple[int, int], int | None] = {}
    for choice in inputs.choices:
        k, p = teams[choice.team], 0 if choice.period is None else periods.get(choice.period)
        task = None if choice.segment is None else segments[choice.segment]
        if p is None:
            continue
        if task is not None and not allowed[task, k, p]:
            why = "; ".join(of.why_not.get((task, k), ())) or "it is not free"
            caveats.append(
                f"{inputs.teams[k].name} was kept for {inputs.segments[task].name}, but cannot go there ({why}): the plan "
                "leaves it out."
            )
            continue
        locked[k, p] = task
    rest = np.zeros(n_teams, int)
    for k, team in enumerate(inputs.teams):
        rest[k] = _periods_of_rest(inputs, team.id)
    question = TeamQuestion(
        poa=of.poa, weights=of.weights, coverage=of.coverage, hours=np.concatenate([of.hours, _watch_hours(inputs, watch, n_teams)]),
        value=watch.stopped, allowed=allowed, is_reflex=np.concatenate([of.first, np.zeros(len(watch.lines), bool)]),
        most_teams=np.full(n_segments, max(1, ceil(n_teams / n_segments))), rest_after=rest, locked=locked,
    )  # fmt: skip
    return of, watch, question, caveats


def _watch_hours(inputs: PlanInputs, watch: Containment, n_teams: int) -> NDArray[np.float64]:
    hours = np.array([p.hours for p in inputs.periods])
    return np.broadcast_to(hours, (len(watch.lines), n_teams, len(hours)))


def _periods_of_rest(inputs: PlanInputs, team: str) -> int:
    """Periods that begin before a team that worked in the one before them has rested."""
    limits, periods = inputs.limits.get(team), inputs.periods
    if limits is None:
        return 0 if len(periods) < 2 else _overlapped(inputs, 8.0)
    return _overlapped(inputs, limits.rest_h)


def _overlapped(inputs: PlanInputs, rest_h: float) -> int:
    most = 0
    for p, period in enumerate(inputs.periods):
        for later in range(p + 1, len(inputs.periods)):
            begin, start = period.starts_at, inputs.periods[later].starts_at
            if begin is not None and start is not None:
                gap_h = (start - begin).total_seconds() / 3600.0 - period.hours
                if gap_h < rest_h:
                    most = max(most, later - p)
    return most


def _choice(made: Planned, c: TeamChoice) -> dict[str, Any]:
    inputs, of = made.inputs, made.field
    assert c.task is not None
    team, period = inputs.teams[c.team], inputs.periods[c.period]
    is_search = c.task < len(inputs.segments)
    segment = inputs.segments[c.task] if is_search else None
    line = None if is_search else made.watch.lines[c.task - len(inputs.segments)]
    remarks = list(of.remarks[c.task]) if is_search else []
    if segment is not None and segment.id in inputs.needs and inputs.needs[segment.id].hazards:
        remarks.append(inputs.needs[segment.id].hazards)
    row = {
        "team": team.id, "team_name": team.name, "kind": "search" if is_search else "watch",
        "segment": None if segment is None else segment.id, "segment_name": None if segment is None else segment.name,
        "boundary": None if line is None else line.id, "boundary_name": None if line is None else line.name,
        "period": period.id, "op": period.op, "starts_at": period.starts_at,
        "hours": c.hours, "travel_minutes": float(of.walk_h[c.task] * 60) if is_search else 0.0,
        "coverage": c.coverage, "pod": c.pod, "poa": c.poa, "pos": c.pos, "psr_per_h": c.psr_per_h, "loss": c.loss,
        "instead": None if c.next_task is None else {"name": made.title(c.next_task), "loss": max(0.0, c.next_loss)},
        "is_locked": c.is_locked, "is_reflex": segment is not None and segment.remark.startswith(REFLEX), "remarks": remarks,
    }  # fmt: skip
    return {**row, "reason": _reason(made, c, row)}


def _reason(made: Planned, c: TeamChoice, row: dict[str, Any]) -> str:
    if row["kind"] == "search":
        said = (
            f"{row['segment_name']} holds {percent(c.poa)} of all probability; {row['team_name']} covers it "
            f"{c.coverage:.2f} times in {c.hours:.1f} h (POD {percent(c.pod)}), so {percent(c.pos)} to find."
        )
        if row["is_reflex"]:
            said = f"Reflex task, done before others. {said}"
    else:
        assert c.task is not None
        b = c.task - len(made.inputs.segments)
        said = (
            f"The subject crosses {row['boundary_name']} in this time with {percent(float(made.watch.crossing[b, c.period]))}; "
            f"a watch would stop {percent(c.pos)}, and tells {float(made.watch.bits[b, c.period]):.2g} bits about leaving."
        )
    if c.is_locked:
        return f"{said} Kept by the planner."
    if row["instead"] is None:
        return said
    return f"{said} Next best for this team: {row['instead']['name']}, {percent(row['instead']['loss'])} less in all."


def _runner(made: Planned, runner: RunnerUp | None) -> dict[str, Any] | None:
    if runner is None:
        return None
    change = "; ".join(
        f"{made.inputs.teams[k].name} {'stays back' if then is None else f'to {made.title(then)}'}"
        + (f" (period {made.inputs.periods[p].op})" if len(made.inputs.periods) > 1 else "")
        for k, p, _, then in runner.changes
    )
    return {"pos_total": runner.pos_total, "loss": runner.loss, "upper_bound": runner.upper_bound, "change": change}


def _why(made: Planned, k: int) -> str:
    idle = {c.idle for c in made.plan.choices if c.team == k and c.idle}
    told = [_IDLE[i] for i in _IDLE if i in idle]
    if "nothing_allowed" in idle:
        status = made.inputs.teams[k].status
        against = reasons(made.field, made.inputs, k)
        told.append(
            against or (f"it is {status}" if made.inputs.teams[k].id not in made.inputs.free else "no time is left")
        )
    return "; ".join(told)


def _other_aim(made: Planned, clock: Callable[[], float]) -> dict[str, Any] | None:
    """The plan of the other aim beside this one, where there are scenarios to be told apart."""
    inputs, weights = made.inputs, made.field.weights
    if sum(w > 0.0 for w in weights) < 2:
        return None
    other: Aim = "worst" if inputs.aim == "expected" else "expected"
    plan = team_plan(made.question, objective=other, clock=clock, time_limit_s=TIME_LIMIT_S / 2.0)

    def worst(of: TeamPlan) -> float:
        return min(pos for pos, w in zip(of.by_scenario, weights, strict=True) if w > 0.0)

    return {
        "aim": other, "pos_total": plan.pos_total, "worst": worst(plan), "worst_of_this": worst(made.plan),
        "change": "; ".join(
            f"{inputs.teams[c.team].name} {'stays back' if c.task is None else f'to {made.title(c.task)}'}"
            + (f" (period {inputs.periods[c.period].op})" if len(inputs.periods) > 1 else "")
            for c, now in zip(plan.choices, made.plan.choices, strict=True) if c.task != now.task
        ),
    }  # fmt: skip
