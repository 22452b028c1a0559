"""A desk: its journal, blobs and ground, and everything that can be done with a case on it.

The only place that wires rooms together. Commands go in as text fields; state, products, documents
and files come out. Read paths never write.
"""

from __future__ import annotations

import os
import secrets as random_names
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wayhome.base.errors import Conflict, InvalidInput, NotFound, RuleBroken
from wayhome.base.record import Record
from wayhome.case import authority
from wayhome.case.agenda import Matter, agenda
from wayhome.case.command import Command, parse_command
from wayhome.case.ending import shown, without_place
from wayhome.case.fact import Context, Event, Origin, joined, parted
from wayhome.case.state import CaseState, apply, decide, fold
from wayhome.store.blobs import Blobs
from wayhome.store.journal import Entry, Journal, Verified

if TYPE_CHECKING:
    from wayhome.base.rings import Rings
    from wayhome.planning.belief_map import BeliefMap
    from wayhome.planning.inputs import MapInputs, PlanInputs
    from wayhome.planning.products import Product

RETRIES = 8  # when the case moves on between reading and writing and the person did not say what they saw
KEPT_MAPS = 8


class Done(Record):
    """What a command did: the case's new arrival number and its events; what was opened, if a seal was."""

    seq: int
    events: tuple[Event, ...]
    opened: str | None = None


def default_desk() -> Path:
    """The user's own desk: `WAYHOME_DESK`, or the platform's user data folder."""
    given = os.environ.get("WAYHOME_DESK")
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("wayhome", appauthor=False) / "desk"


