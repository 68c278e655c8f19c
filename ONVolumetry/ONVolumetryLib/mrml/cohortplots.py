"""Figures of a cohort in the scene, made from the plots of cohort.json: one chart, filled with the figure shown.

Slicer's charts draw all of them in vectors that can be zoomed and read off. They have neither boxes nor bands nor names
on an axis: boxes and bands are lines with gaps, and zones are lines over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cohortnode import cohortNode
from .plots import PART_ROLE, removeParts

CHART_ROLE = "ONVolumetry.cohortChart"
SYNTHETIC = "SYNTHETIC DATA"
MARKER_SIZE, LINE_WIDTH = 8, 2
NAN = float("nan")


def plotsOf(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The plots of a cohort, in the order in which they are offered."""
    return list(document.get("plots", ()))


def showPlot(scene, document: Mapping[str, Any], key: str):
    """Fill the cohort's chart with one figure; that of another figure is replaced.

    :param document: cohort.json.
    :param key: of the plot.
    :return: vtkMRMLPlotChartNode.
    """
    plot = next(plot for plot in plotsOf(document) if plot["key"] == key)
    owner = cohortNode(scene)
    chart = owner.GetNodeReference(CHART_ROLE)
    if chart is None:
        chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", scene.GenerateUniqueName("Cohort"))
        owner.SetNodeReferenceID(CHART_ROLE, chart.GetID())
    removeParts(scene, owner)
    chart.RemoveAllPlotSeriesNodeIDs()
    for series in plot["series"]:
        node = _lineNode(scene, owner, series)
        node.SetColor(*_rgb(series["color"]))
        node.SetHideFromEditors(True)
        owner.AddNodeReferenceID(PART_ROLE, node.GetID())
        chart.AddAndObservePlotSeriesNodeID(node.GetID())
    _title(chart, plot, document.get("synthetic", False))
    return chart


def removeChart(scene):
    """Remove the chart with all that it is made of."""
    owner = cohortNode(scene)
    removeParts(scene, owner)
    chart = owner.GetNodeReference(CHART_ROLE)
    if chart is not None:
        scene.RemoveNode(chart)


def _title(chart, plot: Mapping[str, Any], isSynthetic: bool):
    chart.SetTitle(f"{plot['title']}  ({SYNTHETIC})" if isSynthetic else plot["title"])
    chart.SetXAxisTitle(plot["x_title"])
    chart.SetYAxisTitle(plot["y_title"])
    chart.SetLegendVisibility(True)


def _lineNode(scene, owner, series: Mapping[str, Any]):
    node = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", scene.GenerateUniqueName(series["name"]))
    node.SetName(series["name"] if series["in_legend"] else "")
    table = _table(scene, owner, series["name"], {"x": series["x"], "y": series["y"]})
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName("x")
    node.SetYColumnName("y")
    node.SetPlotType(node.PlotTypeScatter)
    node.SetLineStyle({"solid": node.LineStyleSolid, "dash": node.LineStyleDash, "dot": node.LineStyleDot,
                       "dash-dot": node.LineStyleDashDot, "dash-dot-dot": node.LineStyleDashDotDot,
                       "none": node.LineStyleNone}[series["line"]])
    node.SetMarkerStyle({"circle": node.MarkerStyleCircle, "diamond": node.MarkerStyleDiamond,
                         "square": node.MarkerStyleSquare, "cross": node.MarkerStyleCross,
                         "plus": node.MarkerStylePlus, "none": node.MarkerStyleNone}[series["marker"]])
    node.SetMarkerSize(MARKER_SIZE)
    node.SetLineWidth(LINE_WIDTH)
    return node


def _table(scene, owner, name: str, columns: Mapping[str, Any]):
    import vtk

    table = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(f"{name} points"))
    for key, values in columns.items():
        column = vtk.vtkDoubleArray()
        column.SetName(key)
        for value in values:
            column.InsertNextValue(NAN if value is None else value)
        table.AddColumn(column)
    table.SetHideFromEditors(True)
    owner.AddNodeReferenceID(PART_ROLE, table.GetID())
    return table


def _rgb(color: str) -> tuple[float, float, float]:
    return tuple(int(color[place:place + 2], 16) / 255.0 for place in (1, 3, 5))
