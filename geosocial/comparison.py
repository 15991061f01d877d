"""Two editions compared: what became of each initiative, and what each change of a figure is made of.

The figures are worked out again by the measures themselves, with each combination of the factors that changed
taken from either edition (`geosocial.followup.editions.shapley`):

- *supply*: records that opened or closed, moved, or changed in number or capacity;
- *demand*: the table of the demand;
- *boundary*: the zones, to which demand and records of the other edition are joined by position;
- *method*: standards, norms, kinds, rules, detour factor; and the version of the code, where a figure of an
  old edition does not come out again to the digit;
- *quality*: kinds and positions that were corrected, whole lists that came or went, lists declared complete.

The parts of a figure add up to its change. A figure that is missing in an edition, or between them, has none,
and the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial import tables
from geosocial.followup.editions import mixed, movements, shapley
from geosocial.intake.edition import Edition, edition_of, read_edition
from geosocial.tables.contract import typed

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.results import Results
    from geosocial.study import PlacesSpec, Study

    Floats = NDArray[np.float64]

Key = tuple[str, str, str, str]
_KEY: Final = ["zone_id", "sphere", "service", "indicator"]
#: What of a record is not the record: where its row stands.
_ASIDE: Final = ["source_file", "source_row"]
#: What the join says of a record.
_JOINED: Final = ["outcome", "zone_id", "other_zone_id", "on_boundary", "snap_m"]
#: Parts of a study that change figures, beside the files.
_METHOD: Final = {"crs", "detour", "snap_m", "spheres"}
#: Outlines that differ by less are the same, m².
_SAME_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found between two editions.

    Attributes
    ----------
    movements, changes
        As in `geosocial.tables`.
    factors
        Those that changed, in the order of `geosocial.tables.FACTORS`.
    reproduced
        Whether the figures of each edition came out again to the digit; None where they were not worked out.
    """

    before: Edition
    after: Edition
    movements: pd.DataFrame
    changes: pd.DataFrame
    factors: tuple[str, ...]
    reproduced: tuple[bool, bool] | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two editions, and how records of one are known in the other."""

    before: Edition
    after: Edition
    moved_m: float
    #: Whether the zones differ.
    redrawn: bool
    #: Mixtures of records that were made already: later supply, later quality → records.
    made: dict[tuple[bool, bool], pd.DataFrame] = field(default_factory=dict)

    def of(self, later: bool) -> Edition:
        return self.after if later else self.before


def compare(before: Edition, after: Edition, *, moved_m: float = 100.0) -> Comparison:
    """Return what differs between two runs, the earlier one first.

    Parameters
    ----------
    before, after
        From `geosocial.intake.edition.read_edition`.
    moved_m
        A position that changed by more is a move, by less a correction.
    """
    reason = _undividable(before, after)
    old, new = _figures(before), _figures(after)
    keys = list(dict.fromkeys([*new, *old]))
    pair = _Pair(before, after, moved_m, redrawn=not _same_zones(before.zones, after.zones))
    told = movements(before.places, after.places, moved_m=moved_m, redrawn=pair.redrawn)
    factors: tuple[str, ...] = ()
    parts: dict[str, Floats] = {}
    reproduced = None
    if not reason:
        factors = _changed(pair)
        values: dict[frozenset[str], Floats] = {}

        def value(later: frozenset[str]) -> Floats:
            if later not in values:
                found = _again(pair, later)
                values[later] = np.array([found.get(key, np.nan) for key in keys])
            return values[later]

        parts = shapley(value, factors)
        first, last = value(frozenset()), value(frozenset(factors))
        archived = [np.array([f.get(key, {}).get("value", np.nan) for key in keys]) for f in (old, new)]
        # what the code of today finds otherwise than that of the edition is a change of method
        drift = (first - archived[0]) + (archived[1] - last)
        parts["method"] = parts.get("method", np.zeros(len(keys))) + drift
        reproduced = (_equal(first, archived[0]), _equal(last, archived[1]))
        if np.nansum(np.abs(drift)) > 0 and "method" not in factors:
            factors = tuple(f for f in tables.FACTORS if f in {*factors, "method"})
    changes = _changes(keys, old, new, parts, reason)
    return Comparison(before, after, told, changes, factors, reproduced)


def _undividable(before: Edition, after: Edition) -> str:
    """Return why no change can be divided; empty when it can."""
    if before.demand is None or after.demand is None:
        return "no_demand"
    if before.study.network is not None or after.study.network is not None:
        return "streets"
    if before.study.crs != after.study.crs:
        return "crs"
    drawn = hasattr(before.zones, "geometry") and hasattr(after.zones, "geometry")
    if not drawn and not _same_zones(before.zones, after.zones):
        return "no_outline"
    return ""


def _figures(edition: Edition) -> dict[Key, dict[str, Any]]:
    """Return every figure of an edition by its key, those of all zones together first."""
    found: dict[Key, dict[str, Any]] = {}
    for table in (edition.overall, edition.measures):
        for row in table.to_dict(orient="records"):
            found[row["zone_id"], row["sphere"], row["service"], row["indicator"]] = row  # type: ignore[assignment]
    return found


def _same_zones(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two editions have the same zones: identifiers, kinds, outlines where both have them."""
    if one[["zone_id", "kind"]].to_numpy().tolist() != other[["zone_id", "kind"]].to_numpy().tolist():
        return False
    if not (hasattr(one, "geometry") and hasattr(other, "geometry")):
        return True
    import shapely

    differ = shapely.symmetric_difference(one.geometry.to_numpy(), other.geometry.to_numpy())
    return bool((shapely.area(differ) < _SAME_M2).all())


