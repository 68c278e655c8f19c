"""Names of the 3D files of a hip."""

PICTURE = "regression.png"
MOVIE = "regression.mp4"
MODEL = "regression.glb"
RENDERED_FILES = (PICTURE, MOVIE, MODEL)
PROBLEMS = "problems.txt"
