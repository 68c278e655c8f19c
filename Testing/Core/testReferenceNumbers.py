"""Every number of the table of reference numbers: computed to six digits, or named here with the reason why not.

The other test files hold the numbers that the project carries itself; this one makes sure that none is forgotten.
"""

import json
import math

import numpy as np
import pytest
from scipy import optimize, stats

pytest.importorskip("statsmodels")
pytest.importorskip("pandas")

from ONVolumetryLib.cohort.agreement import blandAltman, bradleyBlackwood, concordance
from ONVolumetryLib.cohort.did import allDifferences, differenceInDifferences
from ONVolumetryLib.cohort.fisher import fisherExact, mcNemarExact
from ONVolumetryLib.cohort.goodness import hosmerLemeshow, pearsonFit
from ONVolumetryLib.cohort.icc import analysisOfVariance, intraclassCorrelations
from ONVolumetryLib.cohort.papernumbers import PRINTED, ZONES_12_MONTHS, ZONES_PREOP
from ONVolumetryLib.cohort.power import pairedPower
from ONVolumetryLib.cohort.probit import fitProbit
from ONVolumetryLib.cohort.ranktests import mannWhitney
from ONVolumetryLib.cohort.regression import ordinaryLeastSquares
from ONVolumetryLib.cohort.ttests import pairedT, unpairedT
from ONVolumetryLib.core.uncertainty import samplingRelativeUncertainty
from ONVolumetryLib.core.volume import cavalieriVolume, trapezoidVolume
from ONVolumetryLib.phantom.closedforms import ballVolumeMm3, lensVolumeMm3

SIX_DIGITS = 1e-6
# Data, not results.
DATA = {"pefr.wright", "pefr.mini", "eye.x", "eye.y", "icc.data", "sleep.g1", "sleep.g2", "mw_permeability.x",
        "mw_permeability.y", "fuel.mpg1", "fuel.mpg2", "fisher.tea.table", "fisher.convictions.table",
        "fisher.job_4x4.table", "probit_auto.data", "did_toy.id", "did_toy.t", "did_toy.treat", "did_toy.y",
        "card_krueger_means.PA", "card_krueger_means.NJ", "paper.zones.n_preop", "paper.zones.n_12_months"}
# What no output of the program holds, and numbers that are checked where their own tolerance stands.
EXEMPT = {
    "mw_permeability.p_greater_exact": "the program's tests are two-sided",
    "fisher.tea.greater": "the program's tests are two-sided",
    "fisher.convictions.less": "the program's tests are two-sided",
    "fuel.ranksum_p_cc": "the program uses no continuity correction, as Stata",
    "stata_ships_poisson_cluster": "a Poisson regression, which the program has not",
    "card_krueger_means.published": "printed from data that are not at hand",
    "overlap.spheres_R10_shift.1.HD": "distances of voxels: testCohortReaders.py",
    "overlap.spheres_R10_shift.2.HD": "distances of voxels: testCohortReaders.py",
    "overlap.spheres_R10_shift.5.HD": "distances of voxels: testCohortReaders.py",
    "overlap.concentric_10_12.HD": "distances of voxels: testCohortReaders.py",
    "overlap.concentric_10_12.ASSD": "distances of voxels: testCohortReaders.py",
    "cone": "angles and volume of cones: the tests of the lesion's location",
    "paper": "cell by cell with the paper's rounding: testCohortPaper.py",
}


@pytest.fixture(scope="module")
def vectors(sharedMethod):
    return json.loads((sharedMethod / "vectors.json").read_text(encoding="utf-8"))


