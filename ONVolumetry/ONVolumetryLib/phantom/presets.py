"""Ready-made hips: the two cases that Gomez-Barrena et al. (2022) illustrate, and one with closed forms only."""

from __future__ import annotations

from .settings import HipSettings, PhantomSettings, VisitPlan

PRESETS = {
    "healed-101": PhantomSettings(
        hip="101", patient="P-101", healed=True,
        visits=(VisitPlan("preop", 0, 19.9), VisitPlan("3 months", 3, 12.6), VisitPlan("12 months", 12, 7.5))),
    "non-healed-203": PhantomSettings(
        hip="203", patient="P-203", healed=False, endReason="arthroplasty", endMonth=11,
        visits=(VisitPlan("preop", 0, 43.4), VisitPlan("3 months", 3, 28.7), VisitPlan("12 months", 12, None))),
    "cone": PhantomSettings(
        hip="cone", anatomy=HipSettings(family="cone", foveaDepthMm=0.0),
        visits=(VisitPlan("preop", 0, 20.0), VisitPlan("3 months", 3, 15.0), VisitPlan("12 months", 12, 10.0))),
}