def _changed(pair: _Pair) -> tuple[str, ...]:
    """Return the factors that changed, in the order of `geosocial.tables.FACTORS`."""
    # where the zones were redrawn, being in another one is no change of a record
    aside = [*_ASIDE, *_JOINED] if pair.redrawn else _ASIDE
    plain = pair.before.places.drop(columns=aside)

    def differs(*, supply: bool, quality: bool) -> bool:
        records = _records(pair, supply=supply, quality=quality).drop(columns=aside)
        return not _as_set(records, plain)

    old, new = pair.before.study, pair.after.study
    demand = [
        edition.demand.drop(columns="zone_id" if pair.redrawn else [])
        for edition in (pair.before, pair.after)
        if edition.demand is not None
    ]
    changed = {
        "supply": differs(supply=True, quality=False),
        "demand": not _as_set(*demand),
        "boundary": pair.redrawn,
        "method": old.model_dump(include=_METHOD) != new.model_dump(include=_METHOD),
        "quality": differs(supply=False, quality=True) or _complete(old) != _complete(new),
    }
    return tuple(factor for factor in tables.FACTORS if changed[factor])


def _as_set(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two tables hold the same rows in any order."""
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    columns = list(one.columns)
    first, second = (t.sort_values(columns, ignore_index=True) for t in (one, other))
    return bool(first.equals(second))


def _complete(study: Study) -> dict[str, Any]:
    return {spec.key: (spec.complete, spec.counted) for spec in study.places}


def _records(pair: _Pair, *, supply: bool, quality: bool) -> pd.DataFrame:
    """Return the records of a mixture, made once."""
    key = supply, quality
    if key not in pair.made:
        of = (pair.before.places, pair.after.places)
        pair.made[key] = mixed(*of, supply=supply, quality=quality, moved_m=pair.moved_m)
    return pair.made[key]


def _again(pair: _Pair, later: frozenset[str]) -> dict[Key, float]:
    """Return every figure, with these factors of the later edition and the others of the earlier."""
    import pandas as pd

    from geosocial import nearness
    from geosocial.measure import evaluate

    zones = pair.of("boundary" in later).zones
    places = _placed(pair, later, zones)
    demand = _demand(pair, later, zones)
    study = _study(pair, later)
    reach = nearness.reaches(study, zones, places, demand)
    costs = nearness.nearest_costs(study, reach, demand)
    measured = evaluate.measure(study, pd.DataFrame(zones), places, demand, costs, reach=reach)
    found: dict[Key, float] = {}
    for table in (measured.overall, measured.measures):
        for *key, value in table[[*_KEY, "value"]].itertuples(index=False):
            found[str(key[0]), str(key[1]), str(key[2]), str(key[3])] = float(value)
    return found


def _placed(pair: _Pair, later: frozenset[str], zones: pd.DataFrame | gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the records of a mixture, joined to its zones; those of one edition keep their own."""
    supply, quality, boundary = (factor in later for factor in ("supply", "quality", "boundary"))
    places = _records(pair, supply=supply, quality=quality)
    if not pair.redrawn or supply == quality == boundary:
        return places
    from geosocial.geo import join

    joined = join(places[["x", "y"]], zones, snap_m=pair.of(boundary).study.snap_m).points
    columns = {name: joined[name].to_numpy() for name in _JOINED}
    rejected = (places["outcome"] == "rejected").to_numpy()
    columns["outcome"] = np.where(rejected, "rejected", columns["outcome"])
    return typed(places.assign(**columns), tables.PLACES)


def _demand(pair: _Pair, later: frozenset[str], zones: pd.DataFrame | gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the demand of a mixture; that of the other zones goes to the zone in which it lies."""
    demand = pair.of("demand" in later).demand
    assert demand is not None  # noqa: S101 - `_undividable` has looked
    if not pair.redrawn or ("demand" in later) == ("boundary" in later):
        return demand
    from geosocial.geo import ZoneIndex

    at = ZoneIndex(zones).locate(demand["x"].to_numpy(), demand["y"].to_numpy())
    ids = np.append(zones["zone_id"].to_numpy(dtype=object), "")
    return demand.assign(zone_id=ids[at]).astype({"zone_id": "str"})


def _study(pair: _Pair, later: frozenset[str]) -> Study:
    """Return the study of a mixture: method of one edition, lists and demand of those that they come from.

    Only what gives a figure its value is kept: no other setting is tried, no interval drawn.
    """
    study = pair.of("method" in later).study
    demand = pair.of("demand" in later).study.demand
    held = {column.key for column in demand.columns}
    spheres = {}
    for sphere, spec in study.spheres.items():
        kept = tuple(
            service.model_copy(update={"alternative_demand": (), "alternative_supply": ()})
            for service in spec.services
            if service.demand in held
        )
        if kept:
            spheres[sphere] = spec.model_copy(update={"services": kept})
    single = {"standard_factors": (1.0,), "rules": ("coverage",), "zone_systems": ("study",), "closures": 0}
    single |= {"resample_complete": 0.0, "resample_incomplete": 0.0, "rounding": 0.0}
    robustness = study.robustness.model_copy(update=single)
    lists = _lists(pair, later)
    update: dict[str, Any] = {"demand": demand, "spheres": spheres, "robustness": robustness}
    return study.model_copy(update={**update, "places": lists, "equity": None, "clusters": None})


def _lists(pair: _Pair, later: frozenset[str]) -> tuple[PlacesSpec, ...]:
    """Return the lists of a mixture, declared complete as in the edition of its data quality."""
    first, other = pair.of("supply" in later), pair.of("quality" in later)
    said = {spec.key: spec for spec in other.study.places}
    lists: dict[str, PlacesSpec] = {}
    for spec in (*first.study.places, *other.study.places):
        own = said.get(spec.key, spec)
        update = {"complete": own.complete, "counted": own.counted}
        lists.setdefault(spec.key, spec.model_copy(update=update))
    return tuple(lists.values())


def _equal(one: Floats, other: Floats) -> bool:
    return bool(np.allclose(one, other, rtol=1e-12, atol=1e-9, equal_nan=True))


def _changes(
    keys: list[Key],
    old: Mapping[Key, Mapping[str, Any]],
    new: Mapping[Key, Mapping[str, Any]],
    parts: Mapping[str, Floats],
    reason: str,
) -> pd.DataFrame:
    """Return the table of changes, each with its parts or the reason why it has none."""
    import pandas as pd

    nan = float("nan")
    told = []
    for n, key in enumerate(keys):
        one, other = old.get(key, {}), new.get(key, {})
        before, after = float(one.get("value", nan)), float(other.get("value", nan))
        change = after - before
        mine = {factor: float(parts[factor][n]) if factor in parts else 0.0 for factor in tables.FACTORS}
        why = reason
        if not one or not other:
            why = "new"
        elif np.isnan(change):
            why = "missing"
        elif not why and np.isnan(list(mine.values())).any():
            why = "between"
        if why:
            mine = dict.fromkeys(tables.FACTORS, nan)
        told.append(
            {
                **dict(zip(_KEY, key, strict=True)),
                "unit": str((other or one)["unit"]),
                "before": before,
                "after": after,
                "change": change,
                **mine,
                "status_before": str(one.get("status", "")),
                "status_after": str(other.get("status", "")),
                "undivided": why,
            }
        )
    return typed(pd.DataFrame(told, columns=list(tables.CHANGES.columns)), tables.CHANGES)


def since(results: Results, earlier: Path) -> tuple[pd.DataFrame, dt.date]:
    """Return what changed in the figures of results since the run in the folder `earlier`, and its date.

    Raises
    ------
    MissingFileError, InputError
        When the folder holds no run that can be read.
    """
    before = read_edition(earlier)
    return compare(before, edition_of(results)).changes, before.study.edition


def with_earlier(results: Results) -> Results:
    """Return results with what changed since the earlier edition that their study names.

    Raises
    ------
    MissingFileError, InputError
        As `since`.
    """
    study = results.study
    if study.earlier is None:
        return results
    before = read_edition(study.earlier)
    found = compare(before, edition_of(results), moved_m=study.moved_m)
    return replace(results, movements=found.movements, changes=found.changes, earlier=before.study.edition)
