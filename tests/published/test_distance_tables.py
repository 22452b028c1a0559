"""Every row of the distance tables as published, and what they say of themselves (THEORY 1.2, 1.3, 1.4 and 12).

The figures below are typed from the text, not from the tables. E[R] and P(out) were published from a sample: 400,000
draws of one generator, PCG64 of NumPy with seed 0, normal scores first and directions second, used for every stratum.
With those draws all 144 figures come out as printed. Without them they can't be met to the last digit: the exact
values differ by up to 0.0016, which is the error of such a sample.

Not reproduced: the km tables behind the printed sample size "32?" and the second value of vehicles at 75 % are not
public, so only the doubt is checked.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import rankdata

from wayhome.base.raster import Grid
from wayhome.science.distance import DistanceLaw, fitted_lognormal, radial_prior
from wayhome.science.tables import table

MILE_KM = 1.609344
DRAWS = 400_000
HALF_BOX_KM = 12.5
Key = tuple[str, str, str]

# THEORY 1.2: category | stratum rule of the code | 25, 50, 75, 95 % in miles
MILES = """
abduction               | all                             | 0.2 1.5 12.0
aircraft                | all                             | 0.4 0.9 3.7 10.4
angler                  | temperate mountain              | 0.2 0.9 3.4 6.1
angler                  | temperate flat / other          | 0.5 1.0 3.4 6.1
angler                  | dry                             | 2.0 6.0 6.5 8.0
atv                     | all                             | 1.0 2.0 3.5 5.0
autistic                | urban                           | 0.2 0.6 2.4 5.0
autistic                | other                           | 0.4 1.0 2.3 9.5
camper                  | dry mountain                    | 0.4 1.0 2.6 20.3
camper                  | mountain, not dry               | 0.1 1.4 1.9 24.7
camper                  | flat                            | 0.1 0.7 2.0 8.0
child_1_3               | dry                             | 0.4 0.8 2.4 5.6
child_1_3               | urban                           | 0.1 0.3 0.5 0.7
child_1_3               | temperate (mountain and other)  | 0.1 0.2 0.6 2.0
child_4_6               | dry                             | 0.4 1.2 2.0 5.1
child_4_6               | urban                           | 0.06 0.3 0.6 2.1
child_4_6               | temperate mountain              | 0.1 0.5 0.9 2.3
child_4_6               | other                           | 0.1 0.4 0.9 4.1
child_7_9               | dry                             | 0.3 0.8 2.0 4.5
child_7_9               | urban                           | 0.1 0.3 0.9 3.2
child_7_9               | temperate mountain              | 0.5 1.0 2.0 7.0
child_7_9               | other                           | 0.1 0.5 1.3 5.0
child_10_12             | dry                             | 0.5 1.3 4.5 10.0
child_10_12             | urban                           | 0.2 0.9 1.8 3.6
child_10_12             | temperate mountain              | 0.5 1.0 2.0 5.6
child_10_12             | other                           | 0.3 1.0 3.0 6.2
child_13_15             | dry                             | 1.5 2.0 3.0 7.4
child_13_15             | temperate mountain              | 0.5 1.3 3.0 13.3
child_13_15             | other                           | 0.4 0.8 2.0 6.2
climber                 | all                             | 0.1 1.0 2.0 9.2
dementia                | dry mountain                    | 0.6 1.2 1.9 3.8
dementia                | dry flat                        | 0.3 1.0 2.2 7.3
dementia                | urban                           | 0.2 0.7 2.0 7.8
dementia                | temperate mountain              | 0.2 0.5 1.2 5.1
dementia                | other                           | 0.2 0.6 1.5 7.9
despondent              | dry mountain                    | 0.5 1.0 2.1 11.1
despondent              | dry flat                        | 0.3 1.2 2.3 12.8
despondent              | urban                           | 0.06 0.3 0.9 8.1
despondent              | temperate mountain              | 0.2 0.7 2.0 13.3
despondent              | other                           | 0.2 0.5 1.4 10.7
gatherer                | dry                             | 1.0 1.6 3.6 6.9
gatherer                | other                           | 0.9 2.0 4.0 8.0
hiker                   | dry mountain                    | 1.0 2.0 4.0 11.9
hiker                   | dry flat                        | 0.8 1.3 4.1 8.1
hiker                   | temperate mountain              | 0.7 1.9 3.6 11.3
hiker                   | other (temperate flat)          | 0.4 1.1 2.0 6.1
horseback_rider         | all                             | 0.2 2.0 5.0 12.2
hunter                  | dry mountain                    | 1.3 3.0 5.0 13.8
hunter                  | dry flat                        | 1.0 1.9 4.0 7.0
hunter                  | temperate mountain              | 0.6 1.3 3.0 10.7
hunter                  | other                           | 0.4 1.0 1.9 8.5
mental_illness          | urban                           | 0.2 0.4 0.9 7.7
mental_illness          | temperate mountain              | 0.4 1.4 5.1 9.0
mental_illness          | other                           | 0.5 0.6 1.4 5.0
intellectual_disability | dry                             | 0.7 2.5 5.4 38.9
intellectual_disability | urban                           | 0.2 0.5 2.3 6.14
intellectual_disability | temperate mountain              | 0.4 1.0 2.0 7.0
intellectual_disability | other                           | 0.2 0.6 1.3 7.3
mountain_biker          | dry                             | 1.7 4.0 8.2 18.1
mountain_biker          | other                           | 1.9 2.5 7.0 15.5
extreme_sport           | all                             | 0.3 1.6 3.5 8.3
runner                  | all                             | 0.9 1.6 2.1 3.6
skier_alpine            | all                             | 0.7 1.7 3.0 9.4
skier_nordic            | dry                             | 1.2 2.7 4.0 12.1
skier_nordic            | other                           | 1.0 2.2 4.0 12.2
snowboarder             | all                             | 1.0 2.0 3.8 9.5
snowmobiler             | dry                             | 1.0 3.0 8.7 18.9
snowmobiler             | temperate flat                  | 0.8 2.9 25.5 59.7
snowmobiler             | other                           | 2.0 4.0 6.9 10.0
substance_abuse         | all                             | 0.3 0.7 2.6 6.0
"""

# THEORY 1.3: category | ground | n | 25, 50, 75, 95 % in km | rms of ln km | E[R] inside the box, P(out)
KILOMETRES = """
abduction               | all                | 735 | 0.3 2.4 19.3       | 0.001 | 0.840 0.286
angler                  | temperate mountain |  25 | 0.3 1.5 5.5 9.9    | 0.380 | 0.882 0.052
angler                  | temperate flat     |  62 | 0.8 1.6 3.9 14.9   | 0.069 | 0.852 0.052
angler                  | dry                |  15 | 3.2 9.7 10.5 13    | 0.287 | 0.487 0.080
atv                     | temperate mountain |  19 | 1.6 3.2 5.6 8      | 0.139 | 0.817 0.013
autistic                | temperate          |  20 | 0.6 1.6 3.7 15.2   | 0.035 | 0.862 0.056
autistic                | urban              |  16 | 0.3 1 3.8 8        | 0.257 | 0.907 0.032
camper                  | temperate mountain |  17 | 0.2 2.2 3 39.5     | 0.432 | 0.869 0.118
camper                  | temperate flat     |  18 | 0.2 1.1 3.2 12.8   | 0.216 | 0.900 0.055
camper                  | dry mountain       |  26 | 0.6 1.6 4.2 32.5   | 0.155 | 0.840 0.108
child_1_3               | temperate mountain |  58 | 0.2 0.3 0.6 4.5    | 0.312 | 0.975 0.003
child_1_3               | temperate flat     |  61 | 0.2 0.3 1 3.2      | 0.166 | 0.977 0.002
child_1_3               | dry                |  13 | 0.6 1.3 3.9 9      | 0.128 | 0.888 0.028
child_1_3               | urban              |  17 | 0.2 0.5 0.8 1.1    | 0.203 | 0.995 0.000
child_4_6               | temperate mountain |  38 | 0.2 0.8 1.5 3.7    | 0.224 | 0.962 0.004
child_4_6               | temperate flat     |  90 | 0.2 0.6 1.5 6.6    | 0.037 | 0.944 0.016
child_4_6               | dry                |  19 | 0.6 1.9 3.2 8.2    | 0.156 | 0.891 0.021
child_4_6               | urban              |  25 | 0.1 0.5 1 3.4      | 0.234 | 0.969 0.006
child_7_9               | temperate mountain |  38 | 0.8 1.6 3.2 11.3   | 0.064 | 0.872 0.030
child_7_9               | temperate flat     |  79 | 0.2 0.8 2 8        | 0.127 | 0.928 0.026
child_7_9               | dry mountain       |  18 | 0.4 1.2 3.2 7.2    | 0.171 | 0.911 0.021
child_7_9               | urban              |  22 | 0.2 0.5 1.5 5.2    | 0.056 | 0.953 0.011
child_10_12             | temperate mountain |  72 | 0.8 1.6 3.2 9      | 0.009 | 0.886 0.020
child_10_12             | temperate flat     |  57 | 0.4 1.6 4.8 10     | 0.272 | 0.878 0.045
child_10_12             | dry mountain       |  22 | 0.8 2 7.2 16.1     | 0.188 | 0.819 0.079
child_10_12             | urban              |  18 | 0.3 1.5 2.9 5.8    | 0.328 | 0.922 0.016
child_13_15             | temperate mountain |  74 | 0.8 2.1 4.8 21.4   | 0.052 | 0.824 0.086
child_13_15             | temperate flat     |  80 | 0.6 1.3 3.2 10     | 0.028 | 0.889 0.028
child_13_15             | dry mountain       |  19 | 2.4 3.2 4.8 11.9   | 0.106 | 0.767 0.023
climber                 | temperate          |  25 | 0.2 1.6 3.2 14.7   | 0.330 | 0.890 0.064
dementia                | temperate mountain |  95 | 0.3 0.8 1.9 8.3    | 0.039 | 0.927 0.022
dementia                | temperate flat     | 175 | 0.3 1 2.4 12.8     | 0.073 | 0.902 0.043
dementia                | dry mountain       |  14 | 1 1.9 3.1 6.1      | 0.050 | 0.909 0.004
dementia                | dry flat           |  15 | 0.5 1.6 3.6 11.8   | 0.101 | 0.876 0.043
dementia                | urban              | 336 | 0.3 1.1 3.2 12.6   | 0.101 | 0.895 0.049
despondent              | temperate mountain | 103 | 0.3 1.1 3.2 21.6   | 0.062 | 0.881 0.077
despondent              | temperate flat     | 193 | 0.3 0.8 2.3 17.3   | 0.137 | 0.899 0.056
despondent              | dry mountain       |  20 | 0.8 1.6 3.4 18     | 0.154 | 0.850 0.059
despondent              | dry flat           |  14 | 0.5 1.9 3.7 20.7   | 0.143 | 0.853 0.079
despondent              | urban              |  96 | 0.1 0.5 1.5 13.1   | 0.109 | 0.929 0.046
gatherer                | temperate mountain |  94 | 1.5 3.2 6.4 12.9   | 0.086 | 0.773 0.051
gatherer                | dry                |  14 | 1.6 2.6 5.8 11.1   | 0.084 | 0.798 0.033
hiker                   | temperate mountain | 568 | 1.1 3.1 5.8 18.3   | 0.088 | 0.786 0.082
hiker                   | temperate flat     | 274 | 0.6 1.8 3.2 9.9    | 0.114 | 0.881 0.029
hiker                   | dry mountain       | 221 | 1.6 3.2 6.5 19.3   | 0.020 | 0.751 0.088
hiker                   | dry flat           |  58 | 1.3 2.1 6.6 13.1   | 0.163 | 0.804 0.053
horseback_rider         | all                |  17 | 0.3 3.2 8.1 19.8   | 0.507 | 0.836 0.113
hunter                  | temperate mountain | 355 | 1 2.1 4.8 17.2     | 0.043 | 0.820 0.067
hunter                  | temperate flat     | 465 | 0.6 1.6 3.1 13.7   | 0.089 | 0.871 0.045
hunter                  | dry mountain       | 138 | 2.1 4.8 8.1 22.2   | 0.062 | 0.679 0.121
hunter                  | dry flat           |  40 | 1.6 3.1 6.4 11.3   | 0.102 | 0.779 0.038
mental_illness          | temperate mountain |  23 | 0.6 2.3 8.3 14.6   | 0.322 | 0.824 0.083
mental_illness          | temperate flat     |  23 | 0.8 1 2.3 8.1      | 0.191 | 0.916 0.011
mental_illness          | urban              |  38 | 0.3 0.6 1.5 12.5   | 0.245 | 0.922 0.032
intellectual_disability | temperate mountain |  31 | 0.6 1.6 3.2 11.3   | 0.059 | 0.878 0.035
intellectual_disability | temperate flat     |  36 | 0.3 1 2.1 11.8     | 0.112 | 0.908 0.037
intellectual_disability | dry                |  21 | 1.1 4 8.7 62.6     | 0.142 | 0.756 0.208
intellectual_disability | urban              |  44 | 0.3 0.8 3.7 9.9    | 0.209 | 0.905 0.040
mountain_biker          | temperate mountain |  25 | 3.1 4 11.3 25      | 0.160 | 0.624 0.152
mountain_biker          | dry mountain       |  32 | 2.7 6.4 13.2 29.1  | 0.095 | 0.593 0.202
runner                  | temperate          |  14 | 1.4 2.6 3.4 5.8    | 0.082 | 0.898 0.001
skier_alpine            | temperate mountain |  16 | 1.1 2.7 4.8 15.2   | 0.067 | 0.809 0.058
skier_nordic            | temperate mountain |  29 | 1.6 3.5 6.4 19.6   | 0.043 | 0.746 0.090
skier_nordic            | dry mountain       |  41 | 1.9 4.3 6.4 19.5   | 0.095 | 0.714 0.091
snowboarder             | temperate mountain |  31 | 1.6 3.2 6.2 15.4   | 0.018 | 0.762 0.065
snowmobiler             | temperate mountain |  26 | 3.2 6.4 11.1 16.1  | 0.135 | 0.553 0.107
snowmobiler             | temperate flat     |  14 | 1.3 4.7 41.1 96.1  | 0.401 | 0.720 0.321
snowmobiler             | dry mountain       |  22 | 1.6 4.8 14 30.4    | 0.190 | 0.689 0.187
substance_abuse         | all                |  15 | 0.5 1.1 4.2 9.7    | 0.184 | 0.889 0.035
vehicle                 | all                |  84 | 2 5 12 62.7        | 0.087 | 0.687 0.248
abandoned_vehicle       | all                |  11 | 0.6 2 4.4 9.1      | 0.205 | 0.870 0.032
worker                  | temperate mountain |  29 | 1 1.9 3.2 11.8     | 0.111 | 0.859 0.029
"""

# THEORY 1.3, the line below the table: category | ground | n | level:km ...
SINGLE = """
caver       | temperate      |  7 | 0.5:0.1
climber     | dry            |  7 | 0.5:4.8
hiker       | urban          |  8 | 0.5:2.6
skier_alpine| dry            |  8 | 0.5:4.8
snowshoer   | all            |  7 | 0.5:1 0.95:3
substance_abuse | urban      |  6 | 0.5:1.2
worker      | temperate flat | 11 | 0.5:0.4
child_10_12 | dry flat       |  7 | 0.75:3.2
vehicle_4wd | all            | 19 | 0.5:3.3 0.75:6.4 0.95:11.6
"""

# THEORY 1.4: category | ground ("all" for its "else") | mean and standard deviation of ln km
MAPSCORE = """
hiker       | dry flat           | 0.902666 1.113342
child_4_6   | urban              | -1.007931 2.225230
hiker       | dry mountain       | 1.232712 1.073621
child_4_6   | all                | -0.032889 1.526816
hiker       | temperate mountain | 0.961967 1.257948
child_7_9   | dry                | 0.077083 1.869920
hiker       | all                | 0.588459 1.206813
child_7_9   | temperate mountain | 0.353096 1.319449
dementia    | dry flat           | 0.434908 1.483664
child_7_9   | urban              | -1.420152 2.279112
dementia    | dry mountain       | 0.536249 0.957898
child_7_9   | all                | 0.250700 1.211225
dementia    | temperate mountain | -0.312701 1.511965
child_10_12 | dry                | 1.127894 1.080615
dementia    | urban              | -0.158659 1.652324
child_10_12 | temperate mountain | 0.625783 1.059808
dementia    | all                | -0.031448 1.619239
child_10_12 | urban              | 0.052177 1.053178
child_1_3   | dry                | 0.024424 1.115702
child_10_12 | all                | 0.293698 1.261039
child_1_3   | temperate mountain | -0.315906 1.375214
child_13_15 | dry                | 0.843143 1.613562
child_1_3   | urban              | -1.298097 1.778492
child_13_15 | temperate mountain | 1.135429 1.206598
child_1_3   | all                | -0.012354 1.379311
child_13_15 | urban              | -0.833183 1.994810
child_4_6   | dry                | 0.383159 1.115286
child_13_15 | all                | 0.438268 1.334013
child_4_6   | temperate mountain | -0.364502 1.071311
"""


def lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def key(category: str, ground: str) -> Key:
    words = ground.split()
    ecoregion = next((w for w in ("temperate", "dry", "urban") if w in words), "all")
    return category, ecoregion, next((w for w in ("mountain", "flat") if w in words), "all")


def stored(name: str, array: str) -> dict[Key, dict[str, Any]]:
    content = table(name)
    found = {
        (row["category"], row["ecoregion"], row["relief"]): {"levels": content.get("levels"), **row}
        for row in content[array]
    }
    assert len(found) == len(content[array])
    return found


STRATA = {key(line[0], line[1]): line for line in lines(KILOMETRES)}


# -- 1.2 and 1.3: the quantiles


def test_1_2_every_row_of_miles_in_its_order() -> None:
    ours = [(row["category"], row["rule"], row["quantiles_mi"]) for row in table("distance_miles")["row"]]
    assert ours == [(category, rule, numbers(miles)) for category, rule, miles in lines(MILES)]


def test_1_2_default_of_the_unlisted() -> None:
    (row,) = table("distance_miles")["no_listing"]
    assert row["quantiles_mi"] == [0.4, 1.1, 2.0, 6.1]


def test_1_2_rules_are_read_as_they_are_worded() -> None:
    """Ecoregion and relief of a row say what its rule says; "other", and urban or dry left out, are "all"."""
    read_otherwise = {"mountain, not dry": ("all", "mountain")} | dict.fromkeys(
        ("temperate flat / other", "temperate (mountain and other)", "other (temperate flat)"), ("all", "all")
    )
    for row in table("distance_miles")["row"]:
        expected = read_otherwise.get(row["rule"], key("", row["rule"])[1:])
        assert (row["ecoregion"], row["relief"]) == expected, row


def test_1_3_every_stratum() -> None:
    ours = {k: (row["n"], row["quantiles_km"]) for k, row in stored("distance", "stratum").items()}
    assert ours == {k: (int(line[2]), numbers(line[3])) for k, line in STRATA.items()}
    assert len(ours) == 72


def test_1_3_single_quantiles() -> None:
    ours = {
        k: (row["n"], dict(zip(row["levels"], row["quantiles_km"], strict=True)))
        for k, row in stored("distance", "single_quantile").items()
    }
    published = {}
    for category, ground, n, quantiles in lines(SINGLE):
        pairs = dict(map(float, pair.split(":")) for pair in quantiles.split())
        published[key(category, ground)] = (int(n), pairs)
    assert ours == published


def test_1_3_older_national_set() -> None:
    ours = {k[0]: (row["n"], row["quantiles_km"]) for k, row in stored("distance", "older_national").items()}
    assert ours == {"child": (34, [0.6, 1.1, 2.0, 5.0]), "hiker": (72, [1.5, 3.2, 8.1, 17.4])}


def test_1_3_doubtful_rows_carry_the_figures_of_both_sources() -> None:
    doubt = {k: row.get("doubt", "") for k, row in stored("distance", "stratum").items()}
    for stratum, figures in {
        ("child_1_3", "urban", "all"): "0.1/0.3/0.5/0.7",
        ("snowmobiler", "temperate", "flat"): "0.8/2.9/25.5/59.7",
        ("mountain_biker", "dry", "mountain"): "1.7/4.0/8.2/18.1, n = 32",
        ("child_1_3", "temperate", "mountain"): "0.1/0.2/0.6/2.0 mi",
        ("dementia", "temperate", "flat"): "0.8 km",
        ("vehicle", "all", "all"): "12.6 km",
    }.items():
        assert figures in doubt[stratum]


@pytest.mark.parametrize(
    ("stratum", "rule"),
    [
        (("child_1_3", "urban", "all"), "urban"),
        (("snowmobiler", "temperate", "flat"), "temperate flat"),
        (("mountain_biker", "dry", "mountain"), "dry"),
    ],
)
def test_1_3_rows_that_one_source_holds_in_miles_are_kilometres_here(stratum: Key, rule: str) -> None:
    """THEORY 9.4: three rows in miles inside a table of km. Converted, they agree within the rounding of both."""
    (miles,) = (numbers(m) for c, r, m in lines(MILES) if (c, r) == (stratum[0], rule))
    ours = stored("distance", "stratum")[stratum]["quantiles_km"]
    assert ours != miles
    assert ours == pytest.approx([m * MILE_KM for m in miles], abs=0.05 + 0.05 * MILE_KM)


def test_1_2_and_1_3_agree_within_the_rounding_of_both() -> None:
    """km to 0.05, miles to 0.05 (finer where more digits are printed). The others are named one by one.

    Angler temperate flat (THEORY 1.2 repeats the mountain row) and child 1-3 temperate mountain are in doubt; six
    quantiles at 95 % differ by up to 0.25 km in some 20 to 40, about 1 %, as from rounding on the way.
    """
    by_rule = {(c, r): numbers(m) for c, r, m in lines(MILES)}
    row_of = {
        (c, *ground): by_rule[c, row["rule"]]
        for row in table("distance_miles")["row"]
        for c, ground in [(row["category"], (row["ecoregion"], row["relief"]))]
    }
    apart: dict[Key, list[float]] = {}
    compared = 0
    for category, ecoregion, relief in STRATA:
        choices = [(ecoregion, relief), (ecoregion, "all"), ("all", relief), ("all", "all")]
        # in the code of 1.2 a row for dry ground comes before one for mountains
        miles = next((row_of[category, *c] for c in choices if (category, *c) in row_of), None)
        for km, mi in zip(numbers(STRATA[category, ecoregion, relief][3]), miles or [], strict=False):
            compared += 1
            rounding_mi = 0.05 if round(mi, 1) == mi else 0.005
            if abs(km - mi * MILE_KM) > 0.05 + rounding_mi * MILE_KM + 1e-9:
                apart.setdefault((category, ecoregion, relief), []).append(km)
    assert compared == 69 * 4 - 1  # vehicle, abandoned vehicle and worker have no miles; abduction has three quantiles
    assert apart == {
        ("angler", "temperate", "flat"): [3.9, 14.9],
        ("child_1_3", "temperate", "mountain"): [0.6, 4.5],
        ("camper", "temperate", "mountain"): [39.5],
        ("camper", "dry", "mountain"): [32.5],
        ("despondent", "temperate", "mountain"): [21.6],
        ("despondent", "dry", "mountain"): [18.0],
        ("hiker", "dry", "mountain"): [19.3],
        ("horseback_rider", "all", "all"): [19.8],
    }


# -- 1.3: the columns that follow from the quantiles


def fit(stratum: Key) -> tuple[float, float]:
    row = stored("distance", "stratum")[stratum]
    return fitted_lognormal(row["levels"], row["quantiles_km"])


@pytest.mark.parametrize("stratum", STRATA, ids="-".join)
def test_1_3_rms_of_the_fit(stratum: Key) -> None:
    mu, sigma = fit(stratum)
    scores = [-0.67449, 0.0, 0.67449, 1.64485]
    misses = [math.log(q) - mu - sigma * z for q, z in zip(numbers(STRATA[stratum][3]), scores, strict=False)]
    assert math.sqrt(sum(m * m for m in misses) / len(misses)) == pytest.approx(float(STRATA[stratum][4]), abs=5.01e-4)


@pytest.fixture(scope="module")
def draws() -> tuple[np.ndarray, np.ndarray]:
    """Normal scores, and the larger of |cos| and |sin| of an even direction."""
    rng = np.random.default_rng(0)
    scores, direction = rng.standard_normal(DRAWS), rng.uniform(0.0, 2.0 * math.pi, DRAWS)
    return scores, np.maximum(abs(np.cos(direction)), abs(np.sin(direction)))


def ratings_of_a_smooth_radial_map(distance_km: np.ndarray) -> np.ndarray:
    """R = 1 - 2 (area of the box that lies nearer)/625 km2; beyond 12.5 km the disc loses four segments."""
    d, a = distance_km, HALF_BOX_KM
    half_angle = np.arccos(np.minimum(1.0, a / np.maximum(d, a)))
    segments = 4.0 * (d * d * half_angle - a * np.sqrt(np.maximum(d * d - a * a, 0.0)))
    return np.asarray(1.0 - 2.0 * (math.pi * d * d - segments) / (2.0 * a) ** 2)


@pytest.mark.parametrize("stratum", STRATA, ids="-".join)
def test_1_3_expected_rating_and_share_outside_as_printed(stratum: Key, draws: tuple[np.ndarray, np.ndarray]) -> None:
    rating, outside = numbers(STRATA[stratum][5])
    mu, sigma = fit(stratum)
    scores, larger = draws
    distance_km = np.exp(mu + sigma * scores)
    inside = distance_km * larger <= HALF_BOX_KM
    assert 1.0 - inside.mean() == pytest.approx(outside, abs=5.01e-4)
    assert ratings_of_a_smooth_radial_map(distance_km[inside]).mean() == pytest.approx(rating, abs=5.01e-4)


@pytest.mark.parametrize("stratum", STRATA, ids="-".join)
def test_1_3_expected_rating_and_share_outside_on_a_map_of_ours(stratum: Key) -> None:
    """The same from our map of 250 m cells, without sampling: within four standard errors of the published sample."""
    rating, outside = numbers(STRATA[stratum][5])
    mu, sigma = fit(stratum)
    law = DistanceLaw(mu_ln_m=mu + math.log(1000.0), sigma=sigma, has_core=False)
    box = Grid(crs="EPSG:32612", x_west_m=-12_500.0, y_north_m=12_500.0, cell_m=250.0, height=100, width=100)
    poa, rest_of_world = radial_prior(law, box, (0.0, 0.0))
    error = math.sqrt(rest_of_world * (1.0 - rest_of_world) / DRAWS)
    assert rest_of_world == pytest.approx(outside, abs=5e-4 + 4.0 * error)
    nearer = (rankdata(np.round(box.distance_m(0.0, 0.0), 3)) - 0.5) / poa.values.size  # ties count half
    rated = 1.0 - 2.0 * nearer.reshape(box.shape)
    share = np.asarray(poa.values) / (1.0 - rest_of_world)
    mean = float((share * rated).sum())
    spread = math.sqrt(float((share * (rated - mean) ** 2).sum()) / (DRAWS * (1.0 - rest_of_world)))
    # a cell of 250 m stands for distances 125 m either way: less than 0.0005 of R wherever finds are many
    assert mean == pytest.approx(rating, abs=1e-3 + 4.0 * spread)


# -- 1.4: the published fits


def test_1_4_every_published_fit() -> None:
    ours = {
        k: [row["published_mu_ln_km"], row["published_sigma_ln_km"]]
        for k, row in stored("lognormal_mapscore", "row").items()
    }
    assert ours == {key(category, ground): numbers(fit) for category, ground, fit in lines(MAPSCORE)}
    assert len(ours) == 29
