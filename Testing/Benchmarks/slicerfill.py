"""Fill between slices as 3D Slicer does it, by its own filter."""

from __future__ import annotations

import numpy as np
from ONVolumetryLib.core.mask import Mask


def slicersFill(outlines: Mask, axis: int) -> Mask:
    """Fill the slices between outlined ones with the filter behind Slicer's tool (morphological interpolation).

    :param axis: slice axis.
    """
    import vtk
    from slicer import vtkITKMorphologicalContourInterpolator
    from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

    padded = np.pad(outlines.voxels, 4).astype(np.uint8)
    image = vtk.vtkImageData()
    image.SetDimensions(padded.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR))
    interpolator = vtkITKMorphologicalContourInterpolator()
    interpolator.SetInputData(image)
    interpolator.Update()
    filled = vtk_to_numpy(interpolator.GetOutput().GetPointData().GetScalars()).reshape(padded.shape) > 0
    return Mask(filled[4:-4, 4:-4, 4:-4], outlines.offsetIjk, outlines.grid)
