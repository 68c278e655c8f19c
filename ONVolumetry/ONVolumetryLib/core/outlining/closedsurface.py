"""The smooth closed surface around a center that follows edges best."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from .directions import DirectionMesh

ITERATIONS, DAMPING = 40, 0.3
# Neighbors whose radii differ by more steps than this are not compared.
LARGEST_JUMP = 4


def chosenSteps(costs: np.ndarray, mesh: DirectionMesh, roughnessCost: float) -> np.ndarray:
    """For each direction the step along its ray that makes the whole surface cheapest (min-sum belief propagation).

    :param costs: (directions, steps) of having the surface there.
    :param roughnessCost: of a difference of one step between neighbors, squared with the difference.
    :return: step of each direction, (directions,).
    """
    first, second = mesh.edges.T
    sender, receiver = np.concatenate([first, second]), np.concatenate([second, first])
    count, half = len(costs), len(first)
    reverse = np.concatenate([np.arange(half, 2 * half), np.arange(half)])
    gather = sparse.csr_matrix((np.ones(len(receiver), dtype=np.float32), (receiver, np.arange(len(receiver)))),
                               (count, len(receiver)))
    costs = costs.astype(np.float32)
    messages = np.zeros((len(sender), costs.shape[1]), dtype=np.float32)
    for _ in range(ITERATIONS):
        beliefs = costs + gather @ messages
        new = _lowered(beliefs[sender] - messages[reverse], roughnessCost)
        new -= new.min(axis=1, keepdims=True)
        messages = DAMPING * messages + (1 - DAMPING) * new
    return np.argmin(costs + gather @ messages, axis=1)


def _lowered(costs: np.ndarray, roughnessCost: float) -> np.ndarray:
    """Lowest cost over the steps of a neighbor, the difference paid."""
    lowest = costs.copy()
    for jump in range(1, LARGEST_JUMP + 1):
        paid = np.float32(roughnessCost * jump * jump)
        np.minimum(lowest[:, jump:], costs[:, :-jump] + paid, out=lowest[:, jump:])
        np.minimum(lowest[:, :-jump], costs[:, jump:] + paid, out=lowest[:, :-jump])
    return np.minimum(lowest, costs.min(axis=1, keepdims=True)
                      + np.float32(roughnessCost * (LARGEST_JUMP + 1) ** 2))


def smoothRadii(radii: np.ndarray, weights: np.ndarray, mesh: DirectionMesh, stiffness: float) -> np.ndarray:
    """Radii (directions,) that follow the given ones where their weights are large, and are smooth elsewhere."""
    system = sparse.diags(weights) + stiffness * mesh.bending
    return spsolve(system.tocsc(), weights * radii)
