"""A hip over its visits: what refers to what, what is not measured, and what the reader is told."""

import dataclasses

import numpy as np
import pytest
from ONVolumetryLib.core.errors import CaseError, SegmentError
from ONVolumetryLib.core.hip import VisitSegments
from ONVolumetryLib.core.mask import Mask
from ONVolumetryLib.core.measurehip import measureHip
from ONVolumetryLib.core.settings import MeasurementSettings


def codes(visit):
    return {note.code for note in visit.notes}


def textOf(visit, code):
    return next(note.text for note in visit.notes if note.code == code)


@pytest.fixture(scope="module")
def threeVisits(shapes):
    return [shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 10.0), shapes.visit("12 months", 12, 7.0)]


@pytest.fixture(scope="module")
def hip(threeVisits):
    return measureHip(threeVisits, "male")


def testPercentagesAndChangesFollowTheirDefinitions(hip):
    preop, three, twelve = hip.visits
    assert hip.baseline == "preop"
    for visit in hip.visits:
        assert visit.onvPercent.value == pytest.approx(100 * visit.lesion.volumeMm3 / visit.head.volumeMm3)
        assert visit.onvPercentSav.value == pytest.approx(100 * visit.lesion.volumeMm3
                                                          / visit.sphereAdjusted.volumeMm3)
        assert visit.headReference.kind == "visit"
        assert visit.headReference.visit == visit.label
    residual = 100 * three.lesion.volumeMm3 / preop.lesion.volumeMm3
    assert three.changeFromBaseline.residualPercent.value == pytest.approx(residual)
    assert three.changeFromBaseline.regenerationPercent.value == pytest.approx(100 - residual)
    assert twelve.changeFromBaseline.fromVisit == "preop"


def testVolumesAreThoseOfTheSolids(hip):
    preop = hip.visit("preop")
    assert preop.lesion.volumeMm3 == pytest.approx(4 / 3 * np.pi * 12 ** 3, rel=0.05)
    cut = 0.394
    assert preop.head.volumeMm3 == pytest.approx(4 / 3 * np.pi * 24 ** 3 * (1 - (2 + cut) * (1 - cut) ** 2 / 4),
                                                 rel=0.01)
    assert preop.sphere.radiusMm == pytest.approx(24, abs=0.2)
    # Cut where the sphere-adjusted volume of a man has it: both agree.
    assert abs(preop.fhvSavDifferencePercent.value) < 3.0


def testSphereAdjustedVolumeDependsOnTheSex(threeVisits, hip):
    female = measureHip(threeVisits[:1], "female").visits[0]
    male = hip.visits[0]
    assert female.sphereAdjusted.volumeMm3 / male.sphereAdjusted.volumeMm3 == pytest.approx(0.71 / 0.78)
    assert female.onvPercent == male.onvPercent


def testRateRefersToThePreviousMeasuredVisit(shapes, threeVisits):
    planned = VisitSegments("6 months", 6, done=False)
    undrawn = shapes.visit("9 months", 9, lesionRadiusMm=None)
    visits = measureHip([*threeVisits, planned, undrawn], "male")
    twelve, three = visits.visit("12 months"), visits.visit("3 months")
    rate = twelve.changeFromPrevious
    assert rate.fromVisit == "3 months"
    assert rate.ratePercentPerMonth.value == pytest.approx((three.onvPercent.value - twelve.onvPercent.value) / 9)
    assert rate.ratePercentPerMonth.value > 0


def testChangesHoldAllPairs(hip):
    pairs = [(change.fromVisit, change.toVisit) for change in hip.changes]
    assert pairs == [("preop", "3 months"), ("preop", "12 months"), ("3 months", "12 months")]


def testOrderInWhichVisitsAreGivenDoesNotMatter(threeVisits, hip):
    reversedHip = measureHip(threeVisits[::-1], "male")
    assert [visit.label for visit in reversedHip.visits] == ["preop", "3 months", "12 months"]
    assert reversedHip.visits == hip.visits


