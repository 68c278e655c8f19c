"""3D Slicer's nodes to the core's masks and back; the scene is passed in, and nothing here needs an application."""
