"""Outlines of head and lesion from a click and a few strokes."""
