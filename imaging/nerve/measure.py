"""The one way in: a scan and end points in, a report out. Pure: no files, no clock, no chance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from imaging.told import told

from .contact import contacts_of
from .errors import Refused
from .fit import Fit, contrast_to_noise
from .follow import Traced, alone, best_sign, together
from .given import looked_up, off_their_ends, refused_nerve
from .motion import beat_of, motion_flags, require_still
from .path import Path
from .quality import flags_of, require_fine, require_signal, require_warrant
from .refine import MODEL_ERROR
from .register import UNUSED, Registration, register
from .result import Ends, Flag, Nerve, Numbers, Polarity, Quality, Report, Section
from .scan import Scan, scan_of
from .section import Profile, noise_beside, numbers_of, sections_of
from .sheet import require_strand
from .solid import require_slender, shortened
from .spread import COUNT
from .start import depth_inside
from .twins import beside_flags, require_apart
from .usable import require_usable, require_whole
from .volume import Array, Volume
from .windows import steadied

Progress = Callable[[float, str], None]
ORDER = ("left", "right")
_FITTING = {"left": told("Fitting the left nerve"), "right": told("Fitting the right nerve")}
SIDES_DIFFER = Flag(
    "sides_differ", told("Contrast or noise differs from the other side's: not fitted together.")
)
APART = 3.0
UNLIKE_NOISE = 1.4
UNLIKE_CONTRAST = 0.25
FLUID_MM = 0.7
EDGE_MM = 0.3


# One BLAS thread: the matrices are small, so that threads wait for each other longer than they work
# (3.5 times the processor time on two cores), and the same bytes come whatever their number.
@threadpool_limits.wrap(limits=1, user_api="blas")
def measure(
    volume: Volume,
    ends: dict[str, Ends],
    *,
    tof: Volume | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure the facial nerves of one participant.

    ends: by name, "left" and/or "right". tof: a time-of-flight angiogram of the same person, to
    tell arteries; brought onto the scan where it does not lie well already. A nerve that cannot
    be measured is refused by name in the report; a scan that cannot carry any measurement raises
    Refused.
    """
    tell = progress or _silent
    require_usable(volume)
    names = [name for name in ORDER if name in ends]
    if not names or len(names) != len(ends):
        raise ValueError("nerves are named left and right")
    tell(0.05, told("Following the nerves"))
    points, patches, nerves = looked_up(volume, {name: ends[name] for name in names})
    sign, paths = best_sign(patches, points)
    laid = None
    if points:
        clicks = np.concatenate(list(points.values()))
        scan = scan_of(volume, clicks, sign)
        aligned, laid = _laid_over(volume, tof, clicks)
        nerves |= _fitted_all(scan, paths, points, aligned, tell)
        nerves |= off_their_ends(nerves, patches, paths, points, sign)
        nerves = {name: _about_tof(nerve, laid) for name, nerve in nerves.items()}
    tell(1.0, told("Done"))
    seen: Polarity = "dark" if sign > 0 else "bright"
    ordered = {name: nerves[name] for name in names}
    return _report(volume, ends, ordered, seen if points else None, laid)


def all_refused(volume: Volume, ends: dict[str, Ends], reason: Refused) -> Report:
    """The report of a scan that can carry no measurement: every nerve refused for that reason."""
    nerves = {name: refused_nerve(name, reason) for name in ORDER if name in ends}
    return _report(volume, ends, nerves, None, None)


def _report(
    volume: Volume,
    ends: dict[str, Ends],
    nerves: dict[str, Nerve],
    polarity: Polarity | None,
    laid: Registration | None,
) -> Report:
    x, y, z = (float(mm) for mm in volume.spacing_mm)
    ordered = {name: ends[name] for name in nerves}
    return Report(polarity, volume.size, (x, y, z), nerves, ordered, laid)


def _laid_over(
    volume: Volume, tof: Volume | None, points: Array
) -> tuple[Volume | None, Registration | None]:
    """The angiogram where it fits the scan, none where it cannot be shown to; and how it lies."""
    if tof is None:
        return None, None
    laid = register(volume, tof, points)
    return (None if laid.reason else laid.aligned(tof)), laid


def _about_tof(nerve: Nerve, laid: Registration | None) -> Nerve:
    """The nerve, flagged where vessels stay unknown for want of a usable angiogram."""
    if laid is None or not laid.reason or not any(v.kind != "nerve" for v in nerve.vessels):
        return nerve
    return replace(nerve, flags=(*nerve.flags, Flag(laid.reason, UNUSED[laid.reason])))


def _silent(_: float, __: str) -> None:
    return None


def _fitted_all(
    scan: Scan, paths: Traced, points: dict[str, Array], tof: Volume | None, tell: Progress
) -> dict[str, Nerve]:
    """Each nerve alone, then together; by name, measured or refused."""
    nerves: dict[str, Nerve] = {}
    fits: dict[str, Fit] = {}
    exposed: dict[str, Array] = {}
    for number, name in enumerate(points):
        tell(0.1 + 0.05 * number, _FITTING[name])
    with ThreadPoolExecutor(len(points)) as pool:  # kernels and numpy let go of the interpreter
        found = pool.map(partial(_alone, scan), [paths[n] for n in points], points.values())
        for name, each in zip(points, found, strict=True):
            if isinstance(each, Refused):
                nerves[name] = refused_nerve(name, each)
            else:
                fits[name], exposed[name] = each
    tell(0.7, told("Fitting both nerves together"))
    nerves |= _finished(scan, fits, exposed, tof)
    for name, ends in exposed.items():
        if nerves[name].status == "measured":
            flags = (*nerves[name].flags, *shortened(points[name], ends))
            nerves[name] = replace(nerves[name], flags=flags)
    return nerves


