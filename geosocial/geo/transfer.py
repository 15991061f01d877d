"""Moving the columns of a layer to a zone system, and saying what became of every total.

Conventions
-----------
- An extensive column is a count (people, dwellings): it is divided and summed, v_t = Σ_s v_s · w_st. An
  intensive column is a rate, a share or a mean: it is averaged, v_t = Σ_s v_s · a_st / Σ_s a_st.
- `area`: w = |s ∩ t| / |s|, a = |s ∩ t|. `dasymetric`: the same with the ancillary inside instead of the
  area; a source without any is divided by area and marked. `largest_overlap`: each source goes whole to the
  zone that it overlaps most; `points`: to the first zone that covers the point, or a point inside the
  polygon. Then a = |s| (1 for a point).
- Missing is never 0: a zone has the sum over its known sources, and the share of it that is known, by area
  (by number of points where the layer holds points). Where nothing is known the figure is missing.
- A total is kept where the zones tile the sources. What falls outside is told for each column and each row;
  where zones overlap, what they share counts in each, and the share outside may be negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from geosocial.errors import N_, InputError, UnknownCrsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Method = Literal["area", "dasymetric", "largest_overlap", "points"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
#: Shares this close to 0 or 1 are the rounding of coordinates.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Transfer:
    """The columns of a layer by zone, with what fell outside and what is not known.

    Attributes
    ----------
    table
        One row a zone, in the order of the zones: `zone_id`; `covered`, the share of its area that the layer
        overlaps (NaN for points); each column; and `{column}_known`, the share of it that is known.
    totals
        One row a column: `column`, `kind` (extensive or intensive), `source` and `zones`, the totals of the
        known figures before and after, `share_outside` = 1 − zones / source, `suppressed`, the rows without a
        figure. Of an intensive column only the last: a rate has no total.
    rows
        One row for each row of the layer, with its index: `outcome`, `zones`, the number of zones that it
        goes to, `share_inside`, the share of its counts that goes to any, and `by_area`, whether the
        ancillary layer has nothing in it. The outcome is `whole` (in one zone), `split`, `partly_outside`,
        `outside`, `counted_twice` (zones overlap in it) or `no_area`.
    shares
        (rows × zones) the weights w.
    method
        As asked.
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    rows: pd.DataFrame
    shares: csr_array
    method: Method


@dataclass(frozen=True, slots=True)
class _Weights:
    #: w, of counts.
    shares: csr_array
    #: a, of rates.
    means: csr_array
    #: By which the share that is known is told.
    extent: csr_array
    #: Area of each zone that the layer overlaps; NaN for points.
    overlapped: Floats
    by_area: Flags


def transfer(
    layer: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    extensive: Sequence[str] = (),
    intensive: Sequence[str] = (),
    method: Method = "area",
    ancillary: gpd.GeoDataFrame | None = None,
    ancillary_weight: str | None = None,
) -> Transfer:
    """Return columns of a layer moved to zones.

    Parameters
    ----------
    layer
        Polygons (census areas, a grid), or points with ``method="points"``. NaN is a suppressed figure.
    zones
        Polygons with the column zone_id, in a metric CRS, the same as that of the layer.
    extensive, intensive
        Columns that hold counts, and rates. A rate over people is better moved as the two counts.
    method
        One of `METHODS`; see the conventions of the module.
    ancillary
        Where people live, for ``method="dasymetric"`` only: inhabited polygons, or dwellings as points.
    ancillary_weight
        Its column of dwellings or people; without it a point is 1, a polygon its area.

    Returns
    -------
    Transfer
        Identical input gives identical figures; the order of rows changes them by rounding at most.

    Raises
    ------
    UnknownCrsError
        When a layer does not say in which CRS it is.
    StudyError
        When the CRS of the zones is not metric.
    InputError
        When the CRS differ, a geometry is invalid or of the wrong type, a column is missing, or a figure is
        no number, infinite, or a negative count: naming the row and the column.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> squares = [shapely.box(0, 0, 2, 1), shapely.box(2, 0, 4, 1)]
    >>> areas = gpd.GeoDataFrame({"people": [10, 30], "rent": [5.0, 9.0]}, geometry=squares, crs=32188)
    >>> zones = gpd.GeoDataFrame({"zone_id": ["A"]}, geometry=[shapely.box(0, 0, 3, 1)], crs=32188)
    >>> moved = transfer(areas, zones, extensive=["people"], intensive=["rent"])
    >>> moved.table[["people", "rent"]].round(3).values.tolist()
    [[25.0, 6.333]]
    >>> moved.totals["share_outside"].tolist()
    [0.375, nan]
    """
    from geosocial.geo.join import check_zones

    if method not in METHODS:
        raise InputError(
            N_("“{got}” is no method of interpolation."),
            hint=N_("Use one of {methods}."),
            got=method,
            methods=", ".join(METHODS),
        )
    check_zones(zones)
    _check_layer(layer, zones)
    if (ancillary is not None) != (method == "dasymetric"):
        raise InputError(
            N_("An ancillary layer goes with the method “dasymetric”, and only with it."),
            hint=N_("Give both, or neither."),
        )
    if ancillary is not None:
        _check_layer(ancillary, zones, ancillary=True)
    values = _values(layer, extensive, intensive)
    weights = _weights(layer, zones, method, ancillary, ancillary_weight)
    counts = {name: values[name] for name in extensive}
    rates = {name: values[name] for name in intensive}
    table = _table(zones, counts, rates, weights)
    return Transfer(
        table=table,
        totals=_totals(counts, rates, table),
        rows=_rows(layer, weights),
        shares=weights.shares,
        method=method,
    )


