"""Inspect the outlines of zones: mend what has one reading only, refuse or report the rest, with figures.

An outline that crosses or touches itself is mended when the two ways of GEOS to do so agree with the outline
as it was drawn, to 0.1 % of its area: then there is nothing to choose between. A bow-tie, or parts that lie
on each other, can be read in several ways and are refused. Zones that overlap count a place twice, or in the
wrong zone: they are measured in square metres and named. So are cracks, slits between neighbours in which a
place would be in no zone; a hole as large as a district, such as an enclave, is geography.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geosocial.errors import N_, InputError, Said
from geosocial.intake.faults import Faults
from geosocial.io.layers import Layer
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    Outlines = npt.NDArray[np.object_]

#: Largest share of its area by which an outline may change when it is mended.
MOST_CHANGE: Final = 0.001
#: Less than this is the rounding of coordinates, in m².
ROUNDING_M2: Final = 1.0
#: Overlap, as a share of the smaller zone, from which a study is refused.
MOST_OVERLAP: Final = 0.01
#: A hole among the zones that is smaller than this share of the smallest of them is a crack.
LARGEST_CRACK: Final = 0.01
_NBSP: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two zones, by position, that share ground."""

    one: int
    other: int
    area_m2: float
    #: Of the smaller of the two.
    share: float


@dataclass(frozen=True, slots=True)
class Topology:
    """How the outlines of a layer lie beside each other."""

    #: Zones with the same outline, to the rounding of coordinates.
    twins: tuple[tuple[int, int], ...]
    #: Largest first; twins are not repeated here.
    overlaps: tuple[Overlap, ...]
    #: Areas of the cracks, m², and the first zone that touches each.
    cracks: tuple[tuple[int, float], ...]
    #: Areas of the other holes: enclaves, water.
    enclaves: tuple[float, ...]


def polygons(
    layer: Layer, labels: Sequence[str], crs: object, faults: Faults | None = None
) -> npt.NDArray[np.object_]:
    """Return the outlines of a layer in `crs`, in two dimensions, valid.

    Parameters
    ----------
    layer
        The layer; its rows are the positions of `faults`.
    labels
        (n) what a message calls each row.
    crs
        Metric coordinate reference system of the result.
    faults
        Where mended outlines are noted, with the area before and after; None notes nothing.

    Raises
    ------
    InputError
        Naming every row whose outline is missing, empty, no polygon, in another unit than the rest, or
        invalid in a way that can be mended in several ways.
    """
    import shapely

    file = layer.file.path
    own = np.asarray(layer.frame.geometry.array, dtype=object)
    none = np.asarray(shapely.is_missing(own) | shapely.is_empty(own))
    refuse(file, labels, none, N_("{file}: these rows have no outline: {zones}."))
    refuse(
        file,
        labels,
        ~np.isin(shapely.get_type_id(own), (3, 6)),
        N_("{file}: these rows are not polygons: {zones}."),
        N_("Give the layer of polygons, not that of points or lines."),
    )
    refuse(
        file,
        labels,
        odd_units(own, geographic=bool(layer.frame.crs.is_geographic)),
        N_("{file}: the coordinates of these rows are in another unit than the rest: {zones}."),
        N_(
            "The file mixes coordinate reference systems: reproject these rows, then put them together again."
        ),
    )
    moved = shapely.force_2d(np.asarray(layer.frame.geometry.to_crs(crs).array, dtype=object))
    refuse(
        file,
        labels,
        np.asarray(~np.isfinite(shapely.bounds(moved)).all(axis=1)),
        N_("{file}: these rows lie where the study’s coordinate system is not defined: {zones}."),
        N_("Check the coordinate reference system of the file and of the study."),
    )
    mended, changed = mend(moved)
    refuse(
        file,
        labels,
        ~shapely.is_valid(mended),
        N_("{file}: the outlines of these rows cross or touch themselves: {zones}."),
        N_("They can be mended in several ways: do so first, in QGIS by “Fix geometries”."),
    )
    if faults is not None:
        for position in np.flatnonzero(changed):
            before, after = shapely.area([moved[position], mended[position]])
            faults.add(
                int(position),
                "mended_outline",
                "flagged",
                value=f"{square_metres(before)} → {square_metres(after)}",
            )
    return mended


