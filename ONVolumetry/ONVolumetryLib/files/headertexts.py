"""What the header checks of all formats say."""

NO_SPACING = "the file does not say how large a voxel is; export the image again with its spacing"
BAD_SPACING = "the voxel spacing or origin is zero or not a number; export the image again with its spacing"
TRUNCATED = "the file is damaged or incomplete; copy or export it again"
SHEARED = "the grid is sheared (its axes are not at right angles); resample the image to a rectangular grid"