def _check_layer(layer: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, ancillary: bool = False) -> None:
    from geosocial.geo.crs import crs_label, same_crs

    if layer.crs is None:
        raise UnknownCrsError(
            N_("The ancillary layer does not say in which coordinate reference system it is.")
            if ancillary
            else N_("The layer does not say in which coordinate reference system it is."),
            hint=N_("Name it; geosocial does not guess."),
        )
    if not same_crs(layer.crs, zones.crs):
        raise InputError(
            N_("The ancillary layer is in {layer}, the zones in {zones}.")
            if ancillary
            else N_("The layer is in {layer}, the zones in {zones}."),
            hint=N_("Bring both to the same coordinate reference system first."),
            layer=crs_label(layer.crs),
            zones=crs_label(zones.crs),
        )


def _values(layer: gpd.GeoDataFrame, extensive: Sequence[str], intensive: Sequence[str]) -> dict[str, Floats]:
    """Return the figures of each column as floats, NaN where suppressed."""
    import pandas as pd

    names = [*extensive, *intensive]
    taken = {"zone_id", "covered", *(f"{name}_known" for name in names)}
    twice = [name for k, name in enumerate(names) if name in names[:k] or name in taken]
    if twice:
        raise InputError(
            N_("The column “{column}” is asked for twice, or has the name of a result."),
            hint=N_("A column is either extensive or intensive; call it otherwise if its name is taken."),
            column=twice[0],
        )
    found = {}
    for name in names:
        if name not in layer.columns or name == layer.geometry.name:
            raise InputError(
                N_("The layer has no column “{column}”; its columns are: {columns}."),
                hint=N_("Correct the name of the column."),
                column=name,
                columns=", ".join(str(c) for c in layer.columns if c != layer.geometry.name),
            )
        column = layer[name]
        figures = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        bad = (np.isnan(figures) & column.notna().to_numpy()) | np.isinf(figures)
        _refuse(bad, name, N_("Row {row} holds no finite number (column “{column}”)."))
        if name in extensive:
            _refuse(figures < 0, name, N_("Row {row} holds a negative count (column “{column}”)."))
        found[name] = figures
    return found


def _refuse(bad: Flags, column: str, message: str) -> None:
    if bad.any():
        raise InputError(
            message,
            hint=N_("Correct the figure, or leave it empty if it is suppressed."),
            row=int(np.flatnonzero(bad)[0]) + 1,
            column=column,
        )


def _weights(
    layer: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    method: Method,
    ancillary: gpd.GeoDataFrame | None,
    ancillary_weight: str | None,
) -> _Weights:
    import shapely
    from scipy.sparse import csr_array

    from geosocial.geo import interpolate
    from geosocial.geo.zone_index import ZoneIndex

    shapes = np.array(layer.geometry.values, dtype=object)
    targets = np.array(zones.geometry.values, dtype=object)
    kinds = shapely.get_type_id(shapes)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = method == "points" and bool(present.any()) and bool((kinds[present] == 0).all())
    odd = np.flatnonzero(present & ~np.isin(kinds, (0,) if points else (3, 6)))
    if len(odd):
        raise InputError(
            N_("Row {row} of the layer is not a polygon."),
            hint=N_("Points go to zones by the method “points”, all rows alike."),
            row=int(odd[0]) + 1,
        )
    size = np.ones(len(shapes)) if points else shapely.area(shapes)
    if points:
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
        overlapped = np.full(len(targets), np.nan)
    else:
        areas = interpolate.overlap_areas(shapes, targets)
        overlapped = np.asarray(areas.sum(axis=0), np.float64)
        x, y = interpolate.representative_points(shapes) if method == "points" else (size, size)
    if ancillary is not None:
        return _by_ancillary(shapes, targets, areas, ancillary, ancillary_weight)
    no_flags = np.zeros(len(shapes), bool)
    if method == "area":
        pairs = areas.tocoo()
        row, column = pairs.coords
        shares = csr_array((pairs.data / size[row], (row, column)), shape=areas.shape)
        return _Weights(shares, areas, areas, overlapped, no_flags)
    owner = interpolate.largest(areas) if method == "largest_overlap" else ZoneIndex(targets).locate(x, y)
    shares = _assigned(owner, np.ones(len(shapes)), len(targets))
    extent = _assigned(owner, size, len(targets))
    return _Weights(shares, extent, extent, overlapped, no_flags)


