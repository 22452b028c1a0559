"""Recorded walks: what is a stop, what is noise, and errors worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wayhome.base.errors import InvalidInput
from wayhome.trial.walks import fits, walk


def line(metres: float, mps: float, every_s: float, *, x0: float = 0.0, t0: float = 0.0, z: float = 0.0) -> np.ndarray:
    t = np.arange(0.0, metres / mps + every_s / 2, every_s)
    return np.column_stack([x0 + mps * t, np.zeros_like(t), np.full_like(t, z), t0 + t])


def test_a_walk_without_a_stop_is_all_motion() -> None:
    one = walk("x", [line(1000.0, 1.0, 5.0)])
    assert one.length_m == pytest.approx(1000.0)
    assert one.moving_s == pytest.approx(1000.0)
    assert one.elapsed_s == pytest.approx(1000.0)
    assert one.flat_mps() == pytest.approx(np.ones(9))  # nine whole stretches before the last mark


@pytest.mark.parametrize("every_s", [5.0, 600.0])
def test_a_rest_of_ten_minutes_is_cut_however_often_it_was_recorded(every_s: float) -> None:
    rest_t = np.arange(1000.0 + every_s, 1600.0 + every_s / 2, every_s)
    wander = 3.0 * (-1.0) ** np.arange(rest_t.size)  # the receiver wanders; the walker sits
    wander[-1] = 0.0
    rest = np.column_stack([np.full_like(rest_t, 1000.0), wander, np.zeros_like(rest_t), rest_t])
    recorded = np.concatenate([line(1000.0, 1.0, 5.0), rest, line(500.0, 1.0, 5.0, x0=1000.0, t0=1600.0)[1:]])
    one = walk("x", [recorded])
    assert one.elapsed_s == pytest.approx(2100.0)
    # the first and last half minute of a rest look like slow walking through a window of one minute
    assert one.moving_s == pytest.approx(1500.0, abs=60.0)
    assert one.length_m == pytest.approx(1500.0, abs=90.0)


def test_a_minute_at_a_gate_is_no_stop() -> None:
    recorded = np.concatenate([line(500.0, 1.0, 5.0), line(500.0, 1.0, 5.0, x0=500.0, t0=560.0)])
    assert walk("x", [recorded]).moving_s == pytest.approx(1060.0)


def test_leaps_and_settling_elevations_are_left_out() -> None:
    recorded = line(2000.0, 1.0, 5.0)
    recorded[200, 0] += 3000.0  # 3 km aside and back within ten seconds
    recorded[:10, 2] += np.linspace(150.0, 0.0, 10)  # 150 m down within 45 s of being switched on
    one = walk("x", [recorded])
    assert one.length_m == pytest.approx(2000.0, abs=90.0)
    # Tobler on the flat: 6 exp(-3.5 * .05) km/h; one stretch of 50 m at 150 m fall would alone add some ten hours
    assert one.predicted_s("tobler") == pytest.approx(one.length_m * 3.6 / (6.0 * np.exp(-0.175)), rel=0.05)


def test_errors_by_hand() -> None:
    # Naismith on the flat: 5 km/h. A: 1 km at 1 m/s, 1000 s for 720 s. B: 1 km at 2 m/s, 500 s for 720 s.
    a, b = walk("a", [line(1000.0, 1.0, 5.0)]), walk("b", [line(1000.0, 2.0, 5.0)])
    (found,) = fits([a, b], ["naismith"], "moving")
    assert found.n == 2
    assert found.ratio_mean == pytest.approx((0.72 + 1.44) / 2)
    assert found.ratio_median == pytest.approx((0.72 + 1.44) / 2)
    assert found.rmse_min == pytest.approx(np.sqrt((280.0**2 + 220.0**2) / 2) / 60)
    assert found.rmse_kmh == pytest.approx(np.sqrt((1.4**2 + 2.2**2) / 2))


def test_a_recording_without_elevation_is_refused() -> None:
    recorded = line(100.0, 1.0, 5.0)
    recorded[:, 2] = np.nan
    with pytest.raises(InvalidInput, match="no fixes with time and elevation"):
        walk("x", [recorded])
