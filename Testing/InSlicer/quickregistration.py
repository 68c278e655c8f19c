"""A stand-in for the registration that lays one head's center on the other, for tests of what is made of it."""

from unittest import mock

import numpy as np

LIMIT_MM = 1.5
# What the stand-in finds beside the shift, so that a registration is told from the heads' centers alone.
TURN = np.radians([0.0, 0.0, 10.0])


def patched():
    """Context in which registrations are quick."""
    from ONVolumetryLib.core import changeovertime

    return mock.patch.object(changeovertime, "registerFollowup", register)


def register(baseline, followup, settings=None, userTransform=None):
    """A turn and the shift of the centers; a user's transform is judged by how far it puts the center away."""
    from ONVolumetryLib.core.registration.result import RegistrationResult
    from ONVolumetryLib.core.registration.rigid import applyTo, rigidMatrix

    first, second = np.array(baseline.sphere.centerRas), np.array(followup.sphere.centerRas)
    matrix = rigidMatrix(TURN, first - second, second) if userTransform is None else userTransform
    distance = float(np.linalg.norm(applyTo(matrix, second) - first))
    isGood = distance < LIMIT_MM
    return RegistrationResult(matrix, "accepted" if isGood else "rejected", "the stand-in says so",
                              "image" if userTransform is None else "user", 0.2, 0.98, distance, distance,
                              0.1 + distance)