def testBaselinesOwnRowHasNoChange(shapes, hip):
    assert hip.visits[0].changeFromBaseline is None
    assert hip.visits[0].fhvDriftPercent is None
    earlier = measureHip([shapes.visit("first MRI", -3, 13.0), shapes.visit("preop", 0, 12.0)], "male")
    assert earlier.visit("preop").changeFromBaseline is None
    assert earlier.visit("first MRI").changeFromBaseline is None


def testBaselinesOwnRowHasNoRateEither(shapes):
    earlier = measureHip([shapes.visit("first MRI", -3, 13.0), shapes.visit("preop", 0, 12.0)], "male")
    assert earlier.visit("preop").changeFromPrevious is None
    assert [(change.fromVisit, change.toVisit) for change in earlier.changes] == [("first MRI", "preop")]


def testBaselineIsTheLastVisitBeforeSurgeryThatHasALesion(shapes):
    visits = [shapes.visit("first MRI", -6, 13.0), shapes.visit("second MRI", -2, 12.0),
              shapes.visit("preop", 0, lesionRadiusMm=None), shapes.visit("3 months", 3, 10.0)]
    hip = measureHip(visits, "male")
    assert hip.baseline == "second MRI"
    assert hip.visit("3 months").changeFromBaseline.fromVisit == "second MRI"


def testWithoutABaselineChangeIsNotMeasuredAndSaidSo(shapes):
    hip = measureHip([shapes.visit("3 months", 3, 10.0), shapes.visit("12 months", 12, 7.0)], "male")
    assert hip.baseline is None
    for visit in hip.visits:
        assert visit.changeFromBaseline is None
        assert "no-baseline" in codes(visit)
        assert visit.onvPercent is not None


def testBaselineWithoutALesionLeavesChangeEmptyAndSaysSo(shapes):
    hip = measureHip([shapes.visit("preop", 0, lesionRadiusMm=None, lesionAbsent=True),
                      shapes.visit("3 months", 3, 8.0)], "male")
    assert hip.baseline == "preop"
    assert hip.visits[0].onvPercent.value == 0.0
    assert hip.visits[1].changeFromBaseline is None
    assert "baseline-without-lesion" in codes(hip.visits[1])


def testWhatNobodyOutlinedIsNotMeasuredAndNeverZero(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, lesionRadiusMm=None),
                      shapes.visit("12 months", 12, None, None)], "male")
    three, twelve = hip.visits[1:]
    for visit in (three, twelve):
        assert visit.lesion is None
        assert visit.lesionVolume is None
        assert visit.onvPercent is None
        assert visit.onvPercentSav is None
        assert visit.changeFromBaseline is None
        assert visit.changeFromPrevious is None
        assert "lesion-not-measured" in codes(visit)
    assert three.head is not None
    assert twelve.head is None
    assert twelve.sphere is None
    assert twelve.sphereAdjusted is None
    assert twelve.fhvSavDifferencePercent is None
    assert twelve.fhvDriftPercent is None
    assert "head-not-measured" in codes(twelve)
    assert hip.changes == ()


def testLesionSaidToBeGoneIsZero(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0),
                      shapes.visit("12 months", 12, lesionRadiusMm=None, lesionAbsent=True)], "male")
    twelve = hip.visits[1]
    assert twelve.lesionVolume.volumeMm3 == 0.0
    assert twelve.onvPercent.value == 0.0
    assert twelve.onvPercentSav.value == 0.0
    assert twelve.changeFromBaseline.regenerationPercent.value == 100.0
    assert twelve.changeFromBaseline.onvWithinMeasurementError is False
    assert "lesion-not-measured" not in codes(twelve)


def testLesionOutlinedAndSaidToBeGoneIsRefused(shapes):
    with pytest.raises(SegmentError, match="preop"):
        measureHip([shapes.visit("preop", 0, 12.0, lesionAbsent=True)], "male")


