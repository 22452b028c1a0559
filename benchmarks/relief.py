"""Invented relief for the benchmarks: a spectral fractal, the same on every machine for the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN_SLOPE = 0.27  # tan 15 degrees: hill country
ROUGHNESS = 3.6  # exponent of the power spectrum


def relief_m(height: int, width: int, cell_m: float, seed: int) -> NDArray[np.float32]:
    """Elevation `[height, width]` [m], 100 m at its lowest, mean slope about 15 degrees."""
    noise = np.random.default_rng(seed).standard_normal((height, width))
    wave = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    wave[0, 0] = np.inf
    z = np.fft.irfft2(np.fft.rfft2(noise) * wave ** (-ROUGHNESS / 2.0), s=(height, width))
    south, east = np.gradient(z, cell_m)
    z *= MEAN_SLOPE / float(np.hypot(south, east).mean())
    return np.asarray(z - z.min() + 100.0, np.float32)
