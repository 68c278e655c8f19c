"""Where a node lies in the world: only parent transforms that keep volumes are followed."""

from __future__ import annotations

import numpy as np

from ..core.errors import GeometryError

# Transforms from registration or from text files are rotations to about six digits.
RIGID_TOLERANCE = 1e-4


def arrayOfMatrix(matrix) -> np.ndarray:
    """A vtkMatrix4x4 as a 4x4 array."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def rigidToWorld(node) -> np.ndarray:
    """Move from a node's own RAS to the world's RAS.

    :param node: transformable MRML node; the identity belongs to one without parent transform.
    :return: 4x4 rotation and shift in mm.
    :raises GeometryError: the transform bends, scales, shears or mirrors, which would change volumes or sides.
    """
    import vtk

    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise GeometryError(_refusal(node, transform, "is not linear"))
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToWorld(matrix)
    return _rigid(arrayOfMatrix(matrix), node, transform)


def _rigid(matrix: np.ndarray, node, transform) -> np.ndarray:
    """The matrix with its rotation freed from rounding, so that it keeps volumes to the last digits."""
    linear = matrix[:3, :3]
    if not np.all(np.isfinite(matrix)):
        raise GeometryError(_refusal(node, transform, "is not finite"))
    if np.max(np.abs(linear.T @ linear - np.eye(3))) > RIGID_TOLERANCE:
        raise GeometryError(_refusal(node, transform, "scales or shears"))
    if np.linalg.det(linear) < 0:
        raise GeometryError(_refusal(node, transform, "mirrors, which swaps left and right"))
    left, _, right = np.linalg.svd(linear)
    result = np.array(matrix)
    if not np.array_equal(linear, np.eye(3)):
        result[:3, :3] = left @ right
    return result


def _refusal(node, transform, what: str) -> str:
    return (f'the transform "{transform.GetName()}" above "{node.GetName()}" (with its own parents) {what}; '
            "take it out of the transform in the Transforms module")