def testFollowUpWithoutAHeadRefersToTheBaselinesAndSaysSo(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 10.0, headRadiusMm=None)], "male")
    preop, three = hip.visits
    assert three.head is None
    assert three.onvPercent.value == pytest.approx(100 * three.lesion.volumeMm3 / preop.head.volumeMm3)
    assert (three.headReference.kind, three.headReference.visit) == ("baseline", "preop")
    assert "“preop”" in textOf(three, "baseline-head")
    # Two visits' outlines are independent.
    relative = np.hypot(three.lesion.relativeSe, preop.head.relativeSe)
    assert three.onvPercent.standardUncertainty == pytest.approx(three.onvPercent.value * relative)


def testLesionWithoutAnyHeadHasNoPercentage(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0, headRadiusMm=None)], "male")
    assert hip.visits[0].lesion is not None
    assert hip.visits[0].onvPercent is None
    assert "no-head-reference" in codes(hip.visits[0])


@pytest.mark.parametrize("correlation", [1.0, 0.0])
def testLesionAndHeadOfOneVisitShareTheirOffset(threeVisits, correlation):
    visit = measureHip(threeVisits[:1], "male", MeasurementSettings(contourCorrelation=correlation)).visits[0]
    lesion, head = visit.lesion, visit.head
    parts = lesion.contourSeMm3 / lesion.volumeMm3, head.contourSeMm3 / head.volumeMm3
    contour = abs(parts[0] - parts[1]) if correlation else np.hypot(*parts)
    slices = np.hypot(lesion.samplingSeMm3 / lesion.volumeMm3, head.samplingSeMm3 / head.volumeMm3)
    assert visit.onvPercent.standardUncertainty == pytest.approx(visit.onvPercent.value * np.hypot(contour, slices))


def testBaselinesHeadForAllVisitsWhereWanted(shapes):
    visits = [shapes.visit("preop", 0, 12.0, 24.0), shapes.visit("3 months", 3, 10.0, 26.0)]
    hip = measureHip(visits, "male", MeasurementSettings(headReference="baseline"))
    preop, three = hip.visits
    assert three.onvPercent.value == pytest.approx(100 * three.lesion.volumeMm3 / preop.head.volumeMm3)
    assert (three.headReference.kind, three.headReference.visit) == ("baseline", "preop")


def testSphereAdjustedVolumeAsReferenceWhereWanted(threeVisits):
    hip = measureHip(threeVisits[:2], "male", MeasurementSettings(headReference="sphere-adjusted"))
    for visit in hip.visits:
        assert visit.headReference.kind == "sphere-adjusted"
        assert visit.onvPercent.value == pytest.approx(100 * visit.lesion.volumeMm3 / visit.sphereAdjusted.volumeMm3)
        assert visit.onvPercent == visit.onvPercentSav


def testHeadIsHeadOrLesionAndExclusiveLabelsDoNotWarn(shapes, hip):
    exclusive = measureHip([shapes.visit("preop", 0, 12.0, exclusive=True)], "male").visits[0]
    inclusive = hip.visits[0]
    assert exclusive.head == inclusive.head
    assert exclusive.onvPercent == inclusive.onvPercent
    assert exclusive.sphere == inclusive.sphere
    assert codes(exclusive) == codes(inclusive)


@pytest.mark.parametrize("share, warns", [(0.04, False), (0.07, True)])
def testLesionBeyondTheOutlinedHeadWarnsAboveFivePercent(shapes, share, warns):
    visit = shapes.visit("preop", 0, 12.0)
    head = visit.head.fullArray()
    lesion = np.argwhere(visit.lesion.fullArray())
    head[tuple(lesion[:int(share * len(lesion))].T)] = 0
    measured = measureHip([dataclasses.replace(visit, head=Mask.fromArray(head, visit.head.grid))], "male").visits[0]
    assert ("lesion-outside-head" in codes(measured)) is warns
    assert measured.head.voxelCount == visit.head.voxelCount


