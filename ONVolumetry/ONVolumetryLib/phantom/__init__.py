"""Synthetic hips of exactly known volume: shapes, images, outlines and the truth beside them."""
