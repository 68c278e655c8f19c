"""case.json: everything in it is read, every mistake is named with its field and remedy, and the schema agrees."""

import copy
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ONVolumetryLib.core.errors import CaseError, FileError
from ONVolumetryLib.files import case as caseModule
from ONVolumetryLib.files.case import CaseEnd, CaseStage, readCase, writeCase
from ONVolumetryLib.files.caseparser import CASE_KEYS, VISIT_KEYS
from ONVolumetryLib.files.landmarkfile import readLandmarks

SCHEMA_PATH = Path(caseModule.__file__).with_name("case.schema.json")
FILES = ("preop.nrrd", "preop.seg.nrrd", "m3.seg.nrrd", "m3.tfm", "landmarks.mrk.json", "own.mrk.json")


def makeData():
    """A case that uses every field."""
    return {
        "schema": "onvolumetry-case/1", "hip": "101", "patient": "P-101", "side": "right", "sex": "male",
        "subject": {"age_years": 43, "months_since_diagnosis": 2.4, "healed": True, "centre": "Madrid", "bmi": None},
        "end": {"reason": "arthroplasty", "month": 11},
        "landmarks": "landmarks.mrk.json",
        "source_dicom": "originals",
        "visits": [
            {"label": "12 months", "month": 12, "status": "not done"},
            {"label": "preop", "month": -0.5, "image": "preop.nrrd", "segmentation": "preop.seg.nrrd",
             "stage": {"system": "ARCO", "value": "II"}, "segments": {"head": "Caput", "lesion": 2}},
            {"label": "3 months", "month": 3, "image": "m3", "segmentation": "m3.seg.nrrd",
             "transform_to_baseline": "m3.tfm", "reader": "A", "landmarks": "own.mrk.json", "jic_zones": "C1 B",
             "acp_zones": [], "lesion_absent": True, "source_dicom": "originals/m3"},
        ],
        "settings": {"contour_sigma_mm": 0.5},
    }


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "m3").mkdir()
    return tmp_path


def write(folder, content):
    path = folder / "case.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def testEveryFieldArrives(folder):
    path = write(folder, makeData())
    case = readCase(path)
    assert (case.hip, case.patient, case.side, case.sex, case.path) == ("101", "P-101", "right", "male", path)
    assert case.subject == makeData()["subject"]
    assert case.end == CaseEnd("arthroplasty", 11)
    assert case.landmarks == folder / "landmarks.mrk.json"
    assert case.sourceDicom == folder / "originals"
    assert case.settings == {"contour_sigma_mm": 0.5}
    assert [visit.label for visit in case.visits] == ["preop", "3 months", "12 months"], "sorted by month"
    preop, third, last = case.visits
    assert (preop.image, preop.segmentation) == (folder / "preop.nrrd", folder / "preop.seg.nrrd")
    assert (preop.month, preop.done, preop.stage) == (-0.5, True, CaseStage("ARCO", "II"))
    assert preop.segments == {"head": "Caput", "lesion": 2}
    assert (preop.lesionAbsent, preop.jicZones, preop.acpZones, preop.reader) == (False, None, None, None)
    assert (third.image, third.transformToBaseline) == (folder / "m3", folder / "m3.tfm")
    assert (third.landmarks, third.reader, third.lesionAbsent) == (folder / "own.mrk.json", "A", True)
    assert (third.jicZones, third.acpZones) == (("B", "C1"), ())
    assert third.sourceDicom == folder / "originals/m3"
    assert (last.done, last.image, last.segmentation) == (False, None, None)


def testSmallestCase(folder):
    data = {key: makeData()[key] for key in ("schema", "hip", "side", "sex")}
    data["visits"] = [{"label": "preop", "month": 0}]
    case = readCase(write(folder, data))
    assert case.patient == case.hip == "101"
    assert (case.subject, case.end, case.landmarks, case.settings) == ({}, None, None, {})