def testLesionBeyondTheSphereWarns(shapes, hip):
    visit = shapes.visit("preop", 0, 12.0)
    lesion = shapes.maskOf(shapes.ball(8.0, (0, 0, 22.0)), visit.head.grid)
    far = measureHip([dataclasses.replace(visit, lesion=lesion)], "male").visits[0]
    assert "lesion-outside-sphere" in codes(far)
    assert "lesion-outside-sphere" not in codes(hip.visits[0])


def testLesionOfTheOtherHipWarns(shapes):
    grid = shapes.gridAround(60.0)
    visit = shapes.visit("preop", 0, 12.0, grid=grid)
    lesion = shapes.maskOf(shapes.ball(8.0, (50, 0, 0)), grid)
    measured = measureHip([dataclasses.replace(visit, lesion=lesion)], "male").visits[0]
    assert codes(measured) & {"lesion-outside-sphere", "lesion-outside-head"}


def testFewSlicesAndOneSliceWarn(shapes):
    small = measureHip([shapes.visit("preop", 0, 5.0)], "male").visits[0]
    assert small.lesion.sliceCount == 3
    assert "3 slices" in textOf(small, "few-slices")
    one = measureHip([shapes.visit("preop", 0, 3.0)], "male").visits[0]
    assert one.lesion.sliceCount == 1
    assert "1 slice:" in textOf(one, "few-slices")
    assert one.lesion.trapezoidMm3 is None
    assert one.lesion.samplingSeMm3 / one.lesion.volumeMm3 == pytest.approx(1 / np.sqrt(6))
    four = measureHip([shapes.visit("preop", 0, 12.0)], "male").visits[0]
    assert "few-slices" not in codes(four)


def testHeadDriftIsNotedAndBeyondErrorWarned(shapes):
    def drift(radiusMm, contourSdMm):
        visits = [shapes.visit("preop", 0, 12.0, 24.0), shapes.visit("3 months", 3, 10.0, radiusMm)]
        return measureHip(visits, "male", MeasurementSettings(contourSdMm=contourSdMm)).visits[1]

    same = drift(24.0, 0.5)
    assert same.fhvDriftPercent.value == pytest.approx(0.0)
    assert not codes(same) & {"head-drift", "head-drift-warning"}
    within = drift(24.6, 0.5)
    assert within.fhvDriftPercent.value == pytest.approx(100 * ((24.6 / 24) ** 3 - 1), abs=1.0)
    assert "head-drift" in codes(within)
    assert "head-drift-warning" not in codes(within)
    assert "head-drift-warning" in codes(drift(24.6, 0.05))
    assert "head-drift-warning" in codes(drift(22.0, 0.5))


def testChangeWithinMeasurementErrorIsSaid(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0), shapes.visit("3 months", 3, 11.8),
                      shapes.visit("12 months", 12, 6.0)], "male")
    same, gone = hip.visits[1:]
    assert same.changeFromBaseline.onvWithinMeasurementError is True
    assert "within-error" in codes(same)
    assert gone.changeFromBaseline.onvWithinMeasurementError is False
    assert "within-error" not in codes(gone)


def testVisitThatWasNotDoneHasARowWithoutMeasures(shapes):
    hip = measureHip([shapes.visit("preop", 0, 12.0), VisitSegments("12 months", 12, done=False)], "male")
    twelve = hip.visits[1]
    assert twelve.done is False
    assert (twelve.lesion, twelve.head, twelve.sphere, twelve.onvPercent, twelve.changeFromBaseline) == (None,) * 5
    assert "lesion-not-measured" not in codes(twelve)


def testSphereThatCannotBeFittedLeavesTheVolumesAndSaysWhy(shapes):
    visit = shapes.visit("preop", 0, 6.0)
    head = shapes.maskOf(shapes.cap(24, 9.6, (0, 0, 1)), visit.head.grid)
    measured = measureHip([dataclasses.replace(visit, head=head)], "male").visits[0]
    assert measured.sphere is None
    assert measured.sphereAdjusted is None
    assert measured.onvPercentSav is None
    assert measured.onvPercent is not None
    assert "sphere-refused" in codes(measured)


