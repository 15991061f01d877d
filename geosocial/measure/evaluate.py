"""From supply, demand and costs to the tables of a run: an ordered list of calls, one function a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.errors import N_, InputError
from geosocial.measure import gaps, robustness, supply
from geosocial.measure.comparison import closures, methods
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.indicators import units
from geosocial.measure.reach import Reach
from geosocial.measure.services import Judged, judge
from geosocial.measure.trials import City, Costs
from geosocial.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a part of a table: an array, or one text for the whole part.
Part: TypeAlias = dict[str, "NDArray[Any] | str"]


@dataclass(frozen=True, slots=True)
class Measured:
    """The tables of a run, as in `geosocial.tables`."""

    measures: pd.DataFrame
    overall: pd.DataFrame
    ranking: pd.DataFrame
    settings: pd.DataFrame
    methods: pd.DataFrame
    closures: pd.DataFrame


def measure(
    study: Study,
    zones: pd.DataFrame,
    places: pd.DataFrame,
    demand: pd.DataFrame,
    costs: Costs,
    *,
    reach: Mapping[tuple[str, str], Reach] | None = None,
    positions: Ints | None = None,
) -> Measured:
    """Measure every service of a study in every zone and as a whole.

    Status. *missing*: no demand of the zone is known, or its supply is (see `geosocial.measure.supply`); the
    value is NaN. *cannot_say*: its demand is below ``study.status.min_demand`` or zero, or a ratio rests on
    fewer than ``min_sites`` facilities of an incomplete list; the value stays. *low_confidence*: more than
    ``max_unknown`` of its places have a suppressed demand, or the interval reaches both sides of the value
    that it is judged against (the norm, or the city's); it is ranked. Otherwise *ok*. Demand and supply
    themselves are counts: *ok* wherever they are known.

    Intervals. Coverage: the root of the sum of squares of the change under the two ends of the detour range
    and of what `geosocial.measure.uncertainty` says of lists and rounded counts. Ratio: the latter alone.

    The study as a whole is the sum over the zones that are not missing for that indicator, also those of
    which nothing can be said alone. Its coverage is Σ covered / Σ D, its gap the sum of the zones' gaps (with
    norm = 1, the demand beyond the standard), its share that sum over Σ D (coverage) or over what is due
    (ratio), its rate the city-wide ratio.

    Parameters
    ----------
    study
        The study.
    zones, places, demand
        As in `geosocial.tables`; no geometry is used.
    costs
        For each coverage service: cost of each demand row (in the table's order, the unit of the standard,
        detour factor included) to its nearest counted facility; inf where there is none.
    reach
        For each coverage service: its facilities and the pairs within reach. Without it only what the nearest
        cost answers is measured: no other definition of supply, no accessibility, no interval of the list.
    positions
        Position of the zone in which each row of demand lies (−1: none), where the study tries the zone
        system ``position``; as the study's own where it does not differ.

    Returns
    -------
    Measured
        measures, overall, ranking (ordered by rank), settings, methods, closures.

    Raises
    ------
    InputError
        When a demand is negative or infinite, a cost NaN or negative, a zone unknown: row and column named;
        also as `geosocial.measure.supply.stock`.
    StudyError
        When the norm of a ratio is not a positive number.
    """
    for table, contract in ((zones, tables.ZONES), (places, tables.PLACES), (demand, tables.DEMAND)):
        tables.check(table, contract)
    zone = _positions(study, zones, demand)
    systems = {"study": zone}
    if positions is not None and "position" in study.robustness.zone_systems and (positions != zone).any():
        systems["position"] = positions
    city = City(
        study=study,
        zone_ids=zones["zone_id"].to_numpy(dtype=object),
        zones=systems,
        demand=_demand_columns(study, demand),
        costs=_costs(study, demand, costs),
        stock=supply.stock(places, zones, study),
        facilities={
            (sphere, service.key): supply.facilities(places, zones, study, service, located=False)
            for sphere, service in study.services()
            if service.rule == "ratio"
        },
        reach=reach or {},
    )
    judged = [judge(city, sphere, service) for sphere, service in study.services()]
    return Measured(
        measures=_measures(city, judged),
        overall=_overall(city, judged),
        ranking=_ranking(city, judged),
        settings=_settings(city, judged),
        methods=_table([methods(city, one) for one in judged], tables.METHODS),
        closures=_table([closures(city, one, places) for one in judged], tables.CLOSURES),
    )


def _measures(city: City, judged: Iterable[Judged]) -> pd.DataFrame:
    """Return `tables.MEASURES`: services, then indicators, then zones, each in their own order."""
    parts = []
    for one in judged:
        for key, unit in units(city.study, one.service).items():
            if key not in one.figures:
                continue
            figure = one.figures[key]
            facts = _facts(one) | {"indicator": key, "edition": city.study.edition.isoformat()}
            parts.append(
                facts
                | {"zone_id": city.zone_ids, "value": figure.value, "unit": unit}
                | {"lower": figure.lower, "upper": figure.upper, "status": figure.status}
            )
    return _table(parts, tables.MEASURES)


def _overall(city: City, judged: Iterable[Judged]) -> pd.DataFrame:
    """Return `tables.OVERALL`: one row a service and indicator."""
    parts = []
    for one in judged:
        for key, unit in units(city.study, one.service).items():
            if key not in one.figures:
                continue
            figure = one.figures[key]
            value, lower, upper = (np.array([end]) for end in figure.whole)
            known = bool((figure.status != "missing").any())
            status = gaps.status(known=np.array([known]), sayable=np.array([True]), value=value)
            facts = _facts(one) | {"indicator": key, "edition": city.study.edition.isoformat()}
            parts.append(
                facts
                | {"zone_id": np.array([""], dtype=object), "value": value, "unit": unit}
                | {"lower": lower, "upper": upper, "status": status}
            )
    return _table(parts, tables.OVERALL)


def _ranking(city: City, judged: Iterable[Judged]) -> pd.DataFrame:
    """Return `tables.RANKING`: by rank within a service; then those that are not ranked, as in zones."""
    parts = []
    for one in judged:
        status = one.figures["gap_share"].status
        among = gaps.said(status)
        could, below = robustness.counts(one.outcomes)
        verdict = robustness.verdicts(could, below, among=among, rules=city.study.robustness)
        low, high = robustness.rank_intervals(one.outcomes, one.service, among=among)
        columns = {
            "zone_id": city.zone_ids,
            "rank": one.ranks.rank,
            "tied": one.ranks.tied,
            "ranked": np.full(len(status), one.ranks.ranked, dtype=np.int64),
            "settings": could,
            "underserved_in": below,
            "verdict": verdict,
            "rank_low": low,
            "rank_high": high,
            "flips": np.where(verdict != "", robustness.flips(one.outcomes), ""),
            "status": status,
        }
        order = np.argsort(one.ranks.rank, kind="stable")
        parts.append(_facts(one) | {name: column[order] for name, column in columns.items()})
    return _table(parts, tables.RANKING)


def _settings(city: City, judged: Iterable[Judged]) -> pd.DataFrame:
    """Return `tables.SETTINGS`: value NaN, underserved false, where a zone cannot be judged."""
    zones = len(city.zone_ids)
    parts: list[Part] = []
    for one in judged:
        tried = one.outcomes.grid.settings()
        texts = {
            name: np.repeat(np.array([getattr(setting, name) for setting in tried], dtype=object), zones)
            for name in ("demand", "rule", "supply", "cost", "zone_system")
        }
        parts.append(
            _facts(one)
            | texts
            | {
                "zone_id": np.tile(city.zone_ids, len(tried)),
                "setting": np.repeat(np.arange(len(tried), dtype=np.int64), zones),
                "standard_m": np.repeat([setting.standard_m for setting in tried], zones),
                "value": one.outcomes.value.ravel(),
                "city": np.repeat(one.outcomes.city, zones),
                "underserved": one.outcomes.underserved.ravel(),
            }
        )
    return _table(parts, tables.SETTINGS)


def _facts(one: Judged) -> Part:
    return {"sphere": one.sphere, "service": one.service.key}


def _table(parts: list[Part], contract: tables.Contract) -> pd.DataFrame:
    """Return the parts one below the other; a text that stands for a whole part is repeated."""
    import pandas as pd

    columns = {}
    for name, column in contract.columns.items():
        pieces = [
            np.full(len(part["zone_id"]), part[name], dtype=object)
            if isinstance(part[name], str)
            else part[name]
            for part in parts
        ]
        joined: NDArray[Any] = np.concatenate(pieces)
        columns[name] = pd.Series(joined, dtype="str") if column.dtype == "text" else pd.Series(joined)
    return tables.check(pd.DataFrame(columns), contract)


def _positions(study: Study, zones: pd.DataFrame, demand: pd.DataFrame) -> Ints:
    """Return the position of the zone of each demand row, −1 where it has none."""
    import pandas as pd

    position: Ints = pd.Index(zones["zone_id"]).get_indexer(pd.Index(demand["zone_id"])).astype(np.intp)
    bad = (position < 0) & (demand["zone_id"].to_numpy() != "")
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            N_("{file}: “{row}”: the zone “{got}” is not in the study."),
            hint=N_("Correct the zone of this row, or leave it empty."),
            file=study.demand.file,
            row=demand["demand_id"].iloc[row],
            got=demand["zone_id"].iloc[row],
        )
    return position


def _demand_columns(study: Study, demand: pd.DataFrame) -> dict[str, Floats]:
    """Return the demand columns; NaN (suppressed) is meant, negative and infinite are refused."""
    columns = {}
    for column in study.demand.columns:
        values = demand[column.key].to_numpy(dtype=np.float64)
        bad = (values < 0) | np.isinf(values)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InputError(
                N_("{file}: “{row}”, column “{column}”: “{got}” is not a number from 0 up."),
                hint=N_("Correct it, or leave it empty where the figure is suppressed."),
                file=study.demand.file,
                row=demand["demand_id"].iloc[row],
                column=column.column,
                got=values[row],
            )
        columns[column.key] = values
    return columns


def _costs(study: Study, demand: pd.DataFrame, costs: Costs) -> dict[tuple[str, str], Floats]:
    """Return the costs of coverage services; inf (no facility) is meant, NaN and negative are refused."""
    checked = {}
    for sphere, service in study.services():
        if service.rule != "coverage":
            continue
        cost = np.asarray(costs.get((sphere, service.key), ()), dtype=np.float64)
        if cost.shape != (len(demand),):
            raise InputError(
                N_("Service “{service}”: there are {got} costs for {expected} rows of demand."),
                hint=N_("One cost is needed for each row."),
                service=f"{sphere}.{service.key}",
                got=len(cost),
                expected=len(demand),
            )
        if not (cost >= 0).all():
            row = int(np.flatnonzero(~(cost >= 0))[0])
            raise InputError(
                N_("Service “{service}”: the cost of “{row}” is “{got}”, not a number from 0 up."),
                hint=N_("A place that reaches no facility has an infinite cost."),
                service=f"{sphere}.{service.key}",
                row=demand["demand_id"].iloc[row],
                got=cost[row],
            )
        checked[sphere, service.key] = cost
    return checked
