"""Rigid registration of a follow-up scan to the baseline on the proximal femur, with its error."""
