"""Times, places and figures as they stand on paper, checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wayhome.base.place import Position
from wayhome.case.state import CaseState
from wayhome.documents import DocumentFacts
from wayhome.documents.wording import Wording, area, chance, grid_references, hours


def wording(zone: str) -> Wording:
    state = CaseState(case="c")
    facts = DocumentFacts(printed_at=datetime(2026, 7, 1, 12, 0, tzinfo=UTC), desk_head="", program_version="")
    return Wording(state.replace(report=state.report.replace(time_zone=zone)), facts)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Vienna", "2026-07-01 14:00 CEST"),
        ("America/Boise", "2026-07-01 06:00 MDT"),
        ("UTC", "2026-07-01 12:00 UTC"),
        ("America/Sao_Paulo", "2026-07-01 09:00 UTC-03:00"),  # a zone without letters of its own
        ("Asia/Kathmandu", "2026-07-01 17:45 UTC+05:45"),
    ],
)
def test_times_are_local_and_name_their_zone(zone: str, shown: str) -> None:
    told = wording(zone)
    assert told.when(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) == shown
    assert told.when("2026-07-01T12:00:00Z") == shown
    assert told.when(None) is None


def test_time_of_printing_names_offset_and_zone() -> None:
    assert wording("Asia/Kathmandu").printed() == "2026-07-01 17:45 UTC+05:45 (Asia/Kathmandu)"
    assert wording("Europe/Vienna").printed() == "2026-07-01 14:00 CEST (UTC+02:00, Europe/Vienna)"


def test_a_letter_is_dated_by_the_local_day() -> None:
    assert wording("Asia/Tokyo").day(datetime(2027, 2, 28, 15, 0, tzinfo=UTC)) == "1 March 2027"


def test_on_the_equator_at_3_east_utm_is_500_km_and_0() -> None:
    # the central meridian of zone 31 has easting 500 km; set 1 of the MGRS columns gives E for 500 km,
    # and in an odd zone the rows begin with A at the equator (NGA.SIG.0012, section 11)
    assert grid_references(Position(lat_deg=0.0, lon_deg=3.0)) == ["UTM 31N 500000 E 0 N", "MGRS 31N EA 00000 00000"]


def test_exceptions_of_norway_and_svalbard_and_the_poles() -> None:
    # 5 E belongs to zone 31 but off Norway (56-64 N, 3-12 E) to 32V; 10 E on Svalbard to 33X
    assert grid_references(Position(lat_deg=60.0, lon_deg=5.0))[0].startswith("UTM 32V ")
    assert grid_references(Position(lat_deg=78.0, lon_deg=10.0))[0].startswith("UTM 33X ")
    polar = grid_references(Position(lat_deg=88.0, lon_deg=10.0))
    assert len(polar) == 1 and polar[0].startswith("MGRS Z ")


def test_utm_and_mgrs_of_a_position_agree() -> None:
    utm, mgrs = grid_references(Position(lat_deg=-33.9, lon_deg=18.4))
    east, north = utm.split()[2], utm.split()[4]
    assert utm.startswith("UTM 34H ")
    assert mgrs.split()[3:] == [east[-5:], north[-5:]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(4.0, "4 h"), (1.5, "1 h 30 min"), (0.25, "15 min"), (0.0, "0 h"), (None, None), (1.999, "2 h")],
)
def test_hours(value: Any, shown: Any) -> None:
    assert hours(value) == shown


def test_areas_and_chances() -> None:
    assert area(25_000.0) == "2.5 ha"
    assert area(2_500_000.0) == "2.50 km²"
    assert chance(0.123) == "12.3 %"
    assert chance(None) is None
