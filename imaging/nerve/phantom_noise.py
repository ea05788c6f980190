"""What a scanner does to a painted scene: coil bias, banding, k-space, Rician noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from imaging.nerve.phantom_paint import Image

Rng = np.random.Generator
Spectrum = NDArray[np.complexfloating]


def with_bias(image: Image, fraction: float, rng: Rng) -> Image:
    """Multiply by a smooth coil profile that spans 1 - fraction to 1 + fraction."""
    axes = [np.linspace(-1, 1, n, dtype=np.float32) for n in image.shape]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    a, b, c, d = rng.normal(size=4)
    field = a * x + b * y + c * z + d * (x * x + y * y - x * y)
    field = field - (field.max() + field.min()) / 2
    return np.asarray(image * (1 + fraction * field / np.abs(field).max()), dtype=np.float32)


def with_banding(image: Image, depth: float, spacing_mm: float, rng: Rng) -> Image:
    """Dark bands of balanced SSFP: narrow dips a few centimetres apart, aslant in plane."""
    period_mm, width = 28.0, 0.35
    turn = rng.uniform(0, np.pi)
    i = np.arange(image.shape[0], dtype=np.float32)[:, None, None]
    j = np.arange(image.shape[1], dtype=np.float32)[None, :, None]
    phase = np.pi * spacing_mm * (i * np.cos(turn) + j * np.sin(turn)) / period_mm
    dip = np.exp(-0.5 * (np.sin(phase + rng.uniform(0, np.pi)) / width) ** 2)
    return np.asarray(image * (1 - depth * dip), dtype=np.float32)


def rician(image: Image, sigma: float, rng: Rng) -> Image:
    """Magnitude of the signal with Gaussian noise of SD sigma in both channels."""
    noise = rng.standard_normal((2, *image.shape), dtype=np.float32) * np.float32(sigma)
    return np.asarray(np.hypot(image + noise[0], noise[1]), dtype=np.float32)


def through_k_space(
    fine: Image,
    *,
    shrink: int,
    zero_fill: int,
    hamming: bool,
    sigma: float,
    rng: Rng,
) -> Image:
    """The image a 3D Fourier acquisition makes of a scene painted `shrink` times finer.

    fine: shape divisible by `shrink`, means over small boxes; their own blur is divided out, so
    the point-spread is a true sinc (or Hamming's). The centre of k-space is kept, padded in plane
    `zero_fill` times, and noise of SD sigma (as on the acquired grid) is added to both channels
    before the magnitude, so that zero-filled noise is correlated as on a scanner.
    """
    acquired = [n // shrink for n in fine.shape]
    whole = np.fft.fftshift(np.fft.fftn(fine.astype(np.complex64)))
    spectrum = _centre(whole, acquired) / shrink**3
    for axis, count in enumerate(acquired):
        cycles = (np.arange(count) - count // 2) / (count * shrink)
        weight = np.exp(1j * np.pi * cycles * (shrink - 1)) / np.sinc(cycles)
        if hamming:
            weight = weight * (0.54 + 0.46 * np.cos(2 * np.pi * cycles * shrink))
        spectrum *= np.expand_dims(weight, [k for k in range(3) if k != axis])
    noise = rng.standard_normal((2, *acquired)) * sigma * np.sqrt(np.prod(acquired))
    spectrum += noise[0] + 1j * noise[1]
    wide = [acquired[0] * zero_fill, acquired[1] * zero_fill, acquired[2]]
    padded = np.zeros(wide, dtype=np.complex64)
    start = [w // 2 - n // 2 for w, n in zip(wide, acquired, strict=True)]
    padded[tuple(slice(s, s + n) for s, n in zip(start, acquired, strict=True))] = spectrum
    for axis, (count, fill) in enumerate(zip(wide, (zero_fill, zero_fill, 1), strict=True)):
        cycles = (np.arange(count) - count // 2) / count
        shift = np.exp(-1j * np.pi * cycles * (fill - 1))
        padded *= np.expand_dims(shift, [k for k in range(3) if k != axis])
    image = np.fft.ifftn(np.fft.ifftshift(padded)) * zero_fill**2
    return np.abs(image).astype(np.float32)


def _centre(spectrum: Spectrum, size: list[int]) -> Spectrum:
    start = [n // 2 - m // 2 for n, m in zip(spectrum.shape, size, strict=True)]
    part = tuple(slice(s, s + m) for s, m in zip(start, size, strict=True))
    return np.asarray(spectrum[part], dtype=np.complex64)


def texture(shape: tuple[int, int, int], grain: float, rng: Rng) -> Image:
    """A smooth random field of SD 1 with structures about `grain` voxels across."""
    coarse = rng.standard_normal(shape, dtype=np.float32)
    field = ndimage.gaussian_filter(coarse, grain / 2, mode="wrap")  # type: ignore[attr-defined]
    return np.asarray(field / field.std(), dtype=np.float32)
