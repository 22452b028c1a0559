"""How good a plan of whole teams can be at most: mixed-integer programs over cuts of the detection function.

Knows linear models and HiGHS. Refuses to know what the numbers mean; a bound it gives holds for every plan.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from wayhome.science.quiet import quiet_highs
from wayhome.science.team_board import IDLE, Board

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Columns = NDArray[np.int64]

_TOLERANCE = 1e-9  # of rows and of whole numbers, in a model whose objective is about 1
_CUT_IF = 1e-7  # of the objective: a find overstated by less is not cut off
_TANGENTS = 12  # to begin with; more are added where a plan needs them
_TOO_SMALL = 1e-11  # slopes that HiGHS would drop, which could cut a plan off
_DEEPEST = 12.0  # coverage beyond which a tangent is flat
_LP_ROUNDS = 40
_LP_GAIN = 1e-5  # of the objective: a round of cuts that lowers the bound by less is the last
_NONE = 1e-6  # of a team
_WHOLE_SHARE = 0.25  # of the gap allowed, left to the branching; the cuts take care of the rest


class Proof:
    """A linear model in which every whole plan is worth at least what it finds; cuts bring it down to that.

    Columns: x, one for each open slot and task it may take; C, coverage laid in a segment, and v, found there, both
    beyond the locked teams; z, reflex tasks staffed; t, the least row where there are several. With G left to find,
    v <= G (1 - exp(-C)) is bounded by tangents (Kelley 1960), and by the sum of what each team would find alone, which
    is exact for one team (the first of the cuts of Nemhauser, Wolsey & Fisher 1978 for submodular functions).
    """

    def __init__(self, start: Board) -> None:
        self._orders = orders = start.orders
        self._unit, self._n_first = float(start.by_row.max()) or orders.worth or 1.0, start.n_first
        self._x: Columns = np.argwhere(orders.can)  # task, team, period of each
        self._base = Board(orders)
        left = self._base.left.max(axis=0) / self._unit
        by_task = [np.flatnonzero(self._x[:, 0] == n) for n in range(len(orders.first))]
        self._of = {s: by_task[s] for s in np.flatnonzero(left > 0.0).tolist() if len(by_task[s])}
        self._gain = {s: float(left[s]) for s in self._of}
        self._laid = {s: orders.coverage[s, self._x[of, 1], self._x[of, 2]] for s, of in self._of.items()}
        self._cost: list[float] = []
        self._upper: list[float] = []
        self._rows: list[tuple[Columns, Array, float]] = []  # columns, coefficients, at most
        self._added(len(self._x), 1.0)
        self._v = {s: int(self._added(1, self._gain[s])[0]) for s in self._of}
        self._c = {s: int(self._added(1, highspy.kHighsInf)[0]) for s in self._of}
        self._worth()
        self._limits(by_task)
        for s, of in self._of.items():
            self._rows.append((np.append(of, self._c[s]), np.append(-self._laid[s], 1.0), 0.0))
            self._cut_alone(s)
            for coverage in self._coverages(s):
                self._cut_at(s, coverage)
        self._highs = self._model()
        self._flush()
        self._best: Board | None = None
        self._gap = 0.0
        self._is_over: Callable[[], bool] = lambda: False
        self._forbidden: list[Columns] = []

    def forbid(self, plan: Counts) -> None:
        """From here on only plans that leave out at least one task which `plan` has in an open slot."""
        task, team, period = self._x.T
        columns = np.flatnonzero(plan[team, period] == task)
        self._forbidden.append(columns)
        self._rows.append((columns, np.ones(len(columns)), len(columns) - 1.0))
        self._flush()

    def solved(
        self, best: Board | None, bound: float, gap: float, is_over: Callable[[], bool]
    ) -> tuple[Board | None, float]:
        """The best plan found and a bound on every plan, within `gap` of each other (a fraction) unless time is over.

        `best` is a plan to begin with, `bound` what is known. None and -inf where no plan keeps to `forbid`.
        """
        if not len(self._x):  # all is decided
            return best, min(bound, self._base.value)
        self._best, self._gap, self._is_over = best, gap, is_over
        self._highs.setOptionValue("mip_rel_gap", _WHOLE_SHARE * gap)
        self._of_reals(True)
        was, x = inf, None
        for _ in range(_LP_ROUNDS):
            if is_over() or self._is_proved(bound):
                break
            most, x = self._run()
            bound = min(bound, most)
            if x is None or not self._tightened(x) or was - bound < _LP_GAIN * bound:
                break
            was = bound
        self._polished(x)
        self._of_reals(False)
        while not is_over() and not self._is_proved(bound):
            self._offered()
            most, x = self._run()
            bound = min(bound, most)
            self._polished(x)
            if x is None or not self._tightened(x):
                break
        return self._best, bound

    def _is_proved(self, bound: float) -> bool:
        return self._best is not None and bound <= self._best.value * (1.0 + self._gap)

    def _polished(self, x: Array | None) -> None:
        """The plan nearest to a solution of the model, moved to where it finds most; kept if it is the best."""
        if x is None:
            return
        near = Board(self._orders)
        for i in np.argsort(-x[: len(self._x)], kind="stable"):
            if x[i] < _NONE:
                break
            n, k, p = self._x[i].tolist()
            if near.task[k, p] == IDLE and near.offers((k, p))[n] > -inf:
                near.put((k, p), n)
        self._kept(near)
        near.fill()
        near.improve(self._is_over)
        self._kept(near)

    def _kept(self, board: Board) -> None:
        """Take a plan for the best if it is, and keeps to the rows."""
        task, team, period = self._x.T
        is_there = board.task[team, period] == task
        if any(is_there[columns].all() for columns in self._forbidden) or board.n_first < self._n_first:
            return
        if self._best is None or board.score > self._best.score:
            self._best = Board(self._orders, board.task)

    def _offered(self) -> None:
        """Let HiGHS begin with the best plan."""
        if self._best is None:
            return
        task, team, period = self._x.T
        x = (self._best.task[team, period] == task).astype(float)
        self._highs.setSolution(len(x), np.arange(len(x), dtype=np.int32), x)

    # --- the model -------------------------------------------------------------------------------

    def _worth(self) -> None:
        """What the columns are worth: one row is the objective itself, of several the least is."""
        orders, n_segments = self._orders, self._orders.poa.shape[1]
        by_row = np.zeros((orders.poa.shape[0], len(self._cost)))
        points = np.flatnonzero(self._x[:, 0] >= n_segments)
        task, _, period = self._x[points].T
        by_row[:, points] = orders.value[:, task - n_segments, period] / self._unit
        for s, column in self._v.items():
            by_row[:, column] = orders.poa[:, s] / orders.poa[:, s].max()
        already = self._base.by_row / self._unit
        self._offset = float(already[0]) if len(by_row) == 1 else 0.0
        if len(by_row) == 1:
            self._cost = by_row[0].tolist()
            return
        (t,) = self._added(1, highspy.kHighsInf)
        self._cost[t] = 1.0
        for row, base in zip(by_row, already, strict=True):
            used = np.flatnonzero(row)
            self._rows.append((np.append(used, t), np.append(-row[used], 1.0), float(base)))

    def _limits(self, by_task: list[Columns]) -> None:
        """Rows of slots, rest, room and reflex tasks."""
        orders, crew = self._orders, self._base.crew
        task, team, period = self._x.T
        n_teams, n_periods = orders.is_open.shape
        for k in range(n_teams):
            rest = int(orders.rest[k])
            for p in range(max(1, n_periods - rest)):
                self._at_most(np.flatnonzero((team == k) & (period >= p) & (period <= p + rest)), 1)
            works = int((orders.locked[k] != IDLE).sum())
            self._at_most(np.flatnonzero(team == k), int(orders.most[k]) - works)
        for n, columns in enumerate(by_task):
            for p in np.unique(period[columns]).tolist():
                self._at_most(columns[period[columns] == p], int(orders.room[n, p] - crew[n, p]))
        needed = self._n_first - self._base.n_first
        if needed <= 0:
            return
        missing = np.flatnonzero(orders.first & (crew[:, 0] == 0)).tolist()
        z = self._added(len(missing), 1.0)
        for column, n in zip(z, missing, strict=True):
            staff = np.flatnonzero((task == n) & (period == 0))
            self._rows.append((np.append(staff, column), np.append(-np.ones(len(staff)), 1.0), 0.0))
        self._rows.append((z, -np.ones(len(z)), -float(needed)))

    def _at_most(self, columns: Columns, most: int) -> None:
        if len(columns) > most:
            self._rows.append((columns, np.ones(len(columns)), float(most)))

    def _added(self, n: int, upper: float) -> Columns:
        first = len(self._cost)
        self._cost += [0.0] * n
        self._upper += [upper] * n
        return np.arange(first, first + n)

    def _coverages(self, s: int) -> list[float]:
        """Where tangents go at first: from the least to the most that two teams and more can lay, evenly overstated."""
        period = self._x[self._of[s], 2]
        room = [int(self._orders.room[s, p] - self._base.crew[s, p]) for p in range(self._orders.is_open.shape[1])]
        most = sum(float(np.sort(self._laid[s][period == p])[::-1][: room[p]].sum()) for p in range(len(room)))
        least = float(np.sort(self._laid[s])[:2].sum())
        if least >= most or sum(room) < 2:
            return []
        roots = np.linspace(np.exp(-least / 2.0), np.exp(-min(most, _DEEPEST) / 2.0), _TANGENTS)
        return [float(c) for c in -2.0 * np.log(roots)]

    def _cut_at(self, s: int, coverage: float) -> None:
        """The tangent at a coverage."""
        gain, left = self._gain[s], float(np.exp(-coverage))
        if gain * left < _TOO_SMALL:
            return
        columns, start = np.array([self._c[s], self._v[s]]), gain * (1.0 - left * (1.0 + coverage))
        self._rows.append((columns, np.array([-gain * left, 1.0]), start))

    def _cut_alone(self, s: int) -> None:
        """What each team would find if it were the only one."""
        slope = self._gain[s] * np.expm1(-self._laid[s])
        self._rows.append((np.append(self._of[s], self._v[s]), np.append(slope, 1.0), 0.0))

    def _tightened(self, x: Array) -> bool:
        """Cuts where the model finds more than there is to find; False where it does nowhere."""
        for s, of in self._of.items():
            coverage = float(self._laid[s] @ x[of])
            if x[self._v[s]] > self._gain[s] * -np.expm1(-coverage) + _CUT_IF:
                self._cut_at(s, coverage)
        return self._flush()

    def _flush(self) -> bool:
        """Give HiGHS the rows that it does not have yet; False if there are none."""
        if not self._rows:
            return False
        columns, values, most = zip(*self._rows, strict=True)
        sizes = [len(row) for row in columns]
        self._highs.addRows(
            len(most), np.full(len(most), -highspy.kHighsInf), np.array(most), sum(sizes),
            np.cumsum([0, *sizes[:-1]]).astype(np.int32), np.concatenate(columns).astype(np.int32), np.concatenate(values),
        )  # fmt: skip
        self._rows = []
        return True

    def _model(self) -> Any:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._cost), 0
        model.sense_, model.offset_ = highspy.ObjSense.kMaximize, self._offset
        model.col_cost_, model.col_lower_ = np.array(self._cost), np.zeros(len(self._cost))
        model.col_upper_ = np.array(self._upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.zeros(len(self._cost) + 1, np.int32)
        highs = quiet_highs()
        for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
            highs.setOptionValue(option, _TOLERANCE)
        highs.setOptionValue("mip_abs_gap", 0.0)
        highs.setOptionValue("small_matrix_value", 1e-12)
        highs.passModel(model)
        highs.setCallback(self._watch, None)
        for kind in ("kCallbackMipInterrupt", "kCallbackMipImprovingSolution", "kCallbackSimplexInterrupt"):
            highs.startCallback(getattr(highspy.cb.HighsCallbackType, kind))
        return highs

    # --- runs ------------------------------------------------------------------------------------

    def _of_reals(self, are_reals: bool) -> None:
        kind = highspy.HighsVarType.kContinuous if are_reals else highspy.HighsVarType.kInteger
        columns = np.arange(len(self._x), dtype=np.int32)
        self._highs.changeColsIntegrality(len(columns), columns, np.full(len(columns), kind))
        self._is_whole = not are_reals

    def _run(self) -> tuple[float, Array | None]:
        """A bound (inf: none, -inf: no plan keeps to the rows) and the columns of the best solution, if any."""
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return -inf, None
        has_solution = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if self._is_whole:
            bound = info.mip_dual_bound
        else:
            has_solution = status == highspy.HighsModelStatus.kOptimal
            bound = info.objective_function_value if has_solution else inf
        return bound * self._unit, np.array(self._highs.getSolution().col_value) if has_solution else None

    def _watch(self, kind: Any, message: str, told: Any, answer: Any, user: Any) -> None:
        """HiGHS tells of a better plan, or asks whether to go on."""
        if kind == highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution:
            n, k, p = self._x[np.asarray(told.mip_solution)[: len(self._x)] > 0.5].T
            task = self._base.task.copy()
            task[k, p] = n
            self._kept(Board(self._orders, task))
            return
        is_enough = self._is_whole and self._is_proved(told.mip_dual_bound * self._unit)
        answer.user_interrupt = bool(is_enough or self._is_over())