def mend(outlines: Outlines) -> tuple[Outlines, npt.NDArray[np.bool_]]:
    """Return the outlines with the invalid ones mended where that has one reading, and which were.

    Mended means: both methods of GEOS (``linework`` and ``structure``) and the outline as drawn agree on the
    area to `MOST_CHANGE`, and the result is a polygon or several. The others stay as they are, invalid.

    Examples
    --------
    >>> import shapely
    >>> spike = shapely.Polygon([(0, 0), (9, 0), (9, 9), (9, 12), (9, 9), (0, 9)])
    >>> mended, which = mend(np.array([spike, shapely.box(9, 0, 18, 9)]))
    >>> mended[0].area, which.tolist()
    (81.0, [True, False])
    """
    import shapely

    result = np.array(outlines, dtype=object)
    bad = np.flatnonzero(~shapely.is_valid(result))
    if not len(bad):
        return result, np.zeros(len(result), dtype=bool)
    drawn = result[bad]
    built = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    areas = np.array([shapely.area(drawn), shapely.area(shapely.make_valid(drawn)), shapely.area(built)])
    one_reading = (
        (areas.max(axis=0) - areas.min(axis=0) <= MOST_CHANGE * areas.min(axis=0))
        & (areas.min(axis=0) > 0)
        & np.isin(shapely.get_type_id(built), (3, 6))
    )
    result[bad[one_reading]] = built[one_reading]
    changed = np.zeros(len(result), dtype=bool)
    changed[bad[one_reading]] = True
    return result, changed


def odd_units(geometry: Outlines, *, geographic: bool) -> npt.NDArray[np.bool_]:
    """Return which geometries are in another unit than the layer says, where most are in the right one.

    Degrees never exceed 360 by 90; a layer in metres that stays within them is 360 m wide at the origin of
    its system, where no zone lies. None is odd when all are: then the layer says the wrong system, and its
    zones lie where it is not defined.

    Examples
    --------
    >>> import shapely
    >>> here = [shapely.Point(-73.5, 45.5), shapely.Point(-73.6, 45.5), shapely.Point(299541, 5040200)]
    >>> odd_units(np.array(here), geographic=True).tolist()
    [False, False, True]
    """
    import shapely

    bounds = np.abs(np.atleast_2d(shapely.bounds(geometry)))
    known = np.isfinite(bounds).all(axis=1)
    degrees = known & (bounds <= [360.0, 90.0, 360.0, 90.0]).all(axis=1)
    odd = known & (~degrees if geographic else degrees)
    return np.asarray(odd & (odd.sum() < known.sum()))


def topology(outlines: Outlines) -> Topology:
    """Return how valid outlines, in metres, lie beside each other.

    Cost: one search of neighbours, one intersection a pair of neighbours, one union.
    """
    import shapely

    one, other = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    shared = shapely.area(shapely.intersection(outlines[one], outlines[other]))
    areas = shapely.area(outlines)
    smaller, larger = np.minimum(areas[one], areas[other]), np.maximum(areas[one], areas[other])
    twin = (shared > 0) & (larger - shared <= MOST_CHANGE * larger)
    found = [
        Overlap(int(a), int(b), float(m2), float(m2 / least))
        for a, b, m2, least in zip(one[~twin], other[~twin], shared[~twin], smaller[~twin], strict=True)
        if m2 >= ROUNDING_M2
    ]
    found.sort(key=lambda overlap: (-overlap.area_m2, overlap.one, overlap.other))
    cracks, enclaves = _holes(outlines, LARGEST_CRACK * float(areas.min()) if len(areas) else 0.0)
    return Topology(
        tuple((int(a), int(b)) for a, b in zip(one[twin], other[twin], strict=True)),
        tuple(found),
        cracks,
        enclaves,
    )


def _holes(outlines: Outlines, largest: float) -> tuple[tuple[tuple[int, float], ...], tuple[float, ...]]:
    import shapely

    union = shapely.get_parts(shapely.union_all(outlines))
    rings = [ring for part in union for ring in part.interiors]
    holes = np.asarray(shapely.polygons(np.array(rings, dtype=object)), dtype=object)
    areas = np.asarray(shapely.area(holes), dtype=np.float64)
    real = areas >= ROUNDING_M2
    cracks = []
    if (crack := real & (areas < largest)).any():
        hole, zone = shapely.STRtree(outlines).query(holes[crack], predicate="intersects")
        first = {int(h): int(zone[hole == h].min()) for h in np.unique(hole)}
        cracks = [(first.get(i, 0), float(area)) for i, area in enumerate(areas[crack])]
    return tuple(sorted(cracks)), tuple(sorted(map(float, areas[real & (areas >= largest)]), reverse=True))