def testHeadThatIsNoAdultsIsQuestioned(shapes, hip):
    small = measureHip([shapes.visit("preop", 0, 5.0, 15.0)], "male").visits[0]
    assert "30" in textOf(small, "sphere-implausible")
    assert "sphere-implausible" not in codes(hip.visits[0])


def testNotesOfTheReadingAreKept(shapes):
    visit = shapes.visit("preop", 0, 12.0, warnings=("The header is odd.", "A slice is missing."))
    measured = measureHip([visit, VisitSegments("3 months", 3, done=False, warnings=("Not done.",))], "male")
    assert [note.text for note in measured.visits[0].notes[:2]] == ["The header is odd.", "A slice is missing."]
    assert [note.text for note in measured.visits[1].notes] == ["Not done."]


@pytest.mark.parametrize("sex", ["", "m", "Male", None, "unknown"])
def testUnknownSexIsRefused(threeVisits, sex):
    with pytest.raises(CaseError, match=r"sex.*; give male or female"):
        measureHip(threeVisits, sex)


def testTwoVisitsAtOneMonthOrWithOneLabelAreRefused(shapes):
    first = shapes.visit("preop", 0, 12.0)
    with pytest.raises(CaseError, match="'preop' and 'other' have the same month 0"):
        measureHip([first, shapes.visit("other", 0.0, 12.0)], "male")
    with pytest.raises(CaseError, match="same label"):
        measureHip([first, shapes.visit("preop", 3, 12.0)], "male")
    with pytest.raises(CaseError, match="no visits"):
        measureHip([], "male")


@pytest.mark.parametrize("part", ["head", "lesion"])
def testEmptyOutlineIsRefused(shapes, part):
    visit = shapes.visit("preop", 0, 12.0)
    empty = Mask.fromArray(np.zeros(visit.head.grid.shapeKji), visit.head.grid)
    with pytest.raises(SegmentError, match="'preop' is empty"):
        measureHip([dataclasses.replace(visit, **{part: empty})], "male")


def testProgressRunsFromStartToEndAndCanCancel(threeVisits):
    seen = []
    measureHip(threeVisits, "male", progress=lambda fraction, label: seen.append((fraction, label)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
    assert {label for _, label in seen} == {"preop", "3 months", "12 months"}

    def cancel(fraction, label):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measureHip(threeVisits, "male", progress=cancel)


def testVisitsAreFoundByLabel(hip):
    assert hip.visit("3 months").month == 3
    with pytest.raises(KeyError):
        hip.visit("6 months")


@pytest.mark.parametrize("headRadiusMm", [10.0, 23.8])
def testHeadAndLesionThatLookSwappedAreRefused(shapes, headRadiusMm):
    visit = shapes.visit("preop", 0, 12.0)
    inside = shapes.maskOf(shapes.cutBall(headRadiusMm, 9.0), visit.head.grid)
    with pytest.raises(SegmentError, match=r"'preop' look swapped; correct which segment is which \(the lesion takes"):
        measureHip([dataclasses.replace(visit, head=inside, lesion=visit.head)], "male")


def testLargeLesionIsNotTakenForAHead(shapes):
    visit = shapes.visit("preop", 0, 12.0)
    large = shapes.maskOf(shapes.ball(22.0, (0, 0, 0)), visit.head.grid)
    rest = visit.head.fullArray() > large.fullArray()
    assert measureHip([dataclasses.replace(visit, lesion=large)], "male").visits[0].onvPercent.value > 60
    exclusive = dataclasses.replace(visit, lesion=large, head=shapes.maskOf(lambda points: rest, visit.head.grid))
    assert exclusive.head.voxelCount < large.voxelCount
    assert measureHip([exclusive], "male").visits[0].onvPercent.value > 60