class App:
    """One desk folder. Thread-safe; several processes may share a desk."""

    def __init__(self, desk: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.desk = desk
        self._clock = clock or (lambda: datetime.now(UTC))
        try:
            desk.mkdir(parents=True, exist_ok=True)
            self.journal = Journal(desk / "journal")
        except OSError as error:
            raise InvalidInput(f"The desk {desk} cannot be used: {error.strerror}.") from None
        self.blobs = Blobs(desk / "blobs")
        self._lock = threading.RLock()
        self._facts: dict[str, list[tuple[tuple[Any, ...], Event, Origin]]] = {}
        self._states: dict[str, tuple[int, CaseState]] = {}
        self._maps: OrderedDict[str, Any] = OrderedDict()

    def close(self) -> None:
        """Release the desk's files."""
        if "field" in self.__dict__:
            self.field.book.close()
        self.journal.close()

    def now(self) -> datetime:
        """The desk's clock, UTC."""
        return self._clock()

    # -- cases ----------------------------------------------------------------------------------

    def cases(self) -> tuple[str, ...]:
        """Ids of the cases on this desk."""
        return self.journal.cases()

    def open_case(
        self, report: Mapping[str, Any], *, case: str | None = None, by: str | None = None
    ) -> tuple[str, int]:
        """Open a case from a report's tables; one entry, all or nothing."""
        from wayhome.app.report_file import commands_of

        commands = [parse_command(name, fields) for name, fields in commands_of(report)]
        at = self._clock()
        case = case or f"{at:%Y%m%d}-{random_names.token_hex(3)}"
        if self.journal.head(case):
            raise RuleBroken(f"There is a case {case} on this desk already.")
        state, events = CaseState(case=case), []
        origin = Origin(seq=1, at=at, by=by or authority.OPERATOR, desk=self.journal.desk)
        for command in commands:
            for event in decide(state, command, self._context(state, by, at)):
                state = apply(state, event, origin)
                events.append(event)
        self._check(CaseState(case=case), state)
        entry = self.journal.append(case, [parted(e) for e in events], expected_seq=0, at=at, by=origin.by)
        return case, entry.seq

    def do(
        self, case: str, name: str, fields: Mapping[str, Any], *,
        expected_seq: int | None = None, by: str | None = None, key: str | None = None,
    ) -> Done:  # fmt: skip
        """Do one command. `expected_seq` is what the person was looking at; `key` makes a repeat harmless."""
        command = parse_command(name, fields)
        for attempt in range(RETRIES):
            if key is not None and (seen := self.journal.by_key(case, key)) is not None:
                return Done(seq=seen.seq, events=tuple(e for e, _ in _events(seen)))
            state = self.state(case)
            if expected_seq is not None and expected_seq != state.seq:
                raise Conflict(
                    f"The case moved on: you looked at entry {expected_seq}, it now has {state.seq}. Look again, then repeat.",
                    expected_seq=expected_seq, seq=state.seq,
                )  # fmt: skip
            context = self._context(state, by, self._clock())
            events = decide(state, command, context)
            after, origin = state, Origin(seq=state.seq + 1, at=context.at, by=context.by.id, desk=context.desk)
            for event in events:
                after = apply(after, event, origin)
            self._check(state, after)
            try:
                entry = self.journal.append(
                    case, [parted(e) for e in events], expected_seq=state.seq, at=context.at, by=context.by.id, key=key
                )
            except Conflict:
                if expected_seq is not None or attempt == RETRIES - 1:
                    raise
                continue
            return Done(seq=entry.seq, events=events, opened=self._opened(case, command, entry))
        raise AssertionError("unreachable")

    def state(self, case: str, as_of: datetime | None = None) -> CaseState:
        """The case as it stands, or as it stood at a time."""
        with self._lock:
            facts = self._read(case)
            if as_of is not None:
                return fold(case, facts, until=as_of)
            count, state = self._states.get(case, (0, CaseState(case=case)))
            if count != len(facts):
                state = fold(case, facts)
                self._states[case] = (len(facts), state)
            return state

    def state_at(self, case: str, seq: int) -> CaseState:
        """The case as this desk had it after an entry."""
        with self._lock:
            return fold(case, [(e, o) for e, o in self._read(case) if o.seq <= seq])

    def shown(self, case: str, as_of: datetime | None = None) -> CaseState:
        """The case as views and papers show it: without the place of a find that is withheld now."""
        return shown(self.state(case, as_of), self.is_withheld(case))

    def is_withheld(self, case: str) -> bool:
        """Whether the place of the find is withheld now."""
        return self.state(case).ending.place_withheld is not None

    def agenda(self, state: CaseState, at: datetime | None = None) -> tuple[Matter, ...]:
        """What needs a decision, at a time or now."""
        return agenda(state, at or self._clock())

    def actors(self, state: CaseState) -> list[dict[str, Any]]:
        """Who can act in a case, with what they may do."""
        names = [authority.OPERATOR]
        if state.people.organisation is not None:
            names += [m.id for m in state.people.organisation.members]
        found = [authority.actor(state, n) for n in names]
        return [{"id": a.id, "name": a.name, "rank": a.rank, "may": sorted(a.may)} for a in found]

    def log(self, case: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
        """The journal as people read it."""
        self._known(case)
        hides = self.is_withheld(case)
        return [_line(e, hides) for e in self.journal.entries(case) if as_of is None or e.at <= as_of]

    def follow(self, case: str, *, until: Callable[[], bool] = lambda: False) -> Iterator[dict[str, Any]]:
        """New lines of the log as they are written, by whatever process, until told to stop."""
        for entry in self.journal.follow(case, after=self.head(case), until=until):
            yield _line(entry, self.is_withheld(case))

    def verify(self, case: str | None = None) -> list[Verified]:
        """Check hashes, links and secrets of one case or all; raises at the first bad entry."""
        return [self.journal.verify(c) for c in ([case] if case else self.cases())]

    def head(self, case: str) -> int:
        """Arrival number of a case's newest entry."""
        self._known(case)
        return self.journal.head(case)

    # -- products -------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> Any:
        """Where products read ground and tracks from."""
        from wayhome.app.sources import DeskSources

        return DeskSources(self.blobs)

    @cached_property
    def field(self) -> Any:
        """Phones of teams: what they read and hand in."""
        from wayhome.app.field import Field

        return Field(self)

    def belief(self, inputs: MapInputs) -> BeliefMap:
        """The map of some inputs; kept by content key, so an update computes only what is new."""
        from wayhome.planning.belief_map import belief_map, scenario_maps
        from wayhome.planning.inputs import key

        maps, caveats = self.kept(f"prior:{key(inputs.prior())}", lambda: scenario_maps(inputs, self.sources))
        found: BeliefMap = self.kept(key(inputs), lambda: belief_map(inputs, maps, caveats, self.sources))
        return found

    def kept(self, key: str, compute: Callable[[], Any]) -> Any:
        """What was computed under a content key, or computed now; the oldest go first."""
        with self._lock:
            if key in self._maps:
                self._maps.move_to_end(key)
                return self._maps[key]
        made = compute()
        with self._lock:
            self._maps[key] = made
            while len(self._maps) > KEPT_MAPS:
                self._maps.popitem(last=False)
        return made

    def product(self, case: str, name: str, *, as_of: datetime | None = None, at: datetime | None = None) -> Product:
        """A product of a case by name, with caveats and provenance."""
        from wayhome import __version__
        from wayhome.planning import inputs as needs
        from wayhome.planning import judgement, products
        from wayhome.planning.reflex_tasks import reflex_tasks

        products.made(name)
        if name == "after_action":
            from wayhome.app.after_action import after_action

            return after_action(self, case, as_of)
        state = self.state(case, as_of)
        inputs: Record
        extra: tuple[str, ...] = ()
        if name == "poa":
            inputs = wanted = needs.map_inputs(state, at)
            found = self.belief(wanted)
            data = products.poa_data(wanted, found)
            data["companions"], extra = judgement.companions_data(wanted, found, self.sources)
        elif name == "departure":
            inputs = wanted = needs.map_inputs(state)
            found = self.belief(wanted)
            informed, halved = self.belief(wanted.replace(searches=())), self.belief(products.halved_pod(wanted))
            data, extra = judgement.departure_data(state, wanted, informed, found, halved)
        elif name == "reflex":
            inputs = wanted = needs.map_inputs(state)
            found = self.belief(wanted)
            tasks = reflex_tasks(wanted, self.sources)
            data, extra = tasks.as_json(), tasks.caveats
        elif name in ("evidence", "survival"):
            inputs = wanted = needs.map_inputs(state)
            found = self.belief(wanted)
            make = judgement.evidence_data if name == "evidence" else judgement.survival_data
            data, extra = make(state, wanted, found)
        else:
            inputs = planned = needs.plan_inputs(state)
            wanted, found = planned.map, self.belief(planned.map)
            if name == "segments":
                data, extra = products.segments_data(planned, found)
            elif name == "inquiries":
                data, extra = judgement.inquiries_data(state, planned, found)
            else:
                data, extra = self._plan(name, planned, found)
        return products.Product(
            name=name, seq=state.seq, key=needs.key(inputs), caveats=(*found.caveats, *extra, products.DECISION_AID),
            provenance={
                "program": __version__, "model": wanted.model, "as_of": state.as_of, "heads": self.journal.heads(case),
                "ground": [{"kind": g.kind, "file": g.file_name, "blob": g.blob} for g in wanted.ground],
                "seed": wanted.seed if found.streams else None,
            },
            data=data,
        )  # fmt: skip

    def _plan(self, name: str, inputs: PlanInputs, found: BeliefMap) -> tuple[dict[str, Any], tuple[str, ...]]:
        from wayhome.planning.belief_map import belief_map, scenario_maps
        from wayhome.planning.inputs import key
        from wayhome.planning.plan import plan_data, planned
        from wayhome.planning.wrong import wrong_data

        made = self.kept(f"plan:{key(inputs)}", lambda: planned(inputs, found, self.sources, time.perf_counter))
        if name == "plan":
            return plan_data(made, found, time.perf_counter)

        def belief(inputs: MapInputs) -> BeliefMap:
            """Another map, not kept: it would push out those that people look at."""
            maps, caveats = scenario_maps(inputs, self.sources)
            return belief_map(inputs, maps, caveats, self.sources)

        told: tuple[dict[str, Any], tuple[str, ...]] = self.kept(
            f"wrong:{key(inputs)}", lambda: wrong_data(made, found, belief, time.perf_counter)
        )
        return told

    # -- inside ---------------------------------------------------------------------------------

    def _known(self, case: str) -> None:
        if not self.journal.head(case):
            have = ", ".join(self.cases()) or "none yet"
            raise NotFound(f'There is no case "{case}" on this desk; there are: {have}.', case=case)

    def _read(self, case: str) -> list[tuple[Event, Origin]]:
        """All facts of a case in the order of the fold; only what is new is read from disk."""
        self._known(case)
        facts = self._facts.setdefault(case, [])
        entries = self.journal.entries(case, after=max((o.seq for _, _, o in facts), default=0))
        for entry in entries:
            facts += [((*entry.clock, entry.desk, i), e, o) for i, (e, o) in enumerate(_events(entry))]
        if entries:
            facts.sort(key=lambda f: f[0])
        return [(e, o) for _, e, o in facts]

    def _context(self, state: CaseState, by: str | None, at: datetime) -> Context:
        from wayhome.base.projection import proposed_crs

        home = not self.journal.head(state.case) or self.journal.home(state.case) == self.journal.desk
        return Context(
            by=authority.actor(state, by), at=at, desk=self.journal.desk, is_home=home, propose_crs=proposed_crs,
            rings=_rings,
        )  # fmt: skip

    def _check(self, before: CaseState, after: CaseState) -> None:
        """Refuse what would leave the case without a computable map, before it is written."""
        if after.area.crs is not None and after.area.ipp is not None and after.area.crs != before.area.crs:
            from wayhome.base.projection import check_crs_fits

            check_crs_fits(after.area.crs, after.area.ipp.position)
        if after.area.segments is not before.area.segments:
            _check_on_map(before, after)
        after.scenarios.weights(after.judgements())
        if after.subject.tables != before.subject.tables:
            from wayhome.files.statistics import read_statistics

            for table in after.subject.tables.values():
                read_statistics(self.blobs.get(table.blob), table.file_name)

    def _opened(self, case: str, command: Command, entry: Entry) -> str | None:
        from wayhome.case.seal import OpenSealedFact

        if not isinstance(command, OpenSealedFact):
            return None
        wanted = entry.facts[0].public["fact"]
        for held in self.journal.entries(case):
            for fact in held.facts:
                if fact.type == "fact_sealed" and fact.public["fact"] == wanted:
                    return fact.secrets["content"][1] or "[erased]"
        raise AssertionError(f"sealed fact {wanted} without an entry")


def _rings(crs: str) -> Rings:
    from wayhome.base.rings import Rings

    return Rings(crs)


def _check_on_map(before: CaseState, after: CaseState) -> None:
    """Refuse an edit that leaves a segment without a cell: no product could be computed with it."""
    edited = [s for s in after.area.live_segments() if s.origins and s.id not in before.area.segments]
    if not edited or after.area.crs is None or after.area.ipp is None:
        return
    from wayhome.base.projection import projection
    from wayhome.base.raster import Grid
    from wayhome.planning.seen import ring_mask

    x_m, y_m = projection(after.area.crs).xy_m(after.area.ipp.position)
    grid = Grid.around(after.area.crs, x_m, y_m, box_m=after.area.box_m, cell_m=after.area.cell_m)
    for segment in edited:
        try:
            ring_mask(grid, segment.ring)
        except InvalidInput as error:
            raise InvalidInput(f"{segment.name}: {error.message}", segment=segment.id) from None


def _line(entry: Entry, hides_find: bool) -> dict[str, Any]:
    events = [e for e, _ in _events(entry)]
    if hides_find:
        events = [without_place(e) for e in events]
    return {
        "seq": entry.seq, "at": entry.at, "by": entry.by, "desk": entry.desk, "hash": entry.hash,
        "sentences": [e.says() for e in events],
        "events": [{"type": e.type, "version": e.version, "data": e.as_json()} for e in events],
    }  # fmt: skip


def _events(entry: Entry) -> Iterator[tuple[Event, Origin]]:
    origin = Origin(seq=entry.seq, at=entry.at, by=entry.by, desk=entry.desk)
    for fact in entry.facts:
        values = {field: value for field, (_, value) in fact.secrets.items()}
        yield joined(fact.type, fact.version, fact.public, values), origin
