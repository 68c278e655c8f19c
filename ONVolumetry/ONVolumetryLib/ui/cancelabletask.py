"""A long task of the panel: a bar that shows how far it is, and a button that ends it."""

from __future__ import annotations

from contextlib import contextmanager

import slicer

from .sectionmarks import enable


class TaskCanceledError(Exception):
    """The user pressed Cancel."""


class CancelableTask:
    """Bar and button of a section's task; the bar is hidden while nothing runs.

    :param bar: QProgressBar.
    :param cancelButton: button that cancels.
    """

    def __init__(self, bar, cancelButton):
        self._bar, self._cancelButton = bar, cancelButton
        self.isRunning = self._isCanceled = False
        bar.setVisible(False)
        cancelButton.connect("clicked(bool)", lambda checked=False: self.cancel())

    @contextmanager
    def running(self):
        """Within this the task runs; progress() raises in it once the user has canceled."""
        self.isRunning, self._isCanceled = True, False
        self._bar.value = 0
        try:
            yield
        finally:
            self.isRunning = False
            self._bar.setVisible(False)

    def cancel(self):
        """End the task at its next step."""
        self._isCanceled = True

    def progress(self, fraction: float, text: str = ""):
        """Show how far the task is, and let the window work.

        :param fraction: done, 0 to 1.
        :param text: what is being worked at.
        :raises TaskCanceledError: the user pressed Cancel.
        """
        self._bar.setVisible(True)
        self._bar.value = round(100 * fraction)
        self._bar.setFormat(f"{text}  %p%".strip())
        slicer.app.processEvents()
        if self._isCanceled:
            raise TaskCanceledError

    def enableButton(self, nothingRuns: str, toolTip: str):
        """Let the button be pressed while the task runs.

        :param nothingRuns: why it cannot be pressed otherwise.
        :param toolTip: what it does.
        """
        enable(self._cancelButton, "" if self.isRunning else nothingRuns, toolTip)
