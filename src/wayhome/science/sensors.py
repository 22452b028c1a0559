"""What each sensor sweeps on land: sweep widths with their source and doubt, by sight, sound, nose and from the air.

Knows what was measured, what a detection range says, and how doubt about W runs through POD and repeated passes.
Refuses to make up a width: where nobody measured there is none, and programs' defaults are shown as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, fsum, hypot, inf, isfinite, log, pi, radians, sqrt, tan
from typing import Literal, cast, get_args

import numpy as np
from scipy.special import ellipe, ndtri

from wayhome.base.errors import InvalidInput
from wayhome.base.record import Record
from wayhome.base.sources import Sourced
from wayhome.science.condition import STATES, Condition, State
from wayhome.science.detection import RANGE_TO_SWEEP_WIDTH, Visibility, pod_cumulative, pod_random, sweep_width_m
from wayhome.science.survival import NORMAL_95
from wayhome.science.tables import table

Light = Literal["day", "night", "night_dim"]
Sought = Literal["person", "clue"]
Kind = Literal["foot", "sound", "dog", "air", "drone"]
Rule = Literal["range", "measured", "none"]
Task = Literal["detect", "recognise", "identify"]

RANGE_TO_SWEEP_WIDTH_ANY = Sourced(value=1.645, unit="1", source="koester2014", doubt="All classes together; R2 .827.")
RANGE_DOUBT = Sourced(
    value=1.5, unit="1", source="wayhome",
    doubt="W from a range is taken as good to this factor either way (95 %): a class too high or too low is 1.6/1.1 off.",
)  # fmt: skip
PLACE_DOUBT = Sourced(
    value=2.0, unit="1", source="wayhome",
    doubt="W measured in one place is taken as good to this factor either way (95 %) elsewhere; 1.5 to 4.",
)  # fmt: skip
_MPS = {"speed_mph": 0.44704, "speed_kmh": 1.0 / 3.6}
_DEFAULT = "It is a default of that program; nobody is known to have measured it."


class Placeholder(Record):
    """What a program assumes for a sensor: to be shown, never to be planned with."""

    program: str
    meaning: str
    figure_m: float
    speed_mps: float
    source: str


class Sensor(Record):
    """A way of looking: its title, how its sweep width is come by, and what programs assume of it.

    `rule` is "range" (from a measured detection range), "measured" (in an experiment) or "none". `light` is the light
    that it needs, None if any. `speed` [m/s] is a program's default.
    """

    key: str
    title: str
    kind: Kind
    rule: Rule
    light: Literal["day", "night"] | None
    speed: Sourced | None
    placeholders: tuple[Placeholder, ...]


class Width(Record):
    """Effective sweep width W [m] with a 95 % interval; all None where nobody measured it.

    Of a camera whose geometry is known `high_m` alone is given: no sweep width exceeds the swath.
    """

    value_m: float | None
    low_m: float | None
    high_m: float | None
    sources: tuple[str, ...]
    caveats: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse widths out of order."""
        if self.value_m is None:
            return
        low, high = self.low_m, self.high_m
        if low is None or high is None or not (0.0 < low <= self.value_m <= high < inf):
            raise InvalidInput(f"A sweep width needs 0 < low <= value <= high, not {low}, {self.value_m}, {high} m.")


class Pod(Record):
    """POD [0, 1] and its interval, from that of the sweep width."""

    value: float
    low: float
    high: float


class Pods(Record):
    """POD of one search for three different things, kept apart; None where no sweep width is known."""

    responsive: Pod | None
    unresponsive: Pod | None
    clue: Pod | None

    def by_state(self) -> dict[State, float]:
        """POD for each state of the subject: who answers, and everybody else as one who does not; unknown counts as 0."""
        still = 0.0 if self.unresponsive is None else self.unresponsive.value
        answers = still if self.responsive is None else self.responsive.value
        return {s: answers if s in ("mobile_responsive", "immobile_responsive") else still for s in STATES}


class Repeated(Record):
    """What several passes over one subject are worth, together.

    `pod` [0, 1] is that of all passes, `pod_if_independent` what multiplying their averages would claim; `condition`
    and `weights` are what the state and the factors on W look like after all of them missed.
    """

    pod: float
    pod_if_independent: float
    condition: Condition
    weights: tuple[float, ...]


class DetectionRange(Record):
    """Mean detection range Rd [m] over `n_legs`, and its 95 % interval; see `experiment.detection_range`."""

    value_m: float
    low_m: float
    high_m: float
    n_legs: int


