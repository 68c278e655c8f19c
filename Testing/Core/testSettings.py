"""Settings of a measurement: the defaults of the method, and plain refusals."""

import dataclasses

import pytest
from ONVolumetryLib.core.errors import CaseError
from ONVolumetryLib.core.settings import MeasurementSettings

FIELD_OF_KEY = {"contour_sd_mm": "contourSdMm", "head_reference": "headReference", "contour_correlation":
                "contourCorrelation"}


def testDefaultsAreThoseOfTheMethod():
    settings = MeasurementSettings()
    assert settings.contourSdMm == 0.5
    assert settings.contourCorrelation == 1.0
    assert settings.headReference == "visit"
    assert (settings.capFraction("male"), settings.capFraction("female")) == (0.22, 0.29)
    assert 1.0 <= settings.sphereToleranceMm <= 1.5


def testCapFractionsCanBeSet():
    settings = MeasurementSettings(maleCapFraction=0.1, femaleCapFraction=0.2)
    assert (settings.capFraction("male"), settings.capFraction("female")) == (0.1, 0.2)


@pytest.mark.parametrize("field, value", [
    ("contourSdMm", -0.1), ("contourSdMm", float("nan")), ("contourSdMm", "0.5"), ("contourSdMm", True),
    ("contourSdMm", None), ("contourCorrelation", 1.1), ("maleCapFraction", 1.0), ("sphereToleranceMm", 0.0),
    ("headReference", "preop"), ("headReference", None)])
def testValueThatCannotBeIsRefusedWithItsNameAndRemedy(field, value):
    with pytest.raises(CaseError, match=f"settings.{field}: .*; give ") as caught:
        MeasurementSettings(**{field: value})
    assert "\n" not in str(caught.value)


def testMappingUsesTheFilesOwnKeys():
    settings = MeasurementSettings.fromMapping({"contour_sd_mm": 0.3, "head_reference": "baseline"}, FIELD_OF_KEY)
    assert settings == MeasurementSettings(contourSdMm=0.3, headReference="baseline")
    with pytest.raises(CaseError, match=r"settings\.contour_sd_mm: 9"):
        MeasurementSettings.fromMapping({"contour_sd_mm": 9}, FIELD_OF_KEY)


def testUnknownSettingIsNamedWithTheNearestOrAllKnown():
    with pytest.raises(CaseError, match="contour_sd: unknown setting; did you mean 'contour_sd_mm'"):
        MeasurementSettings.fromMapping({"contour_sd": 0.3}, FIELD_OF_KEY)
    with pytest.raises(CaseError, match="known are contour_correlation, contour_sd_mm, head_reference"):
        MeasurementSettings.fromMapping({"zzz": 0.3}, FIELD_OF_KEY)


def testSettingsCannotBeChangedAfterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MeasurementSettings().contourSdMm = 1.0
