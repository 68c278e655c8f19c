"""Arguments that cannot be used: one line that names the option and where help is, and status 2."""

import pytest
from ONVolumetryLib import cli

NO_SUCH_DATE = "'soon' is no date; write it as 2024-05-31"


@pytest.mark.parametrize(("arguments", "words", "command"), [
    ([], "required: COMMAND", ""),
    (["unknown"], "invalid choice: 'unknown'", ""),
    (["measure", "a.json"], "required: --output", " measure"),
    (["measure", "a.json", "--output", "o", "--workers", "0"], "--workers: '0' is not a whole number", " measure"),
    (["measure", "a.json", "--output", "o", "--fast", "x"], "no such argument: --fast x", " measure"),
    (["segment", "a.json", "--seed-head", "1", "2"], "--seed-head: expected 3 arguments", " segment"),
    (["phantom"], "required: --output", " phantom"),
    (["phantom", "--output", "o", "--preset", "x"], "--preset: invalid choice: 'x'", " phantom"),
    (["phantom", "--output", "o", "--seed", "x"], "--seed: 'x' is not a whole number", " phantom"),
    (["phantom", "--output", "o", "--radius", "wide"], "--radius: 'wide' is not a number", " phantom"),
    (["phantom", "--output", "o", "--center", "1", "2", "3"], "--center needs --background", " phantom"),
    (["phantom", "--output", "o", "--hip", "a\n../b"], "hip: the text holds a line break", " phantom"),
    (["cohort", "--output", "o"], "give at least one TABLE.csv", " cohort"),
    (["cohort", "--output", "o", "--synthetic", "many"], "--synthetic: 'many' is not a whole number", " cohort"),
    (["import", "dicom"], "give --output CASE_DIR", " import"),
    (["import", "dicom", "--output", "o"], "give --side left, right or both", " import"),
    (["import", "dicom", "--output", "o", "--surgery-date", "soon"], f"--surgery-date: {NO_SUCH_DATE}", " import"),
    (["export", "a.json"], "required: --dicom", " export"),
    (["demo", "here"], "no such argument: here", " demo"),
])
def testOneLineNamesTheOptionAndTheRemedy(capsys, tmp_path, monkeypatch, *, arguments, words, command):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    line, = printed.err.splitlines()
    assert line.startswith("error: ") and words in line and line.endswith(f"; see onvolumetry{command} --help"), line
    assert printed.out == "" and not list(tmp_path.iterdir())


def testHelpStillShowsTheUsage(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["phantom", "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("usage: onvolumetry phantom")


def testSmallNegativeCoordinatesAreNumbersAndNoOptions(capsys, tmp_path):
    assert cli.main(["segment", str(tmp_path / "absent.json"), "--seed-head", "-1e-3", "-.5", "-2."]) == 1
    assert "absent.json" in capsys.readouterr().err
