"""The published tables: every row has its source, every law is one, and the figures are those published.

Numbers here come from the texts named in docs/references.bib, or are worked out by hand beside them.
"""

from __future__ import annotations

import csv
import itertools
import math
import os
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from wayhome.science.tables import table

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WAYHOME_DATA") or ROOT.parent / "shared" / "data")
NAMES = [
    "attractors",
    "calibration",
    "circumstance",
    "distance",
    "distance_miles",
    "dispersion",
    "elevation",
    "find_location",
    "lognormal_mapscore",
    "mobility",
    "movement",
    "sensors",
    "survival",
    "synonyms",
    "track_offset",
    "travel",
    "watershed",
]
ECOREGIONS = {"temperate", "dry", "urban", "all"}
RELIEFS = {"mountain", "flat", "all"}
QUANTILE_FIELDS = ("quantiles_km", "quantiles_mi", "quantiles_deg", "quantiles_m", "quantiles_h", "change_ft")


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """Every table that stands in an array, at any depth."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from rows(inner)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict):
                yield inner
                yield from rows(inner)


def bibliography() -> list[str]:
    text = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    return re.findall(r"^@\w+\{([^,\s]+),$", text, flags=re.MULTILINE)


def matching(candidates: list[dict[str, Any]], category: str, ecoregion: str, relief: str) -> dict[str, Any]:
    """The row with the fewest "all" among those that fit; several such rows are an error of the table."""
    fitting = [
        row
        for row in candidates
        if row["category"] == category and row["ecoregion"] in (ecoregion, "all") and row["relief"] in (relief, "all")
    ]
    if not fitting:
        return {}
    wide = [(row["ecoregion"] == "all") + (row["relief"] == "all") for row in fitting]
    assert wide.count(min(wide)) == 1, (category, ecoregion, relief)
    best: dict[str, Any] = fitting[wide.index(min(wide))]
    return best


def stratum(category: str, ecoregion: str, relief: str) -> dict[str, Any]:
    row: dict[str, Any]
    (row,) = (
        r
        for r in table("distance")["stratum"]
        if (r["category"], r["ecoregion"], r["relief"]) == (category, ecoregion, relief)
    )
    return row


def plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def test_no_table_is_unknown_here() -> None:
    found = {p.name for p in (resources.files("wayhome.science") / "tables").iterdir() if p.name.endswith(".toml")}
    assert found == {f"{name}.toml" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_names_a_source_of_the_bibliography(name: str) -> None:
    keys = bibliography()
    found = list(rows(table(name)))
    assert found
    for row in found:
        assert row.get("source") in keys, row


def test_bibliography_has_no_key_twice() -> None:
    keys = bibliography()
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", NAMES)
def test_head_states_unit_origin_and_licence(name: str) -> None:
    text = (resources.files("wayhome.science") / "tables" / f"{name}.toml").read_text(encoding="utf-8")
    head = "\n".join(itertools.takewhile(lambda line: line.startswith("#"), text.splitlines()))
    for word in ("Unit:", "Origin:", "Licence:"):
        assert word in head


@pytest.mark.parametrize("name", NAMES)
def test_quantiles_fit_their_levels_and_rise(name: str) -> None:
    content = table(name)
    for row in rows(content):
        for field in QUANTILE_FIELDS:
            if field not in row:
                continue
            levels, quantiles = row["levels"] if "levels" in row else content["levels"], row[field]
            assert len(levels) == len(quantiles), row
            assert levels == sorted(set(levels)) and levels[0] > 0 and levels[-1] < 1
            assert quantiles == sorted(quantiles) and quantiles[0] >= 0, row
            if field in ("quantiles_km", "quantiles_mi"):
                assert quantiles[0] > 0 and len(set(quantiles)) == len(quantiles), row
            if field == "quantiles_deg":
                assert quantiles[-1] <= 180


@pytest.mark.parametrize("name", NAMES)
def test_strata_are_named_alike_and_categories_are_known(name: str) -> None:
    known = {row["category"] for row in table("synonyms")["row"]} | {"all", "unknown"}
    for row in rows(table(name)):
        assert row.get("ecoregion", "all") in ECOREGIONS
        assert row.get("relief", "all") in RELIEFS
        assert {row["category"]} <= known if "category" in row else True
        assert set(row.get("categories", [])) <= known
        assert "doubt" not in row or row["doubt"].endswith("."), row


# -- distance


def test_distance_has_72_strata_of_29_categories() -> None:
    strata = table("distance")["stratum"]
    assert len(strata) == 72
    assert len({(r["category"], r["ecoregion"], r["relief"]) for r in strata}) == 72
    assert len({r["category"] for r in strata}) == 29
    assert all(isinstance(r["n"], int) and r["n"] > 0 for r in strata)
    assert len(table("distance")["single_quantile"]) == 9


@pytest.mark.parametrize(
    ("category", "ecoregion", "relief", "n", "quantiles_km"),
    [
        ("hiker", "temperate", "mountain", 568, [1.1, 3.1, 5.8, 18.3]),
        ("hiker", "dry", "flat", 58, [1.3, 2.1, 6.6, 13.1]),
        ("dementia", "urban", "all", 336, [0.3, 1.1, 3.2, 12.6]),
        ("child_1_3", "temperate", "flat", 61, [0.2, 0.3, 1.0, 3.2]),
        ("child_13_15", "dry", "mountain", 19, [2.4, 3.2, 4.8, 11.9]),
        ("intellectual_disability", "dry", "all", 21, [1.1, 4.0, 8.7, 62.6]),
        ("abduction", "all", "all", 735, [0.3, 2.4, 19.3]),
        ("worker", "temperate", "mountain", 29, [1.0, 1.9, 3.2, 11.8]),
        # the entries in doubt, as settled
        ("child_1_3", "urban", "all", 17, [0.2, 0.5, 0.8, 1.1]),
        ("snowmobiler", "temperate", "flat", 14, [1.3, 4.7, 41.1, 96.1]),
        ("mountain_biker", "dry", "mountain", 32, [2.7, 6.4, 13.2, 29.1]),
        ("child_1_3", "temperate", "mountain", 58, [0.2, 0.3, 0.6, 4.5]),
        ("dementia", "temperate", "flat", 175, [0.3, 1.0, 2.4, 12.8]),
        ("vehicle", "all", "all", 84, [2.0, 5.0, 12.0, 62.7]),
    ],
)
def test_distance_row(category: str, ecoregion: str, relief: str, n: int, quantiles_km: list[float]) -> None:
    row = stratum(category, ecoregion, relief)
    assert (row["n"], row["quantiles_km"]) == (n, quantiles_km)


def test_doubtful_strata_say_so() -> None:
    doubted = {(r["category"], r["ecoregion"], r["relief"]) for r in table("distance")["stratum"] if "doubt" in r}
    assert doubted == {
        ("angler", "temperate", "flat"),
        ("child_1_3", "temperate", "mountain"),
        ("child_1_3", "urban", "all"),
        ("dementia", "temperate", "flat"),
        ("mountain_biker", "dry", "mountain"),
        ("snowmobiler", "temperate", "flat"),
        ("vehicle", "all", "all"),
    }


@pytest.mark.parametrize(("name", "array"), [("distance", "stratum"), ("distance_miles", "row")])
def test_no_two_strata_claim_the_same_ground(name: str, array: str) -> None:
    candidates = table(name)[array]
    for category in {r["category"] for r in candidates}:
        found = [
            matching(candidates, category, ecoregion, relief)
            for ecoregion, relief in itertools.product(ECOREGIONS - {"all"}, RELIEFS - {"all"})
        ]
        assert any(found), category


def test_kilometres_agree_with_the_miles_of_another_source() -> None:
    """Both tables are rounded; what differs by more than rounding and 2 % must be marked as in doubt."""
    miles = table("distance_miles")["row"]
    differing, compared = set(), 0
    for row in table("distance")["stratum"]:
        other = matching(miles, row["category"], row["ecoregion"], row["relief"])
        for km, mi in zip(row["quantiles_km"], other.get("quantiles_mi", []), strict=False):
            compared += 1
            rounding_km = 0.05 + 0.05 * 1.609344
            if abs(km - mi * 1.609344) > rounding_km + 0.02 * km:
                differing.add((row["category"], row["ecoregion"], row["relief"]))
                assert "doubt" in row, row
    assert compared == 69 * 4 - 1  # all but vehicle, abandoned vehicle and worker; abduction has three quantiles
    assert differing == {("angler", "temperate", "flat"), ("child_1_3", "temperate", "mountain")}


@pytest.mark.parametrize(
    ("category", "rule", "quantiles_mi"),
    [
        ("hiker", "temperate mountain", [0.7, 1.9, 3.6, 11.3]),
        ("hiker", "other (temperate flat)", [0.4, 1.1, 2.0, 6.1]),
        ("camper", "dry mountain", [0.4, 1.0, 2.6, 20.3]),
        ("intellectual_disability", "urban", [0.2, 0.5, 2.3, 6.14]),
        ("aircraft", "all", [0.4, 0.9, 3.7, 10.4]),
        ("snowmobiler", "temperate flat", [0.8, 2.9, 25.5, 59.7]),
        ("substance_abuse", "all", [0.3, 0.7, 2.6, 6.0]),
    ],
)
def test_miles_row(category: str, rule: str, quantiles_mi: list[float]) -> None:
    (row,) = (r for r in table("distance_miles")["row"] if (r["category"], r["rule"]) == (category, rule))
    assert row["quantiles_mi"] == quantiles_mi


def test_miles_have_70_rows_and_a_law_for_the_unlisted() -> None:
    content = table("distance_miles")
    assert len(content["row"]) == 70
    assert content["no_listing"][0]["quantiles_mi"] == [0.4, 1.1, 2.0, 6.1]


def test_mapscore_fits_are_29_and_no_default_prior() -> None:
    content = table("lognormal_mapscore")
    assert len(content["row"]) == 29 and content["default_prior"] is False


# -- direction, mobility, place


def test_dispersion_of_all_and_of_hikers() -> None:
    found = {(r["categories"][0], r["ecoregion"]): r for r in table("dispersion")["row"]}
    assert found["all", "all"]["quantiles_deg"] == [10, 30, 78, 144] and found["all", "all"]["n"] == 532
    assert found["hiker", "temperate"]["quantiles_deg"] == [2, 23, 64, 132]
    assert found["hiker", "dry"]["quantiles_deg"] == [20, 47, 124, 175]


def test_dispersion_has_one_usable_row_for_each_category_and_ecoregion() -> None:
    usable = [
        (category, row["ecoregion"])
        for row in table("dispersion")["row"]
        if row.get("default_prior", True)
        for category in row["categories"]
    ]
    assert len(table("dispersion")["row"]) == 15
    assert len(usable) == len(set(usable))


def test_disputed_dispersion_of_mountain_bikers_is_told() -> None:
    both = [r for r in table("dispersion")["row"] if r["categories"] == ["mountain_biker"]]
    assert [r["quantiles_deg"] for r in both] == [[21, 40, 57, 146], [15, 37, 68, 115]]
    assert all("doubt" in r for r in both)


def test_track_offset_rows() -> None:
    found = {r["category"]: r["quantiles_m"] for r in table("track_offset")["row"]}
    assert len(found) == 6
    assert found["hiker"] == [50, 100, 238, 424] and found["dementia"] == [4, 15, 71, 307]


def test_mobility_rows() -> None:
    found = {r["categories"][0]: r for r in table("mobility")["row"]}
    assert len(found) == 10
    assert found["hiker"]["quantiles_h"] == [0, 3, 6, 14]
    assert (found["hiker"]["published_weibull_scale_h"], found["hiker"]["published_weibull_shape"]) == (
        4.159,
        0.7183,
    )
    assert found["dementia"]["quantiles_h"] == [0, 0.25, 3.8, 18]


def test_published_weibull_fits_miss_their_quantiles() -> None:
    """Why the fits are no default: t(q) = a (-ln(1-q))^(1/b) misses a quantile of each row by a tenth."""
    levels = table("mobility")["levels"]
    for row in table("mobility")["row"]:
        scale_h, shape = row["published_weibull_scale_h"], row["published_weibull_shape"]
        misses = [
            abs(scale_h * (-math.log(1 - level)) ** (1 / shape) - hours) > 0.1 * hours
            for level, hours in zip(levels, row["quantiles_h"], strict=True)
        ]
        assert any(misses), row


def test_elevation_shares_sum_to_one() -> None:
    found = {r["direction"]: r for r in table("elevation")["row"]}
    assert sum(r["share"] for r in found.values()) == pytest.approx(1.0)
    assert found["down"]["change_ft"] == [40, 86, 203] and found["up"]["change_ft"] == [48, 100, 370]
    assert (found["up"]["largest_ft"], found["down"]["largest_ft"]) == (1905, 1607)


def test_find_location_shares_sum_as_published() -> None:
    sums = {r["category"]: sum(r["share"].values()) for r in table("find_location")["row"]}
    assert sums == {"hiker": pytest.approx(1.01), "autistic": pytest.approx(0.99)}


def test_incidents_peak_at_17_20() -> None:
    (law,) = table("circumstance")["incident_time"]
    minutes = 12 * 60 + law["mean_angle_rad"] / (2 * math.pi) * 24 * 60
    assert round(minutes) == 17 * 60 + 20


# -- survival


def test_survival_rows() -> None:
    content = table("survival")
    found = {r["category"]: r for r in content["row"]}
    assert content["elapsed_over_h"] == [0, 24, 48, 72, 96]
    assert found["hiker"]["n"] == [2460, 361, 118, 51, 23]
    assert found["hiker"]["p_alive"] == [0.97, 0.76, 0.60, 0.52, 0.49]
    for row in found.values():
        assert row["n"] == sorted(row["n"], reverse=True)
        assert row["p_alive"] == sorted(row["p_alive"], reverse=True)
        # a fraction of few cases must be a whole number of them, unless the row says otherwise
        whole = [abs(p * n - round(p * n)) <= 0.005 * n + 1e-9 for p, n in zip(row["p_alive"], row["n"], strict=True)]
        assert all(whole) or "doubt" in row


def test_the_51_hour_study_agrees_with_its_own_percentages() -> None:
    content = table("survival")
    derivation, validation = content["stopping_rule"]
    assert derivation["died"] / derivation["people"] == pytest.approx(0.046, abs=5e-4)
    assert validation["died"] / validation["people"] == pytest.approx(0.065, abs=5e-4)
    assert (derivation["sensitivity"], validation["sensitivity"]) == (0.989, 0.993)
    (cut,) = content["at_cut"]
    people = derivation["people"] + validation["people"]
    assert cut["still_missing"] / people == pytest.approx(0.012, abs=5e-4)
    assert cut["later_found_alive"] / cut["still_missing"] == pytest.approx(0.59, abs=5e-3)


# -- names


def resolved(name: str) -> str:
    found = {
        row["category"]
        for row in table("synonyms")["row"]
        if plain(name) in {plain(n) for n in (row["category"], row["title"], *row["synonyms"])}
    }
    assert len(found) <= 1, (name, found)
    return found.pop() if found else ""


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Hiker", "hiker"),
        ("HIKER", "hiker"),
        ("Child 7-9", "child_7_9"),
        ("child 1\u20133", "child_1_3"),
        ("Mental Retardation", "intellectual_disability"),
        ("Vehicle-4wd", "vehicle_4wd"),
        ("Child|Youth", "child"),
        ("Child", "child"),
        ("Horseback Rider", "horseback_rider"),
        ("Skier, alpine", "skier_alpine"),
        ("ATV", "atv"),
        ("Balloonist", ""),
    ],
)
def test_synonym(name: str, category: str) -> None:
    assert resolved(name) == category


def test_no_name_means_two_categories() -> None:
    for row in table("synonyms")["row"]:
        for name in (row["category"], row["title"], *row["synonyms"]):
            assert resolved(name) == row["category"]


def test_every_category_has_a_law_and_a_caveat_where_it_is_not_its_own() -> None:
    for row in table("synonyms")["row"]:
        file, array = row["law"].split(".")
        present = {r["category"] for r in table(file)[array]}
        assert row["category"] in present
        assert ("caveat" in row) == (row["law"] != "distance.stratum"), row


def test_every_category_with_a_stratum_of_its_own_uses_it() -> None:
    own = {r["category"] for r in table("distance")["stratum"]}
    assert {r["category"] for r in table("synonyms")["row"] if r["law"] == "distance.stratum"} == own


def test_names_of_the_arizona_cases_are_all_known() -> None:
    path = DATA / "cases" / "arizona.csv"
    if not path.exists():
        pytest.skip("the Arizona cases are not here: set WAYHOME_DATA (cases/arizona.csv)")
    with path.open(encoding="utf-8", newline="") as lines:
        names = {row["category"] for row in csv.DictReader(lines)}
    assert len(names) == 18
    assert {name for name in names if not resolved(name)} == set()


# -- travel


def model(name: str) -> dict[str, Any]:
    row: dict[str, Any]
    (row,) = (r for r in table("travel")["speed_model"] if r["name"] == name)
    return row


def test_speed_models_give_the_speeds_stated_for_the_flat() -> None:
    tobler = model("tobler")
    # Tobler: 6 exp(-3.5 * 0.05) = 5.037 km/h on the flat
    flat_kmh = tobler["peak_kmh"] * math.exp(-tobler["steepness"] * tobler["offset"])
    assert flat_kmh == pytest.approx(5.037, abs=1e-3)
    assert tobler["off_path_factor"] == 0.6
    c = model("campbell2022")
    lorentz = c["c_mps_deg"] / (math.pi * c["b_deg"] * (1 + (c["a_deg"] / c["b_deg"]) ** 2))
    assert lorentz + c["d_mps"] == pytest.approx(1.148, abs=5e-4)  # stated beside the coefficients
    assert (model("naismith")["flat_speed_kmh"], model("naismith")["ascent_m_per_h"]) == (5, 600)


def test_r_walk_is_naismith_downhill_corrected() -> None:
    """0.72 s/m is 5 km/h, 6 s/m is 600 m/h, and 1.9998 s/m is 10 minutes for 300 m."""
    r, langmuir = model("r_walk"), model("langmuir")
    assert r["a_s_per_m"] == pytest.approx(3600 / (langmuir["flat_speed_kmh"] * 1000))
    assert r["b_s_per_m"] == pytest.approx(3600 / langmuir["ascent_m_per_h"])
    assert r["c_s_per_m"] == pytest.approx(-langmuir["gentle_descent_min_per_300_m"] * 60 / 300, abs=3e-4)
    assert r["d_s_per_m"] == pytest.approx(-langmuir["steep_descent_min_per_300_m"] * 60 / 300, abs=3e-4)
    # the change from gentle to steep: tan 12 degrees
    assert r["slope_factor"] == pytest.approx(-math.tan(math.radians(12)), abs=1e-4)


@pytest.mark.parametrize("legend", ["nlcd", "worldcover", "trail", "stream"])
def test_speed_factors_follow_the_law_of_impedance(legend: str) -> None:
    content = table("travel")
    (law,) = content["impedance_law"]
    assert (law["exponent"], law["barred_from"], law["nominal_speed_kmh"]) == (0.0212, 98, 5)
    classes = content[legend]["order" if legend == "stream" else "class"]
    codes = [c["code"] for c in classes]
    assert codes == sorted(set(codes))
    for row in classes:
        barred = row["impedance"] >= law["barred_from"]
        expected = 0.0 if barred else math.exp(-law["exponent"] * row["impedance"])
        assert row["speed_factor"] == pytest.approx(expected, abs=5e-5), row


def test_land_cover_impedances() -> None:
    content = table("travel")
    nlcd = {c["code"]: c["impedance"] for c in content["nlcd"]["class"]}
    assert (nlcd[11], nlcd[21], nlcd[42], nlcd[43], nlcd[71], nlcd[90], nlcd[95]) == (
        99,
        5,
        50,
        35,
        20,
        80,
        80,
    )
    assert len(nlcd) == 19 + 8 + 2  # single codes, 90 to 97, 98 and 99
    assert [c["impedance"] for c in content["trail"]["class"]] == [25, 20, 15, 5, 0]
    assert [c["impedance"] for c in content["stream"]["order"]] == [30, 40, 50, 70, 80, 90, 99, 99, 99]


def test_worldcover_is_marked_as_a_placeholder() -> None:
    content = table("travel")
    nlcd = {c["code"]: c["impedance"] for c in content["nlcd"]["class"]}
    assert content["worldcover"]["placeholder"] is True
    assert len(content["worldcover"]["class"]) == 11  # classes of the product
    for row in content["worldcover"]["class"]:
        assert row["placeholder"] is True and row["impedance"] == nlcd[row["like_nlcd"]]


def test_every_nlcd_code_of_the_legend_has_a_factor() -> None:
    path = DATA / "terrain" / "nlcd_legend.tsv"
    if not path.exists():
        pytest.skip("the NLCD legend is not here: set WAYHOME_DATA (terrain/nlcd_legend.tsv)")
    codes = {int(line.split("\t")[0]) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}
    assert len(codes) == 20
    assert codes <= {c["code"] for c in table("travel")["nlcd"]["class"]}
