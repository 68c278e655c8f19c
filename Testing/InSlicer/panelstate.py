"""All that the panel knows of its hip, as values of JSON; the same in every Slicer that opens the scene."""

import json


def panelState(widget) -> dict:
    """State of the panel of a module widget."""
    ui, state = widget.ui, widget.panel.state
    hip, table = state.hip, ui.resultTable
    visits = [[visit.label, visit.month, _name(visit.volume), _name(visit.segmentation), visit.headSegmentId,
               visit.lesionSegmentId, visit.done, visit.approval and visit.approval.__dict__] for visit in hip.visits]
    shown = [[table.item(row, column).text() for column in range(table.columnCount)] for row in range(table.rowCount)]
    known = {"hip": [hip.hip, hip.patient, hip.side, hip.sex], "subject": dict(hip.subject), "visits": visits,
             "settings": dict(hip.settings), "record": state.record, "changed": state.changed, "table": shown,
             "outlines": state.outlines, "active": state.parameters.activeVisit, "reader": ui.readerEdit.text,
             "approvals": widget.panel.approveSection.states(), "segments": _segments(hip)}
    return json.loads(json.dumps(known))


def _name(node):
    return None if node is None else node.GetName()


def _segments(hip) -> list:
    """Name, color (files keep six digits of it) and voxel count of every segment, shown or not."""
    import slicer

    found = []
    for visit in hip.visits:
        if visit.segmentation is None:
            continue
        segmentation = visit.segmentation.GetSegmentation()
        for index in range(segmentation.GetNumberOfSegments()):
            segment, segmentId = segmentation.GetNthSegment(index), segmentation.GetNthSegmentID(index)
            array = slicer.util.arrayFromSegmentBinaryLabelmap(visit.segmentation, segmentId)
            found.append([visit.label, segmentId, segment.GetName(), [round(part, 4) for part in segment.GetColor()],
                          int(array.sum())])
    return found
