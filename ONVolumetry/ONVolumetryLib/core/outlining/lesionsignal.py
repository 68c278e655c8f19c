"""How a lesion differs from the marrow of its head, learned from strokes inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

ROBUST_SD = 1.4826
# Marrow is learned far from the strokes and away from the surface.
FAR_SHARE, DEEP_MM = 0.35, 2.5
# A lesion whose signal is within this many noise deviations of marrow is told by its rim only.
LEAST_CONTRAST_SDS = 0.8
FAINT_CONTRAST_SDS, FAINT_BLUR_MM = 3.0, 1.2
RIM_REACH_MM, RIM_BLUR_MM = 2.5, 0.6
RIM_SDS = 2.0
# Where the border lies between the signals of marrow (0) and of lesion or rim (1); the blur of a rim that is thinner
# than a slice reaches farther out than halfway.
BORDER_OF_LESION, BORDER_OF_RIM = 0.7, 0.6
SURFACE_MM = (0.5, 2.0)
STRONGEST, UNSAID = 3.0, 0.2
SURE_SHARE = 0.08
WIDEST_RIM_MM = 4.0
# Trabeculae and scars make the marrow of one head uneven by this share.
UNEVEN_MARROW = 0.12
EDGE_BLUR_MM, EDGE_NOISE, EDGE_SHARE = 0.7, 0.8, 0.07


@dataclass(frozen=True)
class LesionSignal:
    """Signals of marrow and lesion.

    :param marrow: median of the marrow.
    :param lesion: median under the strokes.
    :param noise: standard deviation of the marrow.
    """

    marrow: float
    lesion: float
    noise: float

    @property
    def contrast(self) -> float:
        """How much darker the lesion is, negative where it is brighter."""
        return self.marrow - self.lesion

    @property
    def contrastToNoise(self) -> float:
        return abs(self.contrast) / self.noise

    @property
    def isSeen(self) -> bool:
        """Whether the lesion's own signal tells it from marrow."""
        return self.contrastToNoise > LEAST_CONTRAST_SDS

    @property
    def isFaint(self) -> bool:
        """Whether the lesion differs so little from marrow that what grows may miss much of it."""
        return self.contrastToNoise <= FAINT_CONTRAST_SDS


def learnSignal(values: np.ndarray, head: np.ndarray, strokes: np.ndarray, background: np.ndarray | None,
                spacingMm) -> LesionSignal:
    """Learn the signals.

    :param values: image (three axes).
    :param head: voxels of the head.
    :param strokes: voxels of the head that were marked as lesion, not empty.
    :param background: voxels marked as no lesion, or None.
    :param spacingMm: along each axis of the arrays.
    """
    depth = ndimage.distance_transform_edt(head, sampling=spacingMm)
    away = ndimage.distance_transform_edt(~strokes, sampling=spacingMm)
    candidates = head & (depth > DEEP_MM)
    if not candidates.any():
        candidates = head
    far = candidates & (away >= np.quantile(away[candidates], 1 - FAR_SHARE))
    sample = values[far]
    if background is not None and background.any():
        sample = np.concatenate([sample, np.repeat(values[background], 3)])
    marrow = float(np.median(sample))
    noise = ROBUST_SD * float(np.median(np.abs(sample - marrow)))
    return LesionSignal(marrow, float(np.median(values[strokes])), max(noise, 1e-3 * abs(marrow), 1e-6))


def clearestSignal(values: np.ndarray, head: np.ndarray, strokes: np.ndarray, background: np.ndarray | None,
                   spacingMm) -> tuple[np.ndarray, LesionSignal]:
    """The image, or the image blurred within its slices where a faint lesion shows better so; and its signals.

    Arguments are those of `learnSignal`.
    """
    signal = learnSignal(values, head, strokes, background, spacingMm)
    if not signal.isFaint:
        return values, signal
    spacing = np.asarray(spacingMm)
    blurred = ndimage.gaussian_filter(values, np.where(spacing < 1.5 * spacing.min(), FAINT_BLUR_MM / spacing, 0.0))
    found = learnSignal(blurred, head, strokes, background, spacingMm)
    return (blurred, found) if found.contrastToNoise > signal.contrastToNoise else (values, signal)