def _sensor(row: Mapping[str, str]) -> Sensor:
    rows = [r for r in table("sensors")["placeholder"] if r["sensor"] == row["key"]]
    held = tuple(
        Placeholder(
            program=r["program"], meaning=r["meaning"], figure_m=r["figure_m"], source=r["source"],
            speed_mps=next(r[name] * factor for name, factor in _MPS.items() if name in r),
        )
        for r in rows
    )  # fmt: skip
    first = next(iter(held), None)
    return Sensor(
        key=row["key"], title=row["title"], kind=cast("Kind", row["kind"]), rule=cast("Rule", row["rule"]),
        light=cast("Literal['day', 'night'] | None", row.get("light")), placeholders=held,
        speed=None if first is None else Sourced(
            value=first.speed_mps, unit="m/s", source=first.source, doubt=f"{first.program}: {_DEFAULT}"
        ),
    )  # fmt: skip


SENSORS: dict[str, Sensor] = {row["key"]: _sensor(row) for row in table("sensors")["sensor"]}
PIXELS_NEEDED: dict[Task, Sourced] = {
    row["task"]: Sourced(value=row["pixels"], unit="pixels", source=row["source"], doubt="Johnson's criteria at 79 %.")
    for row in table("sensors")["pixels"]
}


def sweep_width(
    sensor: str,
    *,
    sought: Sought = "person",
    visibility: Visibility | None = None,
    detection_range_m: float | DetectionRange | None = None,
    light: Light = "day",
    range_light: Light = "day",
    cover: str = "",
    wind_mps: float | None = None,
    height_m: float | None = None,
    fov_deg: float | None = None,
) -> Width:
    """Sweep width of one sensor for one thing sought, with its interval, source and caveats.

    Parameters
    ----------
    visibility : of what is sought against its ground; None where nobody can say (one factor for all classes).
    detection_range_m : Rd measured for this object in this cover (`detection_range`); sensors that go by sight on foot.
    light, range_light : in which it is searched, and in which Rd was measured.
    cover, wind_mps : what grows there, in words, and the wind: no factor is known for either, and the caveats say so.
    height_m, fov_deg : of a camera that looks straight down; they bound W by the swath.

    Raises
    ------
    InvalidInput : an unknown word, a number that cannot be, or a range measured by night for a search by day.
    """
    device = SENSORS.get(sensor)
    if device is None:
        raise InvalidInput(f'There is no sensor "{sensor}"; use one of {", ".join(SENSORS)}.', field="sensor")
    _expect(light, Light, "light")
    _expect(range_light, Light, "range_light")
    _expect(sought, Sought, "sought")
    if visibility is not None:
        _expect(visibility, Visibility, "visibility")
    if (height_m is None) != (fov_deg is None) or (height_m is not None and device.kind != "drone"):
        raise InvalidInput("Height and field of view go together, and with a drone only.", field="height_m")
    if wind_mps is not None and not (isfinite(wind_mps) and wind_mps >= 0.0):
        raise InvalidInput(f"Wind must be a speed of at least 0 m/s, not {wind_mps}.", field="wind_mps")
    caveats = []
    is_night = light != "day"
    if device.light is not None and is_night != (device.light == "night"):
        told = f"{device.title}: of use, or measured, by {device.light} only."
        return Width(value_m=None, low_m=None, high_m=None, sources=(), caveats=(told,))
    if cover and not (device.rule == "range" and detection_range_m is not None):
        caveats.append(f"No measured factor for cover ({cover}) is known to this program.")
    if wind_mps is not None and device.kind in ("dog", "sound", "drone"):
        caveats.append("No measured factor for wind is known to this program.")
    if device.rule == "range" and detection_range_m is not None:
        return _from_range(device, detection_range_m, visibility, light, range_light, caveats)
    if detection_range_m is not None:
        caveats.append("The detection range is not used: W from a range was measured on searchers by sight only.")
    if height_m is not None and fov_deg is not None:
        swath = 2.0 * definite_range_m(height_m, fov_deg)
        caveats.append(
            f"At most {swath:.0f} m, the swath of the camera: SAREnv takes everything within as seen, which nobody measured."
        )
        return _unknown(device, caveats, high_m=swath)
    return _from_experiment(device, sought, visibility, light, caveats)


