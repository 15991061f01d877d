"""Fills of a picture: the colours of a ramp, and the patterns that are no colour, at their own size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geosocial import symbology
from geosocial.cartography.canvas import Canvas


def swatch(canvas: Canvas, x: float, y: float, paint: str) -> None:
    """Draw the swatch of a legend: a colour, or a pattern a little smaller than on the map."""
    import shapely

    box = shapely.box(x, y, x + 26, y + 12)
    fill(canvas, [box], paint, hair=1.0 if paint == "cannot_say" else 0.75, origin=(x + 1, y))
    canvas.shapes([box], edge=symbology.color("swatch_border"), width=1)


def fill(
    canvas: Canvas,
    shapes: Sequence[Any],
    paint: str,
    *,
    hair: float,
    origin: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Fill shapes with a colour, or with a pattern of the look at its own size.

    Marks are on a grid of the sheet, from its `origin`, so that those of neighbours meet.
    """
    pattern = symbology.look()["pattern"].get(paint)
    canvas.shapes(shapes, face=paint if pattern is None else pattern["ground"])
    if pattern is None:
        return
    size, stroke = (float(pattern[name]) * hair for name in ("size_px", "stroke_px"))
    if paint == "depends":
        canvas.shapes(_dots(shapes, size, stroke, origin), face=pattern["mark"])
        return
    marks = _hatches(shapes, size) if paint == "cannot_say" else _crosses(shapes, size, origin)
    canvas.shapes(marks, edge=pattern["mark"], width=stroke)


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


def _dots(shapes: Sequence[Any], size: float, across: float, origin: tuple[float, float]) -> list[Any]:
    """Return discs of a diameter of `across` on a grid of `size`, clipped by the shapes."""
    import shapely

    found = []
    for shape in shapes:
        discs = shapely.buffer(shapely.points(*_grid(shape, size, origin)), across / 2)
        found.append(shapely.intersection(shapely.union_all(discs), shape))
    return found


def _crosses(shapes: Sequence[Any], size: float, origin: tuple[float, float]) -> list[Any]:
    """Return small × marks on a grid of `size`, those that lie in the shapes."""
    import shapely

    found = []
    for shape in shapes:
        gx, gy = _grid(shape, size, origin)
        kept = shapely.contains_xy(shapely.buffer(shape, -1.5), gx, gy)
        r = size / 6
        at = list(zip(gx[kept], gy[kept], strict=True))
        arms = [[(x - r, y + s * r), (x + r, y - s * r)] for x, y in at for s in (1, -1)]
        if arms:
            found.append(shapely.MultiLineString(arms))
    return found


def _grid(shape: Any, size: float, origin: tuple[float, float]) -> tuple[Any, Any]:
    """Return the middles of the squares of a grid of `size` from an origin that meet the box of a shape."""
    import numpy as np

    box = np.array(shape.bounds).reshape(2, 2) - origin
    low, high = np.floor(box[0] / size), np.ceil(box[1] / size)
    axes = [(np.arange(a, b) + 0.5) * size + o for a, b, o in zip(low, high, origin, strict=True)]
    gx, gy = np.meshgrid(*axes)
    return gx.ravel(), gy.ravel()