def _alone(scan: Scan, path: Path | Refused, points_mm: Array) -> tuple[Fit, Array] | Refused:
    try:
        return alone(scan, path, points_mm)
    except Refused as reason:
        return reason


def _finished(
    scan: Scan,
    fits: dict[str, Fit],
    points: dict[str, Array],
    tof: Volume | None,
) -> dict[str, Nerve]:
    """Joint fits where the nerves share a contrast, then numbers and their warrant."""
    nerves: dict[str, Nerve] = {}
    for group in _groups(fits):
        try:
            own, ends = [fits[n] for n in group], [points[n] for n in group]
            joint = together(scan, own, ends)
            profiles = steadied(scan, joint, own, ends)
        except Refused as reason:
            nerves.update({name: refused_nerve(name, reason) for name in group})
            continue
        for number, name in enumerate(group):
            nerves[name] = _nerve(scan, name, joint, number, fits[name], profiles[number], tof)
            if len(fits) > len(group) and nerves[name].status == "measured":
                nerves[name] = replace(nerves[name], flags=(*nerves[name].flags, SIDES_DIFFER))
    return nerves


def _groups(fits: dict[str, Fit]) -> list[list[str]]:
    """Both nerves in one group where their contrasts and noise agree, else each alone."""
    names = list(fits)
    if len(names) < 2:
        return [names] if names else []
    first, second = (fits[name] for name in names)
    if max(first.sd, second.sd) > UNLIKE_NOISE * min(first.sd, second.sd):
        return [[name] for name in names]
    apart = float(abs(first.contrasts[0] - second.contrasts[0]))
    usual = UNLIKE_CONTRAST * float(abs(first.contrasts[0] + second.contrasts[0])) / 2
    spread = float(np.hypot(_contrast_sd(first), _contrast_sd(second)))
    return [names] if apart <= APART * spread + usual else [[name] for name in names]


def _contrast_sd(fit: Fit) -> float:
    return float(np.sqrt(fit.covariance[-1 - COUNT, -1 - COUNT]))


def _nerve(
    scan: Scan,
    name: str,
    fit: Fit,
    number: int,
    own: Fit,
    profile: Profile,
    tof: Volume | None,
) -> Nerve:
    numbers = numbers_of(profile)
    quality = _quality(fit, number, own, numbers)
    strand = fit.sides[number].strands[0]
    sections = sections_of(strand, profile)
    try:
        require_signal(quality)
        _require_whole(scan, sections)
        require_slender(profile)
        require_strand(scan, fit, number)
        require_apart(strand, fit.sides[number].strands[1:])
        require_warrant(numbers, quality)
        require_fine(numbers, float(np.prod(scan.volume.spacing_mm)) ** (1 / 3))
        beat = beat_of(scan, fit, number)
        require_still(beat)
    except Refused as reason:
        return refused_nerve(name, reason)
    contacts, vessels = contacts_of(fit, number, profile, tof)
    return Nerve(
        name,
        "measured",
        flags=(
            *flags_of(numbers, quality),
            *motion_flags(beat),
            *beside_flags(fit.sides[number]),
        ),
        contacts=contacts,
        vessels=vessels,
        numbers=numbers,
        sections=sections,
        quality=quality,
        course=strand.course,
    )


def _require_whole(scan: Scan, sections: tuple[Section, ...]) -> None:
    """Raises Clipped where the fitted nerve reaches out of the voxels."""
    areas = np.array([section.area_mm2 for section in sections])
    centres = np.array([section.centre_mm for section in sections])
    require_whole(scan.volume, centres, np.sqrt(areas / np.pi))


def _quality(fit: Fit, number: int, own: Fit, numbers: Numbers) -> Quality:
    side = fit.sides[number]
    left = fit.residuals[number][side.trusted]
    inside = depth_inside(side.strands, side.near)[side.trusted]
    beside = left[inside < -FLUID_MM]
    at_nerve = left[inside > -EDGE_MM]
    noise = float(np.median(np.abs(beside))) / 0.6745 if len(beside) > 50 else 1.0
    snr = contrast_to_noise(fit, number)
    noise = max(noise, MODEL_ERROR * snr)
    return Quality(
        chi=float(np.sqrt(np.mean(at_nerve**2))) / noise if len(at_nerve) else 1.0,
        contrast=float(fit.contrasts[number]),
        contrast_alone=float(own.contrasts[0]),
        snr=snr,
        noise_sharing=noise_beside(fit, number),
        coverage=float(np.mean(side.trusted)),
        efficiency=min(1.0, (numbers.csa_mean_bound_mm2 / numbers.csa_mean_sd_mm2) ** 2),
    )
