"""The report of one hip as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.hip import HipMeasurement
from .glossary import glossarySection
from .heading import pageHeader, settingsSection
from .locationsection import locationSection
from .notes import notesSection
from .page import Section, pageHtml
from .plots import plotsSection
from .reading import readingSection
from .reportinput import ReportSubject, ReportVisit
from .slicepictures import picturesSection
from .summary import summarySection
from .tables import mainTable, uncertaintyTable
from .viewer3d import ViewerScene, viewerScript, viewerSection

__all__ = ["ReportSubject", "ReportVisit", "hipReportHtml"]


def hipReportHtml(subject: ReportSubject, measurement: HipMeasurement, visits: Sequence[ReportVisit],
                  viewer: ViewerScene | None = None) -> str:
    """The report as text of an HTML file (UTF-8).

    :param subject: whose hip it is.
    :param measurement: what was measured.
    :param visits: outlines and images of the visits, matched to the measurement by label; a visit that is not
        among them has no pictures.
    :param viewer: what the interactive view shows; None leaves the view out.
    """
    inThreeDimensions = [] if viewer is None else [Section("view", "Regression in 3D", "3D", viewerSection(viewer))]
    sections = (
        Section("summary", "Summary", "Summary", summarySection(measurement, subject)),
        Section("measurements", "Measurements", "Measurements",
                [*mainTable(measurement, visits), uncertaintyTable(measurement)]),
        Section("plots", "Course and section areas", "Plots", plotsSection(measurement, subject, visits)),
        Section("location", "Location of the lesion", "Location",
                locationSection(measurement, visits, subject.side)),
        *inThreeDimensions,
        Section("pictures", "Slices with outlines", "Slices", picturesSection(measurement, visits)),
        Section("notes", "Notes and warnings", "Notes", notesSection(measurement)),
        Section("settings", "Settings in force", "Settings", settingsSection(measurement)),
        Section("reading", "What the numbers mean, and what they do not", "Meaning", readingSection()),
        Section("definitions", "Definitions", "Definitions", glossarySection()),
    )
    return pageHtml(f"Hip {subject.hip} ({subject.side}): osteonecrosis volumetry",
                    pageHeader(subject, measurement, visits), sections, viewer and viewerScript())
