"""The cohort in a scene: kept through saving, and its figures as charts."""

import json
import math

import pytest
from ONVolumetryLib.core.errors import FileError
from ONVolumetryLib.mrml.cohortnode import CohortChoices, CohortState, cohortNode, readState, writeState
from ONVolumetryLib.mrml.cohortplots import plotsOf, removeChart, showPlot

LINES = {"key": "roc", "title": "ROC", "x_title": "1 - specificity", "y_title": "Sensitivity",
         "series": [
             {"name": "preop (n = 4)", "x": [0.0, 1.0, None, 2.0], "y": [0.0, 5.0, None, 6.0], "color": "#2f7fb5",
              "line": "dash", "marker": "square", "in_legend": True},
             {"name": "hips", "x": [1.0], "y": [2.0], "color": "#1c2630", "line": "none", "marker": "circle",
              "in_legend": False}]}
ZONES = {"key": "jic_zones", "title": "JIC zones", "x_title": "months", "y_title": "%",
         "series": [{"name": f"zone {zone}", "x": [0.0, 3.0], "y": [100.0, 50.0], "color": "#d9dee2",
                     "line": "dash-dot", "marker": "cross", "in_legend": True} for zone in "ab"]}
DOCUMENT = {"synthetic": True, "plots": [LINES, ZONES]}
CHOICES = CohortChoices(("a.csv", "cases"), ("anna", "bob"), True, "3 months=3m", useWelch=True)


def seriesOf(chart):
    return [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]


def column(series, name):
    array = series.GetTableNode().GetTable().GetColumnByName(name)
    return [array.GetValue(index) for index in range(array.GetNumberOfValues())]


def testLinesHaveGapsAndStyles(scene):
    chart = showPlot(scene, DOCUMENT, "roc")
    line, hips = seriesOf(chart)
    assert column(line, "x")[:2] == [0.0, 1.0] and math.isnan(column(line, "x")[2])
    assert (line.GetLineStyle(), line.GetMarkerStyle()) == (line.LineStyleDash, line.MarkerStyleSquare)
    assert (hips.GetLineStyle(), hips.GetMarkerStyle()) == (hips.LineStyleNone, hips.MarkerStyleCircle)
    assert line.GetColor() == pytest.approx((47 / 255, 127 / 255, 181 / 255))
    assert line.GetName() == "preop (n = 4)", "the legend tells the number of hips"
    assert (chart.GetXAxisTitle(), chart.GetYAxisTitle()) == ("1 - specificity", "Sensitivity")
    assert "SYNTHETIC" in chart.GetTitle()
    assert "SYNTHETIC" not in showPlot(scene, {"plots": [LINES]}, "roc").GetTitle()


def testAnotherFigureReplacesTheFirst(scene):
    chart = showPlot(scene, DOCUMENT, "roc")
    count = scene.GetNumberOfNodes()
    assert showPlot(scene, DOCUMENT, "roc") is chart
    assert scene.GetNumberOfNodes() == count, "no node is left over"
    showPlot(scene, DOCUMENT, "jic_zones")
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == 1
    assert len(seriesOf(chart)) == 2
    removeChart(scene)
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotSeriesNode") == 0
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def testTheCohortIsKept(scene):
    assert readState(scene) == CohortState()
    assert scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 0, "looking leaves the scene alone"
    writeState(scene, CohortState(CHOICES, DOCUMENT, CHOICES))
    state = readState(scene)
    assert state.choices == state.inputs == CHOICES
    assert plotsOf(state.document)[1]["key"] == "jic_zones"
    assert cohortNode(scene) is cohortNode(scene)


def testTheCohortSurvivesSavingTheScene(scene, saveAndLoad):
    writeState(scene, CohortState(CHOICES, DOCUMENT))
    showPlot(scene, DOCUMENT, "roc")
    saveAndLoad(scene)
    state = readState(scene)
    assert state.choices == CHOICES and state.document == DOCUMENT
    chart = showPlot(scene, state.document, "roc")
    assert math.isnan(column(seriesOf(chart)[0], "x")[2])
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLPlotSeriesNode") == 2


def testClosingTheSceneClosesTheCohort(scene):
    writeState(scene, CohortState(CHOICES))
    scene.Clear(False)
    assert readState(scene) == CohortState()


@pytest.mark.parametrize(("text", "words"), [('{"schema": "onvolumetry-cohort-panel/2"}', "newer version"),
                                             ("{", "cannot be read"), ("[]", "cannot be read")])
def testACohortThatCannotBeReadIsSaid(scene, text, words):
    cohortNode(scene).SetText(text)
    with pytest.raises(FileError, match=words):
        readState(scene)


def testFieldsOfALaterVersionDoNotMatter(scene):
    writeState(scene, CohortState(CHOICES))
    stored = json.loads(cohortNode(scene).GetText())
    stored["choices"]["later"] = 1
    del stored["choices"]["useScene"]
    cohortNode(scene).SetText(json.dumps(stored))
    assert readState(scene).choices.visits == "3 months=3m"
