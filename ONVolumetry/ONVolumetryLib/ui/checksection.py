"""Section Check this installation: the self-test, and in words what it found."""

from __future__ import annotations

import html
import unittest

import slicer
from slicer.i18n import tr as _

from .sectionmarks import DONE, LOOK, TO_DO, setMark


class CheckSection:
    """Binds the widgets of this section.

    :param ui: widgets of the panel by name.
    :param testCase: class of the self-test; each of its tests says in its first line of text what passed.
    """

    def __init__(self, ui, testCase):
        self.ui, self.testCase = ui, testCase
        ui.checkBrowser.hide()
        setMark(ui.checkSection, TO_DO)
        ui.checkButton.connect("clicked(bool)", lambda checked=False: self.run())

    def run(self) -> bool:
        """Run the self-test in a scene of its own and show the outcome.

        :return: whether everything passed.
        """
        with slicer.util.WaitCursor():
            lines, failures = [], 0
            for name in unittest.TestLoader().getTestCaseNames(self.testCase):
                test = self.testCase(name)
                result = unittest.TestResult()
                test.run(result)
                problems = result.failures + result.errors
                failures += bool(problems)
                what = (test.shortDescription() or name).strip()
                lines.append(self._line(what, problems))
        head = _("This installation works: all {count} checks passed.").format(count=len(lines)) if not failures else \
            _("{failures} of {count} checks failed. Install ONVolumetry again; if that does not help, report the text "
              "below.").format(failures=failures, count=len(lines))
        setMark(self.ui.checkSection, LOOK if failures else DONE)
        self.ui.checkBrowser.show()
        self.ui.checkBrowser.setHtml(f"<p><b>{html.escape(head)}</b></p>" + "".join(lines))
        return not failures

    def _line(self, what: str, problems) -> str:
        if not problems:
            return f"<p>✓ {html.escape(what)}</p>"
        last = problems[0][1].strip().splitlines()[-1]
        return f"<p>✗ {html.escape(what)}<br><code>{html.escape(last)}</code></p>"
