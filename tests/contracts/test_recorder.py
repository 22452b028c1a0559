"""What every recorder of entries must do; the same class will run over PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wayhome.base.errors import Conflict, JournalCorrupt, NotFound
from wayhome.case.fact import Parted
from wayhome.store.journal import Carried, Journal

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def note(text: str, secret: str | None = None) -> Parted:
    """A fact with perhaps a secret."""
    return Parted(type="note", version=1, public={"text": text}, secrets={"who": ("person", secret)} if secret else {})


def write(journal: Journal, *texts: str, case: str = "c", at: datetime = AT) -> None:
    for i, text in enumerate(texts):
        journal.append(case, [note(text)], expected_seq=journal.head(case), at=at + timedelta(seconds=i), by="me")


class RecorderContract:
    """Run over every kind of recorder."""

    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[Journal]:
        raise NotImplementedError

    @pytest.fixture
    def other(self, tmp_path: Path) -> Iterator[Journal]:
        raise NotImplementedError

    def test_entries_come_back_in_order_with_what_was_written(self, journal: Journal) -> None:
        write(journal, "a", "b")
        entries = journal.entries("c")
        assert [(e.seq, e.n, e.facts[0].public["text"], e.by) for e in entries] == [
            (1, 1, "a", "me"),
            (2, 2, "b", "me"),
        ]
        assert entries[1].prev == entries[0].hash
        assert entries[0].at == AT
        assert [e.seq for e in journal.entries("c", after=1)] == [2]

    def test_a_stale_writer_is_told_both_seqs_and_nothing_is_written(self, journal: Journal) -> None:
        write(journal, "a", "b")
        with pytest.raises(Conflict) as caught:
            journal.append("c", [note("x")], expected_seq=1, at=AT, by="me")
        assert (caught.value.details["expected_seq"], caught.value.details["seq"]) == (1, 2)
        assert journal.head("c") == 2

    def test_the_same_key_twice_writes_once(self, journal: Journal) -> None:
        first = journal.append("c", [note("a")], expected_seq=0, at=AT, by="me", key="k")
        again = journal.append("c", [note("a")], expected_seq=0, at=AT, by="me", key="k")
        assert again == first and journal.head("c") == 1

    def test_time_never_runs_back_within_a_case(self, journal: Journal) -> None:
        write(journal, "a", at=AT)
        write(journal, "b", at=AT - timedelta(hours=1))
        clocks = [e.clock for e in journal.entries("c")]
        assert clocks == sorted(clocks) and len(set(clocks)) == 2

    def test_cases_do_not_mix(self, journal: Journal) -> None:
        write(journal, "a")
        write(journal, "b", "c", case="d")
        assert journal.cases() == ("c", "d") and journal.head("d") == 2 and len(journal.entries("c")) == 1

    def test_many_writers_lose_nothing(self, journal: Journal) -> None:
        def run(name: str) -> None:
            for i in range(20):
                while True:
                    try:
                        journal.append("c", [note(f"{name}{i}")], expected_seq=journal.head("c"), at=AT, by=name)
                        break
                    except Conflict:
                        continue

        threads = [threading.Thread(target=run, args=(n,)) for n in "xyz"]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(e.facts[0].public["text"] for e in journal.entries("c")) == sorted(
            f"{n}{i}" for n in "xyz" for i in range(20)
        )
        assert journal.verify("c").entries == 60

    def test_secrets_are_apart_from_the_chain_and_can_be_erased(self, journal: Journal) -> None:
        journal.append("c", [note("a", "Jo Example")], expected_seq=0, at=AT, by="me")
        assert journal.entries("c")[0].facts[0].secrets == {"who": ("person", "Jo Example")}
        (carried,) = journal.carried("c")
        assert "Jo Example" not in carried.body and all(b"Jo Example" not in box for _, _, box in carried.locked)
        before = journal.heads("c")
        journal.keys.erase("c", "person")
        assert journal.entries("c")[0].facts[0].secrets == {"who": ("person", None)}
        assert journal.verify("c").erased == 1 and journal.heads("c") == before

    def test_equal_secrets_do_not_look_equal(self, journal: Journal) -> None:
        for i in range(2):
            journal.append("c", [note("a", "Jo")], expected_seq=i, at=AT, by="me")
        marks = [json.loads(c.body)["events"][0]["secret"]["who"]["digest"] for c in journal.carried("c")]
        assert marks[0] != marks[1]

    def test_two_desks_merge_to_the_same_record_in_any_order(self, journal: Journal, other: Journal) -> None:
        write(journal, "a1", "a2")
        other.absorb(journal.carried("c"))
        write(journal, "a3", at=AT + timedelta(minutes=1))
        write(other, "b1", "b2", at=AT + timedelta(minutes=2))
        assert other.absorb(reversed(list(journal.carried("c")))) == 1
        assert journal.absorb(other.carried("c")) == 2
        assert journal.absorb(other.carried("c")) == 0

        def story(j: Journal) -> list[str]:
            return [e.facts[0].public["text"] for e in sorted(j.entries("c"), key=lambda e: (e.clock, e.desk))]

        assert story(journal) == story(other) == ["a1", "a2", "a3", "b1", "b2"]
        assert journal.verify("c").heads == other.verify("c").heads
        assert journal.home("c") == other.home("c") == journal.desk

    def test_a_forged_or_torn_stream_is_not_absorbed(self, journal: Journal, other: Journal) -> None:
        write(journal, "a", "b", "c")
        entries = list(journal.carried("c"))
        with pytest.raises(JournalCorrupt, match="missing"):
            other.absorb([entries[0], entries[2]])
        forged = Carried(body=entries[0].body.replace('"a"', '"z"'), hash=entries[0].hash)
        with pytest.raises(JournalCorrupt, match="hash"):
            other.absorb([forged])
        assert other.head("c") == 0

    def test_followers_hear_what_others_write_in_order(self, journal: Journal) -> None:
        write(journal, "a")
        heard: list[str] = []

        def listen() -> None:
            for entry in journal.follow("c", after=1, until=lambda: len(heard) >= 3, wait_s=0.01):
                heard.append(entry.facts[0].public["text"])

        listener = threading.Thread(target=listen)
        listener.start()
        write(journal, "b", "c", "d", at=AT + timedelta(minutes=1))
        listener.join(timeout=20)
        assert not listener.is_alive() and heard == ["b", "c", "d"]

    def test_an_unknown_case_is_not_verified(self, journal: Journal) -> None:
        with pytest.raises(NotFound):
            journal.verify("nowhere")


class TestSqliteJournal(RecorderContract):
    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[Journal]:
        made = Journal(tmp_path / "one")
        yield made
        made.close()

    @pytest.fixture
    def other(self, tmp_path: Path) -> Iterator[Journal]:
        made = Journal(tmp_path / "two")
        yield made
        made.close()

    def test_entries_cannot_be_changed_by_sql_in_passing(self, journal: Journal, tmp_path: Path) -> None:
        write(journal, "a")
        db = sqlite3.connect(tmp_path / "one" / "journal.sqlite")
        for statement in ("UPDATE entries SET body='x'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                db.execute(statement)
        db.close()

    @pytest.mark.parametrize(
        "tamper",
        [
            "UPDATE entries SET body=replace(body, '\"two\"', '\"TWO\"') WHERE seq=2",
            "UPDATE entries SET clock_ms=clock_ms+1 WHERE seq=2",
            "DELETE FROM entries WHERE seq=2",
            "UPDATE entries SET hash='00' WHERE seq=2",
        ],
    )
    def test_tampering_names_the_first_bad_entry(self, journal: Journal, tmp_path: Path, tamper: str) -> None:
        write(journal, "one", "two", "three")
        db = sqlite3.connect(tmp_path / "one" / "journal.sqlite")
        db.executescript(f"DROP TRIGGER entries_stay; DROP TRIGGER entries_remain; {tamper};")
        db.commit()
        db.close()
        with pytest.raises(JournalCorrupt) as caught:
            journal.verify("c")
        assert caught.value.details["last_good_seq"] == 1

    def test_a_lost_tail_is_seen(self, journal: Journal, tmp_path: Path) -> None:
        write(journal, "one", "two")
        db = sqlite3.connect(tmp_path / "one" / "journal.sqlite")
        db.executescript("DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq=2;")
        db.commit()
        db.close()
        with pytest.raises(JournalCorrupt, match="missing at the end"):
            journal.verify("c")
        with pytest.raises(JournalCorrupt):
            write(journal, "three")

    def test_a_file_that_is_no_journal_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "journal.sqlite").write_bytes(b"not a database at all" * 100)
        with pytest.raises(JournalCorrupt, match="backup"):
            Journal(tmp_path)
