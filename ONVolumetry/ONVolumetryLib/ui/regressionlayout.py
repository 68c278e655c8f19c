"""Layouts of 3D views: one view a visit side by side, and one view for the timeline."""

from __future__ import annotations

MOST_VISITS = 6
VIEWS_IN_ROW = 3
TIMELINE_LAYOUT = 7310
FIRST_VISITS_LAYOUT = 7311
VIEW = "ONVolumetry3D"
TIMELINE_VIEW = f"{VIEW}Timeline"
COLORS = ("#F34A33", "#4A9F5A", "#EDD54C", "#5B8FD9", "#C27BD0", "#E08A3C")


def visitsLayout(visitCount: int) -> int:
    """Number of the layout with so many views."""
    return FIRST_VISITS_LAYOUT + visitCount - 1


def visitViewName(index: int) -> str:
    """Name of the 3D view of the n-th visit."""
    return f"{VIEW}{index + 1}"


def isRegressionLayout(number: int) -> bool:
    """Whether a layout is one of these."""
    return TIMELINE_LAYOUT <= number < FIRST_VISITS_LAYOUT + MOST_VISITS


def regressionLayouts() -> dict[int, str]:
    """Descriptions of the layouts by their numbers."""
    descriptions = {TIMELINE_LAYOUT: f'<layout type="horizontal">{_view(TIMELINE_VIEW, "T", COLORS[0])}</layout>'}
    for count in range(1, MOST_VISITS + 1):
        descriptions[visitsLayout(count)] = _rows([
            _view(visitViewName(index), str(index + 1), COLORS[index]) for index in range(count)])
    return descriptions


def _rows(views: list[str]) -> str:
    rows = [views[start:start + VIEWS_IN_ROW] for start in range(0, len(views), VIEWS_IN_ROW)]
    lines = [f'<layout type="horizontal" split="true">{"".join(row)}</layout>' for row in rows]
    if len(lines) == 1:
        return lines[0]
    return '<layout type="vertical" split="true">' + "".join(f"<item>{line}</item>" for line in lines) + "</layout>"


def _view(name: str, label: str, color: str) -> str:
    return (f'<item><view class="vtkMRMLViewNode" singletontag="{name}">'
            f'<property name="viewlabel" action="default">{label}</property>'
            f'<property name="viewcolor" action="default">{color}</property></view></item>')