def settle(file: str, outlines: Outlines, labels: Sequence[str], faults: Faults) -> Topology:
    """Refuse zones that share ground; note small overlaps, cracks and repeated names in `faults`.

    Raises
    ------
    InputError
        When two zones have the same outline, or overlap by more than `MOST_OVERLAP` of the smaller: each
        pair is named, with the area.
    """
    found = topology(outlines)
    _refuse_pairs(
        file,
        [f"{labels[a]} = {labels[b]}" for a, b in found.twins],
        N_("{file}: these zones have the same outline: {zones}."),
        N_("Keep one of each, or give each its own outline."),
    )
    _refuse_pairs(
        file,
        [pair(labels, overlap) for overlap in found.overlaps if overlap.share > MOST_OVERLAP],
        N_("{file}: these zones overlap: {zones}."),
        N_("Cut one by the other first, in QGIS by “Difference”: a place there would count in both."),
    )
    for overlap in found.overlaps:
        value = f"{labels[overlap.other]}, {square_metres(overlap.area_m2)}"
        faults.add(overlap.one, "zone_overlap", "flagged", value=value)
    cracks: dict[int, list[float]] = {}
    for zone, area in found.cracks:
        cracks.setdefault(zone, []).append(area)
    for zone, areas in cracks.items():
        faults.add(zone, "zone_crack", "flagged", value=square_metres(sum(areas)))
    for position, name in repeated_names(labels):
        faults.add(position, "zone_name_repeated", "flagged", value=name)
    return found


def notes(found: Topology, labels: Sequence[str], changed: int) -> Iterator[Said]:
    """Say what was mended and how the zones lie beside each other, where that is not as it should be."""
    if changed:
        yield Said(
            N_("Zones: outlines that crossed themselves and were mended: {count}."), {"count": changed}
        )
    if found.twins:
        pairs = listed([f"{labels[a]} = {labels[b]}" for a, b in found.twins], 3)
        yield Said(N_("Zones: the same outline twice, the first one counts: {zones}."), {"zones": pairs})
    if found.overlaps:
        pairs = listed([pair(labels, overlap) for overlap in found.overlaps], 3)
        yield Said(N_("Zones that overlap, the first one counts: {zones}."), {"zones": pairs})
    if found.cracks:
        area = square_metres(sum(area for _, area in found.cracks))
        yield Said(
            N_("Zones: cracks between neighbours: {count} ({area} in all)."),
            {"count": len(found.cracks), "area": area},
        )
    twice = listed(sorted({name for _, name in repeated_names(labels)}), 3)
    if twice:
        yield Said(N_("Zones that have the same name: {zones}."), {"zones": twice})


def repeated_names(labels: Sequence[str]) -> list[tuple[int, str]]:
    """Return the positions after the first of names that are the same but for accents, case and dashes."""
    seen: set[str] = set()
    found = []
    for position, label in enumerate(labels):
        if (key := fold(label)) in seen:
            found.append((position, label))
        seen.add(key)
    return found


def pair(labels: Sequence[str], overlap: Overlap) -> str:
    """Return two zones that overlap, and by how much, as in a message."""
    return f"{labels[overlap.one]} / {labels[overlap.other]} ({square_metres(overlap.area_m2)})"


def square_metres(area: float) -> str:
    """Return an area with its unit, the same in both languages."""
    return f"{area:,.0f}".replace(",", _NBSP) + f"{_NBSP}m²"


def refuse(
    file: str,
    labels: Sequence[str],
    bad: Sequence[bool] | npt.NDArray[np.bool_],
    message: str,
    hint: str = "",
) -> None:
    """Raise an `InputError` that names the rows of `bad`, if there are any."""
    _refuse_pairs(file, [label for label, is_bad in zip(labels, bad, strict=True) if is_bad], message, hint)


def _refuse_pairs(file: str, names: Sequence[str], message: str, hint: str) -> None:
    if names:
        raise InputError(
            message, hint=hint or N_("Correct the layer and try again."), file=file, zones=listed(names)
        )


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return at most `most` names, then an ellipsis and their number."""
    shown = ", ".join(names[:most])
    return f"{shown}, … ({len(names)})" if len(names) > most else shown