def light_factor(kind: Kind, light: Light, seen_in: Light = "day") -> tuple[float, tuple[str, ...]]:
    """Factor (0, 1] on a sweep width known in one light, for searching in a darker one; and its sources, () for none."""
    order = get_args(Light)
    factor, sources = 1.0, []
    for row in table("sensors")["light"]:
        if row["kind"] == kind and order.index(seen_in) < order.index(row["light"]) <= order.index(light):
            factor *= row["factor"]
            sources.append(row["source"])
    return factor, tuple(sources)


def _from_range(
    device: Sensor, measured: float | DetectionRange, visibility: Visibility | None, light: Light, range_light: Light,
    caveats: list[str],
) -> Width:  # fmt: skip
    rd = measured.value_m if isinstance(measured, DetectionRange) else measured
    if not (isfinite(rd) and rd > 0.0):
        raise InvalidInput(f"A detection range is a positive number of m, not {rd}.", field="detection_range_m")
    order = get_args(Light)
    if order.index(range_light) > order.index(light):
        raise InvalidInput(
            "The detection range was measured in worse light than that of the search; measure it again.",
            field="range_light",
        )
    factor, lit = light_factor(device.kind, light, range_light)
    sources = ["koester2014", *lit]
    if factor < 1.0:
        caveats.append(
            f"Times {factor:g} for the light, measured on adult-size objects of medium visibility in one temperate forest; "
            "better measure the range in the light of the search."
        )
    if visibility is None:
        value = float(RANGE_TO_SWEEP_WIDTH_ANY) * rd
        caveats.append("One factor for all classes of visibility.")
    else:
        value = sweep_width_m(rd, visibility)
        caveats.append(RANGE_TO_SWEEP_WIDTH[visibility].doubt + ".")
    low = high = log(float(RANGE_DOUBT)) ** 2 + (log(float(PLACE_DOUBT)) ** 2 if factor < 1.0 else 0.0)
    if isinstance(measured, DetectionRange):
        low, high = low + log(rd / measured.low_m) ** 2, high + log(measured.high_m / rd) ** 2
    caveats.append(RANGE_DOUBT.doubt)
    value *= factor
    return Width(
        value_m=value, low_m=value * exp(-sqrt(low)), high_m=value * exp(sqrt(high)),
        sources=tuple(dict.fromkeys(sources)), caveats=tuple(caveats),
    )  # fmt: skip


def _from_experiment(
    device: Sensor, sought: Sought, visibility: Visibility | None, light: Light, caveats: list[str]
) -> Width:
    by = "day" if light == "day" else "night"
    row = next(
        (r for r in table("sensors")["measured"] if r["sensor"] == device.key and r["light"] in (by, "any")), None
    )
    if row is None or sought == "clue" or ("visibility" in row and visibility not in (None, row["visibility"])):
        if device.rule == "range":
            caveats.append("Measure the detection range of the object in this cover: then W follows.")
        elif row is not None and sought == "clue":
            caveats.append("Its sweep width was measured for people, not for clues.")
        return _unknown(device, caveats)
    value, caveats = row["sweep_width_m"], [*caveats, row["caveat"]]
    if row["light"] == "any" and by == "night":
        caveats.append("No measured factor for night is known to this program.")
    if light == "night_dim" and device.rule == "range":
        (dim,) = (r["factor"] for r in table("sensors")["light"] if (r["kind"], r["light"]) == (device.kind, light))
        value *= dim
        caveats.append(f"Times {dim:g} for lamps below 200 lux at one metre.")
    elif light == "night_dim" and device.kind == "sound":
        caveats.append("No measured factor for dim lamps is known to this program.")
    low, high = row.get("low_m"), row.get("high_m")
    if low is None or high is None:
        low, high = value / float(PLACE_DOUBT), value * float(PLACE_DOUBT)
        caveats.append(PLACE_DOUBT.doubt)
    return Width(value_m=value, low_m=low, high_m=high, sources=(row["source"],), caveats=tuple(caveats))


def _unknown(device: Sensor, caveats: Sequence[str], high_m: float | None = None) -> Width:
    told = [f"No measured sweep width of this kind on land is known to this program: {device.title.lower()}."]
    told += [
        f"Placeholder, not used: {p.program} has {p.figure_m:g} m ({p.meaning}). {_DEFAULT}"
        for p in device.placeholders
    ]
    return Width(value_m=None, low_m=None, high_m=high_m, sources=(), caveats=(*caveats, *told))


