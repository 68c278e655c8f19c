"""Which segment is the head and which the lesion, in anybody's segmentation."""

from types import SimpleNamespace

import pytest
from ONVolumetryLib.core.errors import SegmentError
from ONVolumetryLib.files.segmentnames import HEAD, LESION, findHeadAndLesion


def make(*names, codes=(), labels=()):
    segments = []
    for index, name in enumerate(names):
        segments.append(SimpleNamespace(
            name=name, terminologyEntry=codes[index] if index < len(codes) else "",
            labelValue=labels[index] if index < len(labels) else index + 1))
    return SimpleNamespace(segments=tuple(segments))


def find(*arguments, **options):
    return tuple(segment and segment.name for segment in findHeadAndLesion(*arguments, **options))


@pytest.mark.parametrize("name", [
    "Femoral head", "head", "HEAD", "femoral_head", "FemoralHead", "Femoral Head (left)", "Left femoral head", "head_L",
    "Femoral head 1", "head of femur", "Caput femoris",
])
def testHeadNames(name):
    assert find(make(name), side="left") == (name, None)


@pytest.mark.parametrize("name", [
    "Osteonecrosis lesion", "osteonecrosis", "Lesion", "NECROSIS", "Lesion 1", "necrosis of the femoral head",
    "Osteonecrotic lesion", "avascular necrosis (left)", "femoral head necrosis",
])
def testLesionNames(name):
    assert find(make(name), side="left") == (None, name)


@pytest.mark.parametrize("name", [
    "Head-neck plane", "Femoral neck", "Forehead", "Overhead", "New lesion", "Regenerated lesion", "Lesion rim",
    "Acetabular lesion", "Headache", "Head of metatarsal", "", "Right femoral head", "Right lesion",
])
def testNamesOfSomethingElse(name):
    assert find(make(name, labels=[5]), side="left") == (None, None)


def testNameComesBeforeCodeAndLabel():
    segmentation = make("Lesion", "Femoral head", codes=[HEAD.terminologyEntry, LESION.terminologyEntry])
    assert find(segmentation) == ("Femoral head", "Lesion")


def testCodeIsUsedWhereNamesSayNothing():
    segmentation = make("Kopf", "Nekrose", codes=[HEAD.terminologyEntry, LESION.terminologyEntry], labels=[2, 1])
    assert find(segmentation) == ("Kopf", "Nekrose")


@pytest.mark.parametrize("names", [("label 1", "label 2"), ("Segment_1", "Segment_2"), ("1", "2")])
def testLabelIsUsedWhereThereAreNoNames(names):
    assert find(make(*names, labels=[1, 2])) == names


def testLabelOfANamedSegmentSaysNothing():
    assert find(make("Muscle", "Fat")) == (None, None)


def testBothHipsInOneSegmentation():
    segmentation = make("Left femoral head", "Right femoral head", "Lesion left", "Lesion right")
    assert find(segmentation, side="left") == ("Left femoral head", "Lesion left")
    assert find(segmentation, side="right") == ("Right femoral head", "Lesion right")


def testTwoThatMatchAreListed():
    with pytest.raises(SegmentError, match='more than one segment for the head: "Head", "Femoral head"; say which'):
        find(make("Head", "Femoral head"))


def testExplicitNameAndLabel():
    segmentation = make("a", "B", "Femoral head", labels=[7, 3, 1])
    assert find(segmentation, {"head": "b", "lesion": 7}) == ("B", "a")
    assert find(segmentation, {"lesion": "a"}) == ("Femoral head", "a")


def testExactNameComesBeforeTheSameNameInOtherCase():
    assert find(make("HEAD", "head"), {"head": "head"})[0] == "head"


@pytest.mark.parametrize("wanted, text", [("c", 'named "c" for the head; there are: "a", "b"; correct "segments"'),
                                          (9, 'with label 9 for the head; there are: "a", "b"; correct "segments"')])
def testUnknownSegmentListsWhatIsThere(wanted, text):
    with pytest.raises(SegmentError, match=text):
        find(make("a", "b"), {"head": wanted})


def testExplicitLabelInSeveralLayersIsAmbiguous():
    with pytest.raises(SegmentError, match="more than one segment with label 1"):
        find(make("a", "b", labels=[1, 1]), {"head": 1})


def testOneSegmentCannotBeBoth():
    with pytest.raises(SegmentError, match="both head and lesion"):
        find(make("a"), {"head": "a", "lesion": 1})
