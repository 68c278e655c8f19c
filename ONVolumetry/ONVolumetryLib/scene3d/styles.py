"""How each part is shown: Okabe and Ito's colors, which color-blind readers tell apart."""

from __future__ import annotations

from dataclasses import dataclass

HEAD, LESION, ORIGINAL, PERSISTENT, REGENERATED, NEW = "head", "lesion", "original", "persistent", "regenerated", "new"


@dataclass(frozen=True)
class Style:
    """Look of one part.

    :param title: its name in the legend.
    :param colorRgb: 0 to 255 each.
    :param farOpacity: of its side away from the viewer, 1 = opaque.
    :param nearOpacity: of its side toward the viewer, which tints what lies behind it.
    """

    title: str
    colorRgb: tuple[int, int, int]
    farOpacity: float
    nearOpacity: float

    @property
    def opacity(self) -> float:
        """Where both sides must be alike, as in a model file."""
        return (self.farOpacity + self.nearOpacity) / 2.0

    @property
    def hexColor(self) -> str:
        return "#" + "".join(f"{part:02x}" for part in self.colorRgb)

    @property
    def isOpaque(self) -> bool:
        return self.nearOpacity >= 1.0


# In drawing order: what encloses comes after what it encloses.
STYLES = {
    LESION: Style("Osteonecrosis", (213, 94, 0), 1.0, 1.0),
    PERSISTENT: Style("Persistent osteonecrosis", (213, 94, 0), 1.0, 1.0),
    NEW: Style("New osteonecrosis", (204, 121, 167), 1.0, 1.0),
    REGENERATED: Style("Regenerated", (0, 158, 115), 0.75, 0.08),
    ORIGINAL: Style("Original lesion", (0, 114, 178), 0.45, 0.0),
    HEAD: Style("Femoral head", (190, 178, 150), 0.16, 0.16),
}