def peakFlow(given):
    x, y = given["wright"], given["mini"]
    limits, agreement, test, paired = blandAltman(x, y), concordance(x, y), bradleyBlackwood(x, y), pairedT(x, y)
    return {"mean_diff": limits.meanDifference, "sd_diff": limits.sdDifference,
            "loa_1.96": [limits.loaLow, limits.loaHigh],
            "loa_2sd": [limits.meanDifference + side * limits.sdDifference for side in (-2, 2)],
            "pearson_r": agreement.pearsonR, "ccc": agreement.rhoC, "ccc_se": agreement.se,
            "ccc_ci_asymptotic": [agreement.asymptoticCiLow, agreement.asymptoticCiHigh],
            "ccc_ci_ztransform": [agreement.ciLow, agreement.ciHigh], "C_b": agreement.biasCorrection,
            "u": agreement.locationShift, "scale_shift": agreement.scaleShift,
            "reduced_major_axis": {"slope": agreement.slope, "intercept": agreement.intercept},
            "corr_diff_mean": limits.pitmanR, "pitman_p": limits.pitmanP, "bradley_blackwood_F": test.f,
            "bradley_blackwood_p": test.p, "paired_t": paired.t, "paired_p": paired.p}


def eye(given):
    test = bradleyBlackwood(given["x"], given["y"])
    return {"F": test.f, "p": test.p}


def icc(given):
    table = analysisOfVariance(given["data"])
    forms = {form.form: form.value for form in intraclassCorrelations(given["data"])}
    return {"BMS": table.betweenSubjects, "WMS": table.withinSubjects, "JMS": table.betweenReaders,
            "EMS": table.residual, **{f"ICC{form[4]}{form[6]}": value for form, value in forms.items()}}


def sleep(given):
    paired, student = pairedT(given["g1"], given["g2"]), unpairedT(given["g1"], given["g2"])
    welch = unpairedT(given["g1"], given["g2"], useWelch=True)
    return {"paired": {"t": paired.t, "df": paired.df, "p": paired.p, "ci": [paired.ciLow, paired.ciHigh]},
            **{name: {"t": test.t, "df": test.df, "p": test.p} for name, test in (("student", student),
                                                                                  ("welch", welch))}}


def permeability(given):
    test = mannWhitney(given["x"], given["y"])
    return {"W": test.u, "p_two_exact": test.exactP}


def fuel(given):
    ranks = mannWhitney(given["mpg1"], given["mpg2"])
    paired, unpaired = pairedT(given["mpg1"], given["mpg2"]), unpairedT(given["mpg1"], given["mpg2"])
    return {"ranksum_z": ranks.z, "ranksum_p": ranks.p, "paired_t": paired.t, "paired_p": paired.p,
            "unpaired_t": unpaired.t, "unpaired_p": unpaired.p}


def fisher(given):
    return {name: {"two": fisherExact(entry["table"]).p} for name, entry in given.items()}


def classes(fit):
    counts = fit.classification
    return {"TP": counts.truePositive, "FP": counts.falsePositive, "FN": counts.falseNegative,
            "TN": counts.trueNegative}


def probitOfCars(given):
    data = given["data"]
    design = np.column_stack([np.ones(len(data["make"])), data["weight"], data["mpg"]])
    fit = fitProbit(data["foreign"], design, given["order"], data["make"])
    robust = fitProbit(data["foreign"], design, given["order"], np.arange(len(design)))
    tests = {"pearson_gof": pearsonFit(data["foreign"], fit.probability, design),
             "HL10": hosmerLemeshow(data["foreign"], fit.probability, 10),
             "HL5": hosmerLemeshow(data["foreign"], fit.probability, 5)}
    return {"b": [c.estimate for c in fit.coefficients], "se_oim": list(fit.modelSe),
            "se_robust_n/(n-1)": [c.se for c in robust.coefficients],
            "se_cluster_make_G/(G-1)": [c.se for c in fit.coefficients], "G": fit.clusters, "ll": fit.logLikelihood,
            "ll0": fit.nullLogLikelihood, "lr": fit.likelihoodRatio, "pseudo_r2": fit.pseudoRSquared,
            "class": classes(fit),
            **{key: {"chi2": test.chiSquare, "df": test.df, "p": test.p} for key, test in tests.items()}}