def definite_range_m(height_m: float, fov_deg: float) -> float:
    """Half the swath [m] of a camera that looks straight down from a height [m]: h tan(fov / 2)."""
    _positive(height_m, "height_m")
    if not 0.0 < fov_deg < 180.0:
        raise InvalidInput(f"A field of view is between 0 and 180 degrees, not {fov_deg}.", field="fov_deg")
    return height_m * tan(radians(fov_deg) / 2.0)


def pixels_on_target(length_m: float, distance_m: float, focal_length_mm: float, pixel_pitch_um: float) -> float:
    """Pixels along an edge [m] seen square on from a distance [m]: length / distance * focal length / pixel pitch."""
    for name, value in (
        ("length_m", length_m), ("distance_m", distance_m), ("focal_length_mm", focal_length_mm),
        ("pixel_pitch_um", pixel_pitch_um),
    ):  # fmt: skip
        _positive(value, name)
    return length_m / distance_m * focal_length_mm * 1000.0 / pixel_pitch_um


def clue_pod_on_track(visibility: Visibility, light: Light = "day") -> Pod | None:
    """POD of a clue that lies on the walked track: mean, least and greatest share published; None where nobody counted."""
    _expect(visibility, Visibility, "visibility")
    _expect(light, Light, "light")
    by = "day" if light == "day" else "night"
    shares = [
        r["share"] for r in table("sensors")["clue_on_track"] if (r["visibility"], r["light"]) == (visibility, by)
    ]
    return Pod(value=fsum(shares) / len(shares), low=min(shares), high=max(shares)) if shares else None


def either_sweep_width_m(one_m: float, other_m: float) -> float:
    """Sweep width of two independent ways of noticing on one pass: a + b - a b / sqrt(a^2 + b^2).

    Each lateral range curve is taken as a Gaussian, exp(-pi x^2 / W^2): an own choice, which foretells 445 m where 460
    was measured (whistle 395 m, light 277 m, by night). Never below the greater and never above the sum.
    """
    a, b = _positive(one_m, "one_m"), _positive(other_m, "other_m")
    return a + b - a * b / hypot(a, b)


def pods(
    track_length_m: float, area_m2: float, *, person: Width, sound: Width | None = None, clue: Width | None = None
) -> Pods:
    """POD by random search of a subject who answers, of one who does not, and of a clue, each with its interval.

    `track_length_m` >= 0 is the total over the searchers. Who answers is found as the others are or by `sound`; one
    pass of both sweeps `either_sweep_width_m`. Experiments fell between this law and even sweeps (rescue2018).
    """
    if not (isfinite(track_length_m) and track_length_m >= 0.0):
        raise InvalidInput(f"Track length {track_length_m} m must be at least 0.", field="track_length_m")
    per_m = track_length_m / _positive(area_m2, "area_m2")

    def pod(width: Width | None) -> Pod | None:
        if width is None or width.value_m is None or width.low_m is None or width.high_m is None:
            return None
        value, low, high = (pod_random(per_m * w) for w in (width.value_m, width.low_m, width.high_m))
        return Pod(value=value, low=low, high=high)

    answers = sound if sound is not None and sound.value_m is not None else person
    if person.value_m is not None and answers is not person:
        value, low, high = (
            either_sweep_width_m(cast("float", getattr(person, name)), cast("float", getattr(answers, name)))
            for name in ("value_m", "low_m", "high_m")
        )
        answers = answers.replace(value_m=value, low_m=low, high_m=high)
    return Pods(responsive=pod(answers), unresponsive=pod(person), clue=pod(clue))