def testByteOrderMarkAndAccentsAreRead(folder):
    data = makeData() | {"hip": "Cadera nº 1 größe"}
    (folder / "case.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(data, ensure_ascii=False).encode("utf-8"))
    assert readCase(folder / "case.json").hip == "Cadera nº 1 größe"


def testRoundTripIntoAnotherFolder(folder):
    case = readCase(write(folder, makeData()))
    other = folder / "copy" / "case.json"
    writeCase(other, case)
    again = readCase(other)
    assert again.visits == case.visits and again.subject == case.subject and again.settings == case.settings
    assert (again.landmarks, again.end, again.sourceDicom) == (case.landmarks, case.end, case.sourceDicom)
    assert "../preop.nrrd" in other.read_text(encoding="utf-8")
    assert [path.name for path in other.parent.iterdir()] == ["case.json"]


def testFailedWriteKeepsTheOldFile(folder, monkeypatch):
    path = write(folder, makeData())
    case = readCase(path)
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(FileError, match="No space left on device"):
        writeCase(path, case)
    assert path.read_bytes() == before
    assert not list(folder.glob(".partial*"))


def change(data, place, value):
    """Set (or with ... remove) the value at a place such as ("visits", 1, "month")."""
    holder = data
    for step in place[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return data


# place, new value, what the message says, whether the schema can refuse it too
MISTAKES = [
    (("schema",), "case/2", r'schema: unknown schema "case/2"; write "onvolumetry-case/1"', True),
    (("schema",), ..., "schema: absent; add it", True),
    (("hip",), ..., "hip: absent; add it", True),
    (("side",), ..., "side: absent; add it", True),
    (("sex",), ..., "sex: absent; add it", True),
    (("visits",), ..., "visits: absent; add it", True),
    (("side",), "rigth", r'side: unknown side "rigth"; write "left" or "right"', True),
    (("side",), None, "side: unknown side None", True),
    (("sex",), "M", r'sex: unknown sex "M"; write "male" or "female"', True),
    (("hip",), 101, "hip: 101 is not text; write it in quotes", True),
    (("hip",), "", "hip: the text is empty", True),
    (("hip",), "  ", "hip: the text is empty", True),
    (("hip",), "..", "hip: .* cannot be the name of a folder", True),
    (("hip",), "a/../../b", "hip: .* cannot be in a folder name", True),
    (("hip",), "a\\b", "hip: .* cannot be in a folder name", True),
    (("hip",), "C:", "hip: .* cannot be in a folder name", True),
    (("hip",), "left\nhip", "hip: .*control character", True),
    (("hip",), "x" * 101, "hip: longer than 100 characters", True),
    (("hip",), "NUL", "hip: .* cannot be the name of a folder", False),
    (("patient",), 7, "patient: 7 is not text", True),
    (("hipp",), "1", "hipp: unknown key; write \"hip\"", True),
    (("Visits",), [], "Visits: unknown key; write \"visits\"", True),
    (("zzz",), 1, "zzz: unknown key; remove it", True),
    (("subject",), [1], "subject: .* is not an object", True),
    (("subject", "age_years"), {"value": 3}, r"subject\.age_years: .* not a single value", True),
    (("subject", "age_years"), math.nan, r"subject\.age_years: nan is not a finite number", False),
    (("settings",), 3, "settings: 3 is not an object", True),
    (("settings", "sampling"), [0.1, math.inf], r"settings\.sampling\[1\]: inf is not a finite number", False),
    (("end",), "lost", "end: \"lost\" is not an object", True),
    (("end", "reason"), "moved", r"end\.reason: unknown reason \"moved\"; write \"arthroplasty\" or", True),
    (("end", "month"), ..., r"end\.month: absent", True),
    (("end", "month"), True, r"end\.month: True is not a number", True),
    (("end", "why"), 1, r"end\.why: unknown key", True),
    (("landmarks",), "gone.mrk.json", r"landmarks: no such file .*gone\.mrk\.json; correct the path", False),
    (("landmarks",), 5, "landmarks: 5 is not text", True),
    (("source_dicom",), "", "source_dicom: the text is empty", True),
    (("visits",), {}, "visits: {} is not a list", True),
    (("visits",), [], "visits: the list is empty", True),
    (("visits", 1), "preop", r"visits\[1\]: \"preop\" is not an object", True),
    (("visits", 1, "month"), ..., r"visits\[1\]\.month: absent; add it", True),
    (("visits", 1, "label"), ..., r"visits\[1\]\.label: absent; add it", True),
    (("visits", 1, "month"), "0", r"visits\[1\]\.month: \"0\" is not a number; write a number without quotes", True),
    (("visits", 1, "month"), True, r"visits\[1\]\.month: True is not a number", True),
    (("visits", 1, "month"), None, r"visits\[1\]\.month: None is not a number", True),
    (("visits", 1, "month"), math.nan, r"visits\[1\]\.month: nan is not a finite number", False),
    (("visits", 2, "month"), 10**400, r"visits\[2\]\.month: .* is not a finite number", False),
    (("visits", 1, "month"), 1, "visits: there is no baseline", True),
    (("visits", 2, "month"), 12.0, r"visits\[2\]\.month: visits\[0\] has the same month 12", False),
    (("visits", 1, "label"), "3 Months ", r"visits\[2\]\.label: visits\[1\] has the same label", False),
    (("visits", 1, "label"), "pre/op", r"visits\[1\]\.label: .*cannot be in a folder name", True),
    (("visits", 1, "label"), 3, r"visits\[1\]\.label: 3 is not text", True),
    (("visits", 1, "segmentaton"), "x", r'visits\[1\]\.segmentaton: unknown key; write "segmentation"', True),
    (("visits", 1, "lesionAbsent"), True, r'visits\[1\]\.lesionAbsent: unknown key; write "lesion_absent"', True),
    (("visits", 1, "status"), "missed", r'visits\[1\]\.status: unknown status "missed"; write "done" or', True),
    (("visits", 0, "image"), "preop.nrrd", r'visits\[0\]\.image: the visit is said to be "not done"', True),
    (("visits", 0, "lesion_absent"), True, r'visits\[0\]\.lesion_absent: the visit is said to be "not done"', True),
    (("visits", 1, "image"), "gone.nrrd", r"visits\[1\]\.image: no such file .*gone\.nrrd; correct the path", False),
    (("visits", 0, "series_number"), 3, r'visits\[0\]\.series_number: the visit is said to be "not done"', True),
    (("visits", 1, "series_number"), "3", r"visits\[1\]\.series_number: \"3\" is not a whole number", True),
    (("visits", 1, "series_number"), None, r"visits\[1\]\.series_number: None is not a whole number", True),
    (("visits", 1, "series_instance_uid"), 1.2, r"visits\[1\]\.series_instance_uid: 1\.2 is not text", True),
    (("visits", 1, "segmentation"), "gone.nrrd", r"visits\[1\]\.segmentation: no such file", False),
    (("visits", 1, "segmentation"), "m3", r"visits\[1\]\.segmentation: .* is a folder; give the file", False),
    (("visits", 2, "transform_to_baseline"), "x.tfm", r"visits\[2\]\.transform_to_baseline: no such file", False),
    (("visits", 2, "landmarks"), "x.json", r"visits\[2\]\.landmarks: no such file", False),
    (("visits", 1, "segments"), "head", r"visits\[1\]\.segments: .* is not an object", True),
    (("visits", 1, "segments", "heads"), 1, r'visits\[1\]\.segments\.heads: unknown key; write "head"', True),
    (("visits", 1, "segments", "head"), 0, r"visits\[1\]\.segments\.head: 0 is neither a name nor a label", True),
    (("visits", 1, "segments", "head"), True, r"visits\[1\]\.segments\.head: True is neither", True),
    (("visits", 1, "segments", "head"), 1.5, r"visits\[1\]\.segments\.head: 1\.5 is neither", True),
    (("visits", 1, "segments", "head"), "", r"visits\[1\]\.segments\.head: \"\" is neither", True),
    (("visits", 2, "lesion_absent"), "yes", r"visits\[2\]\.lesion_absent: \"yes\" is not true or false", True),
    (("visits", 2, "lesion_absent"), 1, r"visits\[2\]\.lesion_absent: 1 is not true or false", True),
    (("visits", 2, "reader"), "", r"visits\[2\]\.reader: the text is empty", True),
    (("visits", 1, "stage"), "II", r"visits\[1\]\.stage: \"II\" is not an object", True),
    (("visits", 1, "stage", "value"), 2, r"visits\[1\]\.stage\.value: 2 is not text; write it in quotes", True),
    (("visits", 1, "stage", "system"), ..., r"visits\[1\]\.stage\.system: absent", True),
    (("visits", 2, "jic_zones"), "D", r"visits\[2\]\.jic_zones: .* write some of \"A B C1 C2\"", True),
    (("visits", 2, "jic_zones"), "", r"visits\[2\]\.jic_zones: .* not a set of zones", True),
    (("visits", 2, "jic_zones"), ["A", "A"], r"visits\[2\]\.jic_zones: .* not a set of zones", True),
    (("visits", 2, "jic_zones"), 3, r"visits\[2\]\.jic_zones: .* not a set of zones", True),
    (("visits", 2, "acp_zones"), ["B"], r"visits\[2\]\.acp_zones: .* not a set of zones", True),
]


@pytest.mark.parametrize("place, value, text, inSchema", MISTAKES)
def testMistakeIsNamedWithFieldAndRemedy(folder, place, value, text, inSchema):
    data = change(makeData(), place, value)
    path = write(folder, data)
    with pytest.raises(CaseError, match=text) as caught:
        readCase(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and message.count("case.json:") == 1
    assert "\n" not in message and "; " in message
    assert Draft202012Validator(SCHEMA).is_valid(data) is not inSchema


SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


def testSchemaIsValidAndKnowsTheSameKeys():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(CASE_KEYS)
    assert set(SCHEMA["$defs"]["visit"]["properties"]) == set(VISIT_KEYS)
    for properties in (SCHEMA["properties"], SCHEMA["$defs"]["visit"]["properties"]):
        assert all("description" in value for value in properties.values())


VARIATIONS = [
    (), (("visits", 1, "month"), 0), (("visits", 1, "month"), -3), (("visits", 2, "jic_zones"), "-"),
    (("visits", 2, "jic_zones"), ["C2", "A"]), (("visits", 2, "acp_zones"), "A2  P"), (("visits", 2, "status"), "done"),
    (("hip",), " 101 left "), (("hip",), "x"), (("hip",), "a.b-c_d (2)"), (("subject",), {}), (("settings",), {}),
    (("visits", 1, "segments"), {}), (("patient",), ...), (("visits", 0), {"label": "y", "month": 2.5}),
]


@pytest.mark.parametrize("variation", VARIATIONS)
def testSchemaAndReaderAcceptTheSame(folder, variation):
    data = change(makeData(), *variation) if variation else makeData()
    readCase(write(folder, data))
    Draft202012Validator(SCHEMA).validate(data)


junk = st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
                    max_leaves=4)
PLACES = [(key,) for key in CASE_KEYS] + [("visits", index, key) for index in (0, 1, 2) for key in VISIT_KEYS]
PATH_KEYS = {"image", "segmentation", "transform_to_baseline", "landmarks", "source_dicom"}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), junk)
def testAnyValueAnywhereIsReadOrNamedAndTheSchemaAgrees(place, value):
    data = change(makeData(), place, value)
    isValid = Draft202012Validator(SCHEMA).is_valid(data)
    try:
        case = caseModule.parseCase(copy.deepcopy(data), Path("/nowhere"), requireFiles=False)
    except CaseError as error:
        assert str(error).startswith(str(place[0]))
        hasControl = isinstance(value, str) and not value.isprintable()
        isRepeated = place[-1] in ("label", "month") or place == ("visits",) or place[-1] in ("jic_zones", "acp_zones")
        assert not isValid or hasControl or isRepeated or place == ("subject",)
    else:
        assert isValid
        assert case.visits


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12))
def testNoHipNameLeavesItsFolder(tmp_path_factory, name):
    data = makeData() | {"hip": name}
    try:
        case = caseModule.parseCase(data, Path("/nowhere"), requireFiles=False)
    except CaseError:
        return
    target = (Path("/results") / case.hip).resolve()
    assert target.parent == Path("/results") and target.name == case.hip