def probitOfStudents(given):
    from statsmodels.datasets import spector

    data = spector.load_pandas()
    fit = fitProbit(data.endog, np.column_stack([data.exog, np.ones(32)]), given["order"], np.arange(32))
    return {"b": [c.estimate for c in fit.coefficients], "se": list(fit.modelSe), "ll": fit.logLikelihood,
            "ll0": fit.nullLogLikelihood, "class": classes(fit)}


def grunfeld(given):
    from statsmodels.datasets import grunfeld as source

    data = source.load_pandas().data.iloc[:200]
    design = np.column_stack([data["value"], data["capital"], np.ones(200)])
    rows = ordinaryLeastSquares(data["invest"], design, ("mvalue", "kstock", "_cons"), data["firm"])
    return {"N": len(data), "G": data["firm"].nunique(), "b": [row.estimate for row in rows],
            "se": [row.se for row in rows], "p_df9": [row.p for row in rows]}


def differences(given):
    y, time = np.array(given["y"], dtype=float), np.array(given["t"])
    treated, patients = np.array(given["treat"])[time == 0], np.array(given["id"])[time == 0]
    plain = differenceInDifferences(y[time == 0], y[time == 1], treated).coefficients[:4]
    clustered = differenceInDifferences(y[time == 0], y[time == 1], treated, patients).coefficients[:4]
    change = allDifferences(y[time == 0], y[time == 1], treated, patients).changeScore
    return {"b": [c.estimate for c in plain], "se_ols": [c.se for c in plain], "p_ols": [c.p for c in plain],
            "se_cluster": [c.se for c in clustered], "p_cluster_df5": [c.p for c in clustered],
            "change_score_t": change.t, "change_score_p_df4": change.p}


def cardKrueger(given):
    spread = np.array([-0.5, 0.5, -0.5, 0.5])
    first, later = (np.repeat([given["PA"][visit], given["NJ"][visit]], 2) + spread for visit in (0, 1))
    return {"did_from_rounded": differenceInDifferences(first, later, [0, 0, 1, 1]).estimate.estimate}


def power(given):
    return {**{f"n20_d{d}": pairedPower(d, 20) for d in (0.2, 0.5, 0.8)},
            "n_for_d0.5_power0.8": optimize.brentq(lambda n: pairedPower(0.5, n) - 0.8, 10, 100, xtol=1e-12)}


def analyticConcordance(given):
    x = np.arange(1.0, 11.0)
    return {"x=1..10,y=x+1": concordance(x, x + 1).rhoC, "y=2x": concordance(x, 2 * x).rhoC,
            "y=reversed": concordance(x, x[::-1]).rhoC}


def mcNemar(given):
    return {f"{lost}_vs_0": mcNemarExact([True] * 9, [False] * lost + [True] * (9 - lost)).p for lost in (5, 6)}


def slices(given):
    made = {}
    for name, radius, ends in (("R24_T4_z=-22..22", 24.0, 22), ("R8_T4_z=-6..6", 8.0, 6)):
        areas = np.pi * (radius ** 2 - np.arange(-ends, ends + 1, 4.0) ** 2)
        true, cavalieri, trapezoid = ballVolumeMm3(radius), cavalieriVolume(areas, 4.0), trapezoidVolume(areas, 4.0)
        errors = {"CE_m0": samplingRelativeUncertainty(areas, True), "CE_m1": samplingRelativeUncertainty(areas, False)}
        made[name] = ({"V_true_mm3": true, "cavalieri": cavalieri, "trapezoid": trapezoid} if radius > 20 else
                      {"cav_ratio": cavalieri / true, "trap_ratio": trapezoid / true}) | errors
    return made


