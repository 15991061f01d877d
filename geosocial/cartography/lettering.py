"""Where names stand on a picture: each zone tries its forms from the fullest down, and keeps what fits.

The rule is the atlas's: around the anchor of a zone, the first form of its name that touches no other text
and hardly leaves its zone; symbols are avoided where there is a choice. A value alone is the last form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Height of a line of lettering, and its size, in pixels.
LINE: Final = 13.5
SIZE: Final = 12.0
#: How far from the anchor a label may stand, in radii of the largest circle in its zone.
REACH: Final = 1.6
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """Lines centred on x, their middle at y; the last is the value."""

    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(slots=True)
class Letterer:
    """What is taken on a sheet, and the shapes that labels should stay in; all in pixels."""

    zones: NDArray[np.object_]
    room: Box
    taken: list[Box] = field(default_factory=list)
    symbols: Sequence[tuple[float, float, float]] = ()

    def free(self, box: Box) -> bool:
        """Return whether a box lies in the room and touches nothing."""
        left, top, right, bottom = self.room
        if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom:
            return False
        return not any(
            box[0] < o[2] and box[2] > o[0] and box[1] < o[3] and box[3] > o[1] for o in self.taken
        )

    def place(
        self,
        zone: int,
        forms: Sequence[tuple[Sequence[str], float]],
        anchor: tuple[float, float, float],
        *,
        leaves: Sequence[float] = (0.27, 0.27, 0.4, 9.0),
    ) -> Label | None:
        """Return the label of a zone in the fullest form that fits, and take its room; None when none does.

        Parameters
        ----------
        zone
            Its number among the shapes.
        forms
            The lines of each form with their width in pixels, the fullest first.
        anchor
            x, y and the radius of the largest circle in the zone.
        leaves
            For each form, the share of it that may lie in other zones.
        """
        for (lines, width), leave in zip(forms, leaves, strict=False):
            found = self._spot(zone, width, len(lines) * LINE, anchor, leave=leave)
            if found is not None:
                x, y = found
                half, tall = width / 2 + 1, len(lines) * LINE / 2
                self.taken.append((x - half, y - tall, x + half, y + tall))
                return Label(x, y, tuple(lines))
        return None

    def _spot(
        self, zone: int, width: float, height: float, anchor: tuple[float, float, float], *, leave: float
    ) -> tuple[float, float] | None:
        """Return the best place of a box; `leave` is the share of it that may lie in other zones."""
        best, score = None, math.inf
        for dx, dy in _around():
            x, y = anchor[0] + dx * anchor[2] * REACH, anchor[1] + dy * anchor[2] * REACH
            box = (x - width / 2 - 1, y - height / 2, x + width / 2 + 1, y + height / 2)
            if not self.free(box):
                continue
            foreign = self._foreign(zone, box)
            if foreign > leave:
                continue
            covered = sum(
                box[0] - r < sx < box[2] + r and box[1] - r < sy < box[3] + r for sx, sy, r in self.symbols
            )
            cost = 15 * foreign + 0.6 * math.hypot(dx, dy) + 0.8 * min(covered, 12)
            if cost < score:
                best, score = (x, y), cost
        return best

    def _foreign(self, zone: int, box: Box) -> float:
        """Return the share of a box that lies in zones other than its own."""
        import shapely

        rectangle = shapely.box(*box)
        near = [
            k
            for k in shapely.STRtree(self.zones).query(rectangle)
            if k != zone  # the tree answers with bounding boxes
        ]
        if not near:
            return 0.0
        return float(shapely.area(shapely.intersection(self.zones[near], rectangle)).sum() / rectangle.area)


def _around() -> list[tuple[float, float]]:
    """Return the places to try around an anchor, the nearest first."""
    return [(0.0, 0.0)] + [
        (r * math.cos(k * math.pi / 4), r * math.sin(k * math.pi / 4))
        for r in (0.25, 0.5, 0.75, 1.0)
        for k in range(8)
    ]


def farthest(shape: Any, points: NDArray[np.float64], *, step: float = 3.0) -> tuple[float, float]:
    """Return the place in a shape that is farthest from its edge and from any point: a number hides nothing.

    Searched on a grid of `step` pixels; the representative point of a shape smaller than that.
    """
    import numpy as np
    import shapely
    from scipy.spatial import cKDTree

    left, top, right, bottom = shape.bounds
    gx, gy = np.meshgrid(np.arange(left, right, step), np.arange(top, bottom, step))
    inside = shapely.contains_xy(shape, gx, gy)
    if not inside.any():
        point = shape.representative_point()
        return float(point.x), float(point.y)
    tried = np.column_stack((gx[inside], gy[inside]))
    edge = shapely.distance(shapely.boundary(shape), shapely.points(tried))
    near = cKDTree(points).query(tried)[0] if len(points) else np.full(len(tried), np.inf)
    best = int(np.argmax(np.minimum(np.minimum(edge, near), 20) + 0.02 * (edge + np.minimum(near, 100))))
    return float(tried[best, 0]), float(tried[best, 1])
