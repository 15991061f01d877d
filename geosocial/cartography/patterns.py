"""Fills of a picture: the colours of a ramp, and the two patterns that are no colour, at their own size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geosocial import symbology
from geosocial.cartography.canvas import Canvas


def swatch(canvas: Canvas, x: float, y: float, paint: str) -> None:
    """Draw the swatch of a legend: a colour, or a pattern at its own size."""
    import shapely

    box = shapely.box(x, y, x + 26, y + 12)
    fill(canvas, [box], paint, hair=1.0)
    canvas.shapes([box], edge=symbology.color("swatch_border"), width=1)


def fill(canvas: Canvas, shapes: Sequence[Any], paint: str, *, hair: float) -> None:
    """Fill shapes with a colour, or with the pattern ``missing`` or ``cannot_say`` at its own size."""
    pattern = symbology.look()["pattern"].get(paint)
    canvas.shapes(shapes, face=paint if pattern is None else pattern["ground"])
    if pattern is not None:
        marks = _crosses if paint == "missing" else _hatches
        canvas.shapes(
            marks(shapes, float(pattern["size_px"]) * hair),
            edge=pattern["mark"],
            width=float(pattern["stroke_px"]) * hair,
        )


def _hatches(shapes: Sequence[Any], size: float) -> list[Any]:
    """Return diagonals at a distance of `size` from each other, clipped by the shapes."""
    import numpy as np
    import shapely

    left, top, right, bottom = shapely.total_bounds(np.asarray(shapes, dtype=object))
    tall = bottom - top
    step = size * 2**0.5
    first = np.floor((left - tall) / step) * step
    starts = np.arange(first, right + step, step)
    # anchored to the sheet, so that the hatching of neighbours meets
    shift = (top % step) - step
    lines = shapely.MultiLineString([[(x - shift, bottom), (x - shift + tall, top)] for x in starts])
    return [shapely.intersection(lines, shape) for shape in shapes]


def _crosses(shapes: Sequence[Any], size: float) -> list[Any]:
    """Return small × marks on a grid of `size`, those that lie in the shapes."""
    import numpy as np
    import shapely

    found = []
    for shape in shapes:
        left, top, right, bottom = shape.bounds
        xs = np.arange(np.floor(left / size) * size + size / 2, right, size)
        ys = np.arange(np.floor(top / size) * size + size / 2, bottom, size)
        gx, gy = (grid.ravel() for grid in np.meshgrid(xs, ys))
        kept = shapely.contains_xy(shapely.buffer(shape, -1.5), gx, gy)
        r = size / 6
        at = list(zip(gx[kept], gy[kept], strict=True))
        arms = [[(x - r, y + s * r), (x + r, y - s * r)] for x, y in at for s in (1, -1)]
        if arms:
            found.append(shapely.MultiLineString(arms))
    return found