def _by_ancillary(
    shapes: NDArray[np.object_],
    targets: NDArray[np.object_],
    areas: csr_array,
    ancillary: gpd.GeoDataFrame,
    weight: str | None,
) -> _Weights:
    from geosocial.geo.dasymetric import ancillary_of, dasymetric

    given = None if weight is None else _values(ancillary, [], [weight])[weight]
    found = dasymetric(shapes, targets, ancillary_of(ancillary.geometry.values, given))
    # A rate is averaged over those who live there; where nobody does, over the ground.
    amounts, ground, shares = found.amounts.tocoo(), areas.tocoo(), found.shares.tocoo()
    bare = np.bincount(amounts.coords[1], amounts.data, len(targets)) <= 0
    kept = bare[ground.coords[1]]
    unlived = ground.data[kept], tuple(axis[kept] for axis in ground.coords)
    return _Weights(
        # A zone that a source overlaps where nobody lives has 0, which is known: not nothing.
        _together(areas.shape, (shares.data, shares.coords), (np.zeros(len(ground.data)), ground.coords)),
        _together(areas.shape, (amounts.data, amounts.coords), unlived),
        areas,
        np.asarray(areas.sum(axis=0), np.float64),
        found.by_area,
    )


def _together(shape: tuple[int, int], *parts: tuple[Floats, Any]) -> csr_array:
    """Return the sum of sparse parts, each its data and coordinates; a 0 that is given stays."""
    from scipy.sparse import csr_array

    data = np.concatenate([part[0] for part in parts])
    row, column = (np.concatenate([part[1][axis] for part in parts]) for axis in (0, 1))
    return csr_array((data, (row, column)), shape=shape)


def _assigned(owner: NDArray[Any], size: Floats, targets: int) -> csr_array:
    from scipy.sparse import csr_array

    row = np.flatnonzero(owner >= 0)
    return csr_array((size[row], (row, owner[row])), shape=(len(owner), targets))


def _table(
    zones: gpd.GeoDataFrame, counts: dict[str, Floats], rates: dict[str, Floats], weights: _Weights
) -> pd.DataFrame:
    import pandas as pd
    import shapely

    from geosocial.geo import interpolate

    area = shapely.area(np.array(zones.geometry.values, dtype=object))
    overlapped = weights.overlapped
    table = pd.DataFrame({"zone_id": zones["zone_id"].to_numpy()})
    table["covered"] = np.divide(overlapped, area, out=np.full(len(area), np.nan), where=area > 0)
    for name, values in {**counts, **rates}.items():
        if name in counts:
            known = np.flatnonzero(np.isfinite(values))
            table[name] = interpolate.extensive(values[known], weights.shares[known])
        else:
            table[name] = interpolate.intensive(values, weights.means)
        table[f"{name}_known"] = interpolate.share_known(values, weights.extent)
    return table


def _totals(counts: dict[str, Floats], rates: dict[str, Floats], table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, values in {**counts, **rates}.items():
        source = zones = outside = float("nan")
        if name in counts and np.isfinite(values).any():
            source = float(np.nansum(values))
            zones = float(np.nansum(table[name].to_numpy()))
            outside = 1 - zones / source if source else float("nan")
        kind = "extensive" if name in counts else "intensive"
        rows.append((name, kind, source, zones, outside, int(np.isnan(values).sum())))
    return pd.DataFrame(rows, columns=["column", "kind", "source", "zones", "share_outside", "suppressed"])


def _rows(layer: gpd.GeoDataFrame, weights: _Weights) -> pd.DataFrame:
    import pandas as pd
    import shapely

    shares = weights.shares
    inside = np.asarray(shares.sum(axis=1), np.float64)
    pairs = shares.tocoo()
    reached = np.bincount(pairs.coords[0][pairs.data > 0], minlength=shares.shape[0])
    shapes = np.array(layer.geometry.values, dtype=object)
    no_area = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    outcome = np.select(
        [
            no_area,
            reached == 0,
            inside > 1 + _ROUNDING,
            inside < 1 - _ROUNDING,
            reached > 1,
        ],
        ["no_area", "outside", "counted_twice", "partly_outside", "split"],
        "whole",
    )
    return pd.DataFrame(
        {
            "outcome": pd.array(outcome.tolist(), dtype="str"),
            "zones": reached.astype(np.int64),
            "share_inside": inside,
            "by_area": weights.by_area & ~no_area,
        },
        index=layer.index,
    )