def width_factors(width: Width, cases: int = 20) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Equally likely factors on W, and their weights: a log-normal law on either side of the value, by its interval.

    For `pod_passes`. Twenty cases are a choice of this project.
    """
    if width.value_m is None or width.low_m is None or width.high_m is None:
        raise InvalidInput("There is no sweep width here to be in doubt about; state one first.", field="width")
    if cases < 1:
        raise InvalidInput(f"{cases} cases are none; write 1 or more.", field="cases")
    normal = ndtri((np.arange(cases) + 0.5) / cases)
    side = np.where(normal < 0.0, log(width.value_m / width.low_m), log(width.high_m / width.value_m)) / NORMAL_95
    return tuple(float(f) for f in np.exp(normal * side)), (1.0 / cases,) * cases


def pod_passes(
    passes: Sequence[Mapping[State, float]], factors: Sequence[float], weights: Sequence[float], condition: Condition
) -> Repeated:
    """POD of several passes over one subject: the exact sum over what they share, its state and the factor on W.

    Parameters
    ----------
    passes : coverage >= 0 of each pass by state; a state that is not named was not looked for.
    factors, weights : `[M]` what the true sweep width may be of the assumed one, and how likely, sum 1.
    condition : the state before the first pass.

    Notes
    -----
    POD = sum over factors f and states s of w_f p_s (1 - exp(-f sum_k C_ks)), never a product of averages (THEORY 12).
    `weights` and `condition` of the answer are margins of one joint law: for a further pass sum over all passes anew.
    """
    if unknown := {s for one in passes for s in one} - set(STATES):
        raise InvalidInput(f"{', '.join(sorted(unknown))} is no state of a subject; use {', '.join(STATES)}.")
    covered = np.array([[float(one.get(s, 0.0)) for s in STATES] for one in passes]).reshape(-1, len(STATES))
    for k, row in enumerate(covered):
        if not (np.isfinite(row).all() and (row >= 0.0).all()):
            raise InvalidInput(f"Pass {k + 1}: coverage is a number of at least 0.", field="passes", index=k)
    for k, factor in enumerate(factors):
        if not (isfinite(factor) and factor > 0.0):
            raise InvalidInput(f"Factor {k + 1} on the sweep width is {factor}; write one above 0.", index=k)
    likely = np.asarray(weights, float)
    if likely.shape != (len(factors),) or not (len(factors) and likely.min() >= 0.0 and abs(likely.sum() - 1) < 1e-9):
        raise InvalidInput(f"The weights of {len(factors)} factors must be as many and sum to 1.", field="weights")
    joint = np.outer(likely, condition.probabilities())
    hidden = covered[:, None, :] * np.asarray(factors, float)[None, :, None]
    found = pod_random(hidden).reshape(len(passes), joint.size)
    missed = joint * np.exp(-hidden.sum(axis=0))
    if not (total := float(missed.sum())) > 0.0:
        raise InvalidInput("This search could not have failed in any state; lower its coverage.", field="passes")
    after = missed.sum(axis=0) / total
    return Repeated(
        pod=pod_cumulative(found, joint.ravel()),
        pod_if_independent=pod_cumulative(np.minimum(found @ joint.ravel(), 1.0)),
        condition=condition.replace(**dict(zip(STATES, (float(p) for p in after), strict=True))),
        weights=tuple(float(w) for w in missed.sum(axis=1) / total),
    )


def relative_speed_factor(subject_mps: float, searcher_mps: float) -> float:
    """By how much a subject who wanders at u raises the rate of detection of a searcher at v > 0: (2/pi)(u+v)E(m)/v.

    m = 4uv/(u+v)^2; the mean relative speed over all directions, in units of v (THEORY 12). Coverage W*v*t/A times this
    is the coverage of a moving subject, who may also refill searched ground.
    """
    if not (isfinite(subject_mps) and subject_mps >= 0.0):
        raise InvalidInput(f"The subject's speed must be at least 0 m/s, not {subject_mps}.", field="subject_mps")
    ratio = subject_mps / _positive(searcher_mps, "searcher_mps")
    both = 1.0 + ratio
    return float(2.0 / pi * both * ellipe(min(1.0, 4.0 * (ratio / both) / both)))


def search_time_s(coverage: float, area_m2: float, sweep_width_m: float, speed_mps: float, searchers: int = 1) -> float:
    """Time [s] in a segment for a coverage >= 0 with n searchers: C A / (W v n), travel apart (THEORY 12)."""
    if not (isfinite(coverage) and coverage >= 0.0):
        raise InvalidInput(f"Coverage {coverage} cannot be planned; write a number of at least 0.", field="coverage")
    for name, value in (("sweep_width_m", sweep_width_m), ("speed_mps", speed_mps), ("searchers", searchers)):
        _positive(value, name)
    return coverage * _positive(area_m2, "area_m2") / (sweep_width_m * speed_mps * searchers)


def _expect(word: str, kind: object, field: str) -> None:
    if word not in get_args(kind):
        raise InvalidInput(f'"{word}" is not one of {", ".join(get_args(kind))}.', field=field)


def _positive(value: float, field: str) -> float:
    if not (isfinite(value) and value > 0.0):
        raise InvalidInput(f"{field}: {value} is no positive number.", field=field)
    return float(value)