@pytest.mark.parametrize("text, place", [
    ('{\n  "hip": "1",\n  "side": "left",\n}', r"line 4, column 1|line 3, column 17"),
    ('{\n  "visits": [{"month": 0,}]\n}', r"line 2, column 2\d"),
    ("", "line 1, column 1"),
    ('{"hip": "1"} extra', "line 1, column 14"),
    ('{"hip": \'1\'}', "line 1, column 9"),
])
def testSyntaxErrorGivesLineAndColumn(folder, text, place):
    path = write(folder, text)
    with pytest.raises(CaseError, match=rf"case\.json: ({place}): this is not JSON .*; correct"):
        readCase(path)


def testOtherBrokenFiles(folder):
    with pytest.raises(FileError, match=r"gone\.json: no such file; correct the path"):
        readCase(folder / "gone.json")
    with pytest.raises(FileError, match="there is a folder"):
        readCase(folder)
    with pytest.raises(CaseError, match="does not hold one JSON object"):
        readCase(write(folder, "[1]"))
    with pytest.raises(CaseError, match='the key "hip" occurs twice'):
        readCase(write(folder, '{"hip": "1", "hip": "2"}'))
    (folder / "case.json").write_bytes(b'{"hip": "\xe9"}')
    with pytest.raises(CaseError, match="byte 10 is not UTF-8"):
        readCase(folder / "case.json")


def testCaseWithFilesElsewhereOpensOnRequest(folder):
    data = change(makeData(), ("visits", 1, "image"), "gone.nrrd")
    assert readCase(write(folder, data), requireFiles=False).visits[0].image == folder / "gone.nrrd"


@pytest.mark.parametrize("data", [b"NRRD0004\ntype: short\n\n\xe9\x01", b"\x1f\x8b\x08rest", b"PK\x03\x04\0"])
def testImageGivenForATextFileIsNamedAsSuch(tmp_path, data):
    path = tmp_path / "first-scan.nrrd"
    path.write_bytes(data)
    with pytest.raises(CaseError, match=r"first-scan\.nrrd: this is not a text file; give case\.json$"):
        readCase(path)
    with pytest.raises(CaseError, match=r"this is not a text file; give the landmarks as a \.mrk\.json$"):
        readLandmarks(path)
