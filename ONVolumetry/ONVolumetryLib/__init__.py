"""ONVolumetry: how much of a necrotic femoral head has healed, measured on MRI with its uncertainty."""

__version__ = "0.1.0"
