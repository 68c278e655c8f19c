"""What keeps one statistic, and only that one, from being computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import ONVolumetryError


class StatisticError(ONVolumetryError):
    """These data do not determine the statistic; the text says why and stands in its place."""


def orNote(call: Callable[..., Any], *arguments, **options) -> tuple[Any, str | None]:
    """A statistic, or the reason why there is none.

    :return: (statistic, None) or (None, reason).
    """
    try:
        return call(*arguments, **options), None
    except StatisticError as error:
        return None, str(error)
