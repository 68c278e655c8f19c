"""Plots of a record in the scene: the course over the months with its uncertainty, and the section areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.ratios import SHARE, Estimate

PLOT_ROLES = ("ONVolumetry.coursePlot", "ONVolumetry.areaPlot")
PART_ROLE = "ONVolumetry.plotPart"
# Share of the data's range that is left free around them.
MARGIN = 0.06
# Okabe and Ito's colors, which color-blind readers tell apart.
COLORS = ((0.0, 0.447, 0.698), (0.835, 0.369, 0.0), (0.0, 0.62, 0.451), (0.8, 0.475, 0.655), (0.9, 0.6, 0.0),
          (0.337, 0.706, 0.914), (0.0, 0.0, 0.0))
BLACK = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class PlotTexts:
    """Words of the plots in the user's language."""

    courseTitle: str = "Lesion in the head"
    months: str = "Months since surgery"
    onvPercent: str = "ONV (% of the head), 95 % interval"
    areaTitle: str = "Area of the lesion by slice"
    position: str = "Position across the slices (mm)"
    area: str = "Area (mm²)"


@dataclass(frozen=True)
class _Series:
    name: str
    x: Sequence[float]
    y: Sequence[float]
    color: tuple[float, float, float]
    hasMarkers: bool = True
    inLegend: bool = True


def updatePlots(scene, textNode, record: Mapping[str, Any], texts: PlotTexts | None = None) -> tuple[Any, Any]:
    """Make the two charts of a record anew.

    :param textNode: node of the record, which refers to its charts.
    :param record: of the hip.
    :return: vtkMRMLPlotChartNode of ONV % over the months and of the lesion's area by slice.
    """
    texts = texts or PlotTexts()
    charts = [_chart(scene, textNode, role, name) for role, name in zip(PLOT_ROLES, (
        f"{record['hip']} {texts.courseTitle}", f"{record['hip']} {texts.areaTitle}"))]
    removeParts(scene, textNode)
    titles = ((texts.courseTitle, texts.months, texts.onvPercent), (texts.areaTitle, texts.position, texts.area))
    for chart, series, words in zip(charts, (_course(record), _areas(record)), titles):
        chart.RemoveAllPlotSeriesNodeIDs()
        for part in series:
            chart.AddAndObservePlotSeriesNodeID(_seriesNode(scene, textNode, part).GetID())
        chart.SetTitle(f"{record['hip']}: {words[0]}")
        chart.SetXAxisTitle(words[1])
        chart.SetYAxisTitle(words[2])
        chart.SetLegendVisibility(any(part.inLegend for part in series))
        _setRanges(chart, series)
    return tuple(charts)


def chartsOfRecord(textNode) -> tuple:
    """The two charts, each None where there is none."""
    return tuple(textNode.GetNodeReference(role) for role in PLOT_ROLES)


def removeParts(scene, textNode):
    """Remove the series and tables that a record's charts were made of."""
    nodes = [textNode.GetNthNodeReference(PART_ROLE, index)
             for index in range(textNode.GetNumberOfNodeReferences(PART_ROLE))]
    textNode.RemoveNodeReferenceIDs(PART_ROLE)
    for node in nodes:
        if node is not None:
            scene.RemoveNode(node)


def _course(record: Mapping[str, Any]) -> list[_Series]:
    known = [visit for visit in record["visits"] if visit["onv_percent"] is not None]
    months = [visit["month"] for visit in known]
    series = [_Series("ONV %", months, [visit["onv_percent"] for visit in known], COLORS[0], inLegend=False)]
    # Plots have no error bars: each is a line of two points.
    for visit in known:
        ends = Estimate(visit["onv_percent"], visit["onv_percent_se"]).confidenceInterval(SHARE)
        if ends is not None:
            series.append(_Series(f"{visit['visit']} 95 %", [visit["month"]] * 2, ends, BLACK, False, False))
    return series


def _areas(record: Mapping[str, Any]) -> list[_Series]:
    series = []
    for visit in record["visits"]:
        lesion = visit["lesion"]
        if lesion is not None:
            color = COLORS[len(series) % len(COLORS)]
            positions = lesion["slice_positions_mm"]
            middle = (positions[0] + positions[-1]) / 2.0
            series.append(_Series(visit["visit"], [position - middle for position in positions],
                                  lesion["slice_areas_mm2"], color))
    return series


def _chart(scene, textNode, role: str, name: str):
    chart = textNode.GetNodeReference(role)
    if chart is None:
        chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", scene.GenerateUniqueName(name))
        textNode.SetNodeReferenceID(role, chart.GetID())
    return chart


def _setRanges(chart, series: Sequence[_Series]):
    """Room around the points, whose ends would lie on the axes; areas and shares begin at 0."""
    x, y = ([value for part in series for value in getattr(part, name)] for name in ("x", "y"))
    if not x:
        return
    margin = MARGIN * max(max(x) - min(x), 1.0)
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(min(x) - margin, max(x) + margin)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, (1.0 + MARGIN) * max(*y, 1.0))


def _seriesNode(scene, textNode, series: _Series):
    import vtk

    table = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(f"{series.name} points"))
    for name, values in (("x", series.x), ("y", series.y)):
        column = vtk.vtkDoubleArray()
        column.SetName(name)
        for value in values:
            column.InsertNextValue(value)
        table.AddColumn(column)
    node = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", scene.GenerateUniqueName(series.name))
    node.SetName(series.name)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName("x")
    node.SetYColumnName("y")
    node.SetPlotType(node.PlotTypeScatter)
    node.SetMarkerStyle(node.MarkerStyleCircle if series.hasMarkers else node.MarkerStyleNone)
    node.SetMarkerSize(9)
    node.SetLineWidth(2)
    node.SetColor(*series.color)
    for part in (node, table):
        part.SetHideFromEditors(True)
        textNode.AddNodeReferenceID(PART_ROLE, part.GetID())
    return node
