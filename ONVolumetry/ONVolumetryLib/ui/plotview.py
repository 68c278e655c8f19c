"""Shows a chart in the plot view of the application."""

from __future__ import annotations

import qt
import slicer


def showChart(chart):
    """Show a chart; a layout with a plot view is chosen where there is none.

    :param chart: vtkMRMLPlotChartNode.
    """
    manager = slicer.app.layoutManager()
    if manager.plotViewCount == 0 or not manager.plotWidget(0).visible:
        manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView)
    slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)
    manager.plotWidget(0).mrmlPlotViewNode().SetPlotChartNodeID(chart.GetID())
    # Fitting would take away the ranges that a chart was given.
    if chart.GetXAxisRangeAuto():
        manager.plotWidget(0).plotView().fitToContent()
