"""Rigid registration of a follow-up scan to the baseline on the proximal femur, with its error.

The optimizer is this package's own (refine.py: Gauss-Newton steps on a robust correlation), not the registration
framework of SimpleITK, which only reads and writes the transforms. Three things that the method needs decided it:

- Each point's weight depends on how well it agrees, and the brightness is matched by a curve and by a factor that
  changes with the place. The framework's metrics offer masks, but neither of these.
- The Jacobian at the solution is at hand, from which the error of the place of the head is estimated.
- The digits are the same for any number of threads, so that scene and program agree exactly; the framework's depend on
  it from about the eleventh decimal on.

Testing/Benchmarks/registrationbench.py runs both on the same pairs.
"""
