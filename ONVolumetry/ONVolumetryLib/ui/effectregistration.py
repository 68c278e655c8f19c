"""Makes the module's own tool known to every Segment Editor of the application."""

from __future__ import annotations

import os

import slicer

EFFECT_NAME = "Lesion from strokes"
EFFECT_FILE = "LesionFromStrokesEffect.py"


def registerEffects():
    """Register the tool; once for the life of the application."""
    factory = slicer.qSlicerSegmentEditorEffectFactory.instance()
    if any(effect.name == EFFECT_NAME for effect in factory.registeredEffects()):
        return
    import qSlicerSegmentationsEditorEffectsPythonQt as effects

    instance = effects.qSlicerSegmentEditorScriptedEffect(None)
    instance.setPythonSource(os.path.join(os.path.dirname(__file__), EFFECT_FILE).replace("\\", "/"))
    instance.self().register()