def overlap(given):
    ball = ballVolumeMm3(10)
    shifted = {str(shift): {"dice": lensVolumeMm3(10, 10, shift) / ball} for shift in (1, 2, 5)}
    shifted["1"]["jaccard"] = shifted["1"]["dice"] / (2 - shifted["1"]["dice"])
    return {"spheres_R10_shift": shifted,
            "concentric_10_12": {"dice": 2 * ball / (ball + ballVolumeMm3(12))}}


BLOCKS = {"pefr": peakFlow, "eye": eye, "icc": icc, "sleep": sleep, "mw_permeability": permeability, "fuel": fuel,
          "fisher": fisher, "probit_auto": probitOfCars, "spector_probit": probitOfStudents,
          "stata_grunfeld_ols_cluster": grunfeld, "did_toy": differences, "card_krueger_means": cardKrueger,
          "power_paired": power, "ccc_analytic": analyticConcordance, "mcnemar_exact": mcNemar,
          "slice_sum_sphere": slices, "overlap": overlap}
# Printed by Stata from data in single precision, or with fewer digits than six significant ones ask for.
PRINTED_DIGITS = {"stata_grunfeld_ols_cluster": 2e-6}


def leaves(value, path=""):
    """Numbers of a block with their paths; those of data and texts are left out."""
    if path in DATA or any(path == key or path.startswith(f"{key}.") for key in EXEMPT):
        return {}
    if isinstance(value, dict):
        return {key: number for name, entry in value.items() if not str(name).startswith("_")
                for key, number in leaves(entry, f"{path}.{name}" if path else name).items()}
    if isinstance(value, list):
        return {key: number for index, entry in enumerate(value)
                for key, number in leaves(entry, f"{path}[{index}]").items()}
    return {path: value} if isinstance(value, (int, float)) and not isinstance(value, bool) else {}


@pytest.mark.parametrize("block", BLOCKS)
def testEveryNumberOfABlock(vectors, block):
    expected = leaves(vectors[block], block)
    found = leaves(BLOCKS[block](vectors[block]), block)
    assert expected.keys() == found.keys()
    for path, number in expected.items():
        assert found[path] == pytest.approx(number, rel=PRINTED_DIGITS.get(block, SIX_DIGITS), abs=1e-12), path


def testNoBlockIsForgotten(vectors):
    assert set(vectors) - {"_about"} == set(BLOCKS) | (set(EXEMPT) & set(vectors))


def testThePapersOwnNumbersAreThoseOfTheTable(vectors):
    paper = vectors["paper"]
    assert paper["zones"]["present_preop"] == ZONES_PREOP
    assert paper["zones"]["present_12_months"] == ZONES_12_MONTHS
    printed = {(entry.quantity, entry.group, entry.visit): [entry.mean, entry.sd] for entry in PRINTED}
    for group, name in (("healed", "healed"), ("non-healed", "non_healed"), ("all", "all")):
        for visit, key in ((1, "3m"), (2, "12m")):
            assert paper["regeneration_percent"][name][key] == printed["regeneration_percent", group, visit]


@pytest.mark.parametrize(("path", "value"), [
    ("mw_permeability.p_greater_exact", lambda v: stats.mannwhitneyu(
        v["mw_permeability"]["x"], v["mw_permeability"]["y"], alternative="greater", method="exact").pvalue),
    ("fisher.tea.greater", lambda v: stats.fisher_exact(v["fisher"]["tea"]["table"], "greater").pvalue),
    ("fisher.convictions.less", lambda v: stats.fisher_exact(v["fisher"]["convictions"]["table"], "less").pvalue),
    ("fuel.ranksum_p_cc", lambda v: stats.mannwhitneyu(v["fuel"]["mpg1"], v["fuel"]["mpg2"]).pvalue)])
def testWhatTheProgramDoesNotOfferIsWhatTheTableSaysItIs(vectors, path, value):
    number = vectors
    for name in path.split("."):
        number = number[name]
    assert value(vectors) == pytest.approx(number, rel=SIX_DIGITS)
    assert math.isfinite(number)
