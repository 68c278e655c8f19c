"""The regression as a binary glTF 2.0 file, which standard 3D viewers open."""

from __future__ import annotations

import json
import struct

import numpy as np

from .captions import visitLines, visitName, visitRemark
from .regressionscene import Layer, RegressionScene, SceneVisit
from .styles import STYLES

MAGIC, VERSION, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
FLOAT, UNSIGNED_INT = 5126, 5125
VERTEX_TARGET, INDEX_TARGET = 34962, 34963
METERS_PER_MM = 0.001
# glTF: y is up and the front looks along z. The front is anterior, so that x points to the patient's left.
FROM_RAS = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
DISTANCE_OF_VISITS = 2.4


def regressionGlb(scene: RegressionScene, hip: str) -> bytes:
    """Write all visits side by side, each a named node with a named child for every part.

    :param hip: name of the hip, for the root node.
    :return: the bytes of a .glb file in meters.
    """
    return _GlbWriter(scene).written(hip)


class _GlbWriter:
    def __init__(self, scene: RegressionScene):
        self.scene = scene
        self.binary = bytearray()
        self.views, self.accessors, self.meshes, self.nodes = [], [], [], []
        self.keys = sorted({layer.key for visit in scene.visits for layer in visit.layers}, key=list(STYLES).index)

    def written(self, hip: str) -> bytes:
        visits = [self._visitNode(index, visit) for index, visit in enumerate(self.scene.visits)]
        self.nodes.append({"name": f"Hip {hip} ({self.scene.side})", "children": visits,
                           "extras": {"note": self.scene.note}})
        document = {
            "asset": {"version": "2.0", "generator": "ONVolumetry"},
            "scene": 0,
            "scenes": [{"nodes": [len(self.nodes) - 1]}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": [_material(key) for key in self.keys],
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.binary)}],
        }
        # An empty list is not allowed where a list is given at all.
        text = json.dumps({key: value for key, value in document.items() if value != []}).encode("utf-8")
        text += b" " * (-len(text) % 4)
        length = 12 + 8 + len(text) + 8 + len(self.binary)
        return (struct.pack("<III", MAGIC, VERSION, length) + struct.pack("<II", len(text), JSON_CHUNK) + text
                + struct.pack("<II", len(self.binary), BINARY_CHUNK) + bytes(self.binary))

    def _visitNode(self, index: int, visit: SceneVisit) -> int:
        children = [self._layerNode(visit, layer) for layer in visit.layers]
        first, second = visitLines(visit.measurement)
        place = DISTANCE_OF_VISITS * self.scene.radiusMm * METERS_PER_MM * index
        node = {"name": visitName(visit.measurement), "translation": [place, 0.0, 0.0],
                "extras": {"month": visit.measurement.month, "onv": first, "volume": second,
                           "remark": visitRemark(visit, self.scene.end)}}
        self.nodes.append(node | ({"children": children} if children else {}))
        return len(self.nodes) - 1

    def _layerNode(self, visit: SceneVisit, layer: Layer) -> int:
        mesh = layer.shownMesh
        points = (mesh.points - self.scene.centerRas) @ FROM_RAS.T * METERS_PER_MM
        normals = layer.mesh.normals() @ FROM_RAS.T
        attributes = {"POSITION": self._accessor(points, "VEC3", hasLimits=True),
                      "NORMAL": self._accessor(normals, "VEC3")}
        indices = self._accessor(mesh.triangles.reshape(-1), "SCALAR")
        name = f"{visit.label}: {layer.style.title}"
        self.meshes.append({"name": name, "primitives": [
            {"attributes": attributes, "indices": indices, "material": self.keys.index(layer.key)}]})
        self.nodes.append({"name": name, "mesh": len(self.meshes) - 1})
        return len(self.nodes) - 1

    def _accessor(self, values: np.ndarray, kind: str, hasLimits: bool = False) -> int:
        isIndex = kind == "SCALAR"
        values = np.ascontiguousarray(values, dtype="<u4" if isIndex else "<f4")
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": values.nbytes,
                           "target": INDEX_TARGET if isIndex else VERTEX_TARGET})
        self.binary += values.tobytes()
        limits = {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()} if hasLimits else {}
        self.accessors.append({"bufferView": len(self.views) - 1, "count": len(values), "type": kind,
                               "componentType": UNSIGNED_INT if isIndex else FLOAT, **limits})
        return len(self.accessors) - 1


def _material(key: str) -> dict:
    style = STYLES[key]
    color = [float(part) for part in _linear(np.array(style.colorRgb) / 255.0)]
    look = {"baseColorFactor": [*color, style.opacity], "metallicFactor": 0.0, "roughnessFactor": 0.8}
    material = {"name": style.title, "pbrMetallicRoughness": look, "doubleSided": not style.isOpaque}
    return material if style.isOpaque else {**material, "alphaMode": "BLEND"}


def _linear(color: np.ndarray) -> np.ndarray:
    """Color as a glTF factor is meant: light intensity, not the screen's code (sRGB)."""
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
