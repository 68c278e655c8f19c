"""Two visits that are given the same scan or the same outlines are told apart from two that only look alike."""

import shutil
from dataclasses import replace
from pathlib import Path

from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.files.case import Case, CaseVisit, readCase, writeCase
from ONVolumetryLib.files.samevisits import warnedOfSameVisits
from ONVolumetryLib.files.visits import LoadedVisit
from ONVolumetryLib.program.casemeasurement import measureCase

TOO = 'of the visit "month 0" too: correct the case if that is a mistake.'


def notesOf(path):
    return [[note.text for note in visit.notes if note.code == "same-outlines"]
            for visit in measureCase(path)[1].visits]


def testLaterVisitWithTheOutlinesOfAnotherIsWarned(makeCase):
    path = makeCase("1")
    assert notesOf(path) == [[], []]
    case = readCase(path)
    shutil.copy(case.visits[0].segmentation, case.visits[1].segmentation)
    assert notesOf(path) == [[], [f"The outlines are those {TOO}"]]
    same = replace(case.visits[1], segmentation=case.visits[0].segmentation)
    writeCase(path, replace(case, visits=(case.visits[0], same)))
    assert notesOf(path) == [[], [f"The segmentation file is that {TOO}"]]


def testSameImageIsWarnedWhereBothVisitsWereDone():
    image = Path("scan.nrrd").absolute()
    visits = (CaseVisit("late", 12, image=image), CaseVisit("preop", 0, image=image),
              CaseVisit("planned", 24, done=False, image=image))
    loaded = [LoadedVisit(VisitSegments(visit.label, visit.month), None) for visit in visits]
    late, preop, planned = warnedOfSameVisits(Case("1", "1", "left", "male", visits), loaded)
    assert 'image is that of the visit "preop" too' in late.segments.warnings[0]
    assert preop.segments.warnings == planned.segments.warnings == ()