def evidenceOf(values: np.ndarray, head: np.ndarray, signal: LesionSignal, spacingMm,
               depth: np.ndarray) -> np.ndarray:
    """How much each voxel's signal speaks for lesion (positive) or marrow (negative), at most 3 either way.

    Voxels at the surface hold cortex and count little; the neighbors inside decide for them.

    :param depth: distance in mm from the head's surface.
    """
    weight = np.clip((depth - SURFACE_MM[0]) / (SURFACE_MM[1] - SURFACE_MM[0]), 0.0, 1.0) * head
    sign = 1.0 if signal.contrast > 0 else -1.0
    typical = abs(signal.contrast) if signal.isSeen else 0.0
    spread = np.hypot(signal.noise, UNEVEN_MARROW * abs(signal.marrow))
    darkness = sign * (signal.marrow - values)
    extreme = _extremeNearby(darkness, weight, spacingMm)
    hasRim = extreme > np.maximum(typical, spread) + RIM_SDS * spread
    border = BORDER_OF_LESION * typical
    threshold = np.where(hasRim, np.clip(BORDER_OF_RIM * extreme, border, np.maximum(border, typical)), border)
    own = (darkness - threshold) * typical / spread**2
    rim = np.where(hasRim, STRONGEST * (darkness - BORDER_OF_RIM * extreme) / (0.15 * extreme + 1e-6), 0.0)
    # Where the image says nothing it is marrow, so that a lesion ends.
    return np.clip(np.where(rim > 0, np.maximum(own, rim), own) - UNSAID, -STRONGEST, STRONGEST) * weight


def surelyMarrow(values: np.ndarray, head: np.ndarray, strokes: np.ndarray, signal: LesionSignal,
                 spacingMm) -> np.ndarray:
    """Voxels farthest from the strokes that look like marrow; a lesion of nearly the whole head leaves none."""
    depth = ndimage.distance_transform_edt(head, sampling=spacingMm)
    away = ndimage.distance_transform_edt(~strokes, sampling=spacingMm)
    candidates = head & (depth > DEEP_MM)
    if not candidates.any():
        return candidates
    far = candidates & (away >= np.quantile(away[candidates], 1 - SURE_SHARE))
    return far & (np.abs(values - signal.marrow) < 2 * signal.noise) & ~strokes


def outwardRises(values: np.ndarray, strokes: np.ndarray, signal: LesionSignal, spacingMm) -> list[np.ndarray]:
    """How clearly the image turns from dark to marrow between each voxel and the next, away from the strokes.

    :return: along each axis, 0 where it does not, 1 where it clearly does.
    """
    sign = 1.0 if signal.contrast > 0 or not signal.isSeen else -1.0
    spacing = np.asarray(spacingMm)
    fine = spacing < 1.5 * spacing.min()
    smooth = ndimage.gaussian_filter(values, np.where(fine, EDGE_BLUR_MM / spacing, 0.0))
    away = ndimage.gaussian_filter(ndimage.distance_transform_edt(~strokes, sampling=spacing), 1.0 / spacing)
    scale = max(EDGE_NOISE * signal.noise, EDGE_SHARE * abs(signal.marrow))
    rises = []
    for axis in range(3):
        outward = np.sign(np.diff(away, axis=axis, append=np.take(away, [-1], axis=axis)))
        step = np.diff(smooth, axis=axis, append=np.take(smooth, [-1], axis=axis))
        rise = np.maximum(sign * outward * step, 0.0) / scale
        rises.append(1.0 - np.exp(-0.5 * rise * rise))
    return rises


def _extremeNearby(darkness: np.ndarray, weight: np.ndarray, spacingMm) -> np.ndarray:
    """How dark the darkest is within some mm in the slices, cortex left out."""
    blurred = ndimage.gaussian_filter(np.where(weight > 0, darkness, 0.0), RIM_BLUR_MM / np.asarray(spacingMm))
    size = [2 * int(RIM_REACH_MM / step) + 1 for step in spacingMm]
    return ndimage.maximum_filter(blurred * (weight > 0.5), size=size)


def rimVoxels(values: np.ndarray, lesion: np.ndarray, head: np.ndarray, signal: LesionSignal,
              spacingMm) -> np.ndarray:
    """The sclerotic rim: voxels along the lesion's border in the bone that are clearly darker than its inside."""
    inBone = ndimage.distance_transform_edt(lesion | ~head, sampling=spacingMm)
    darkest = ndimage.minimum_filter(ndimage.gaussian_filter(values, RIM_BLUR_MM / np.asarray(spacingMm)),
                                     size=[2 * int(RIM_REACH_MM / step) + 1 for step in spacingMm])
    isDark = (values < 0.5 * (signal.lesion + darkest)) & (darkest < signal.lesion - signal.noise)
    step = min(spacingMm)
    dark = (inBone < WIDEST_RIM_MM) & lesion & isDark
    # The outermost voxels hold marrow too and are not dark, but belong to the rim where it is next to them.
    nearDark = ndimage.distance_transform_edt(~dark, sampling=spacingMm) < 1.6 * step if dark.any() else dark
    outermost = lesion & (inBone < 1.5 * step) & nearDark
    labels, _ = ndimage.label(dark | outermost)
    kept = np.unique(labels[outermost])
    return np.isin(labels, kept[kept > 0])
