"""The module's panel: binds widgets to the parameters of the scene and to the logic; computes nothing."""
