"""The measuring core: arrays and 4x4 matrices in, frozen dataclasses out (numpy, scipy and SimpleITK only)."""
