"""From supply, demand and costs to the tables of a run: an ordered list of calls, one function a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosocial import tables
from geosocial.errors import N_, InputError, StudyError
from geosocial.measure import coverage, gaps, robustness, supply
from geosocial.measure.coverage import Floats, Ints
from geosocial.measure.indicators import units
from geosocial.study import Service, Study

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]
#: Cost of each demand row to the nearest counted facility of a service, by (sphere, key of the service).
Costs = Mapping[tuple[str, str], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Measured:
    """The tables of a run, as in `geosocial.tables`."""

    measures: pd.DataFrame
    overall: pd.DataFrame
    ranking: pd.DataFrame
    settings: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _City:
    """What every service is measured on: positions instead of identifiers, arrays instead of columns."""

    study: Study
    zone_ids: Texts
    zone: Ints
    demand: Mapping[str, Floats]
    costs: Costs
    stock: supply.Stock


@dataclass(frozen=True, slots=True)
class _Figure:
    """One indicator: value, interval and status of each zone, then the same of the study as a whole."""

    value: Floats
    lower: Floats
    upper: Floats
    status: Texts
    whole: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Measured:
    """One service, measured: figures by indicator, ranks, and the settings tried."""

    sphere: str
    service: Service
    figures: Mapping[str, _Figure]
    ranks: gaps.Ranks
    tried: list[robustness.Tried]


def measure(
    study: Study, zones: pd.DataFrame, places: pd.DataFrame, demand: pd.DataFrame, costs: Costs
) -> Measured:
    """Measure every service of a study in every zone and as a whole.

    Status. *missing*: no demand of the zone is known, or its supply is (see `geosocial.measure.supply`); the
    value is NaN. *cannot_say*: its demand is below ``study.status.min_demand`` or zero, or a ratio rests on
    fewer than ``min_sites`` facilities of an incomplete list; the value stays. Otherwise *ok*. Demand and
    supply themselves are counts: *ok* wherever they are known.

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

    Returns
    -------
    Measured
        measures, overall, ranking (ordered by rank), settings.

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
    city = _City(
        study=study,
        zone_ids=zones["zone_id"].to_numpy(dtype=object),
        zone=_positions(study, zones, demand),
        demand=_demand_columns(study, demand),
        costs=_costs(study, demand, costs),
        stock=supply.stock(places, zones["zone_id"].tolist(), study),
    )
    measured = [_service(city, sphere, service) for sphere, service in study.services()]
    return Measured(
        measures=_measures(city, measured),
        overall=_overall(city, measured),
        ranking=_ranking(city, measured),
        settings=_settings(city, measured),
    )


def _service(city: _City, sphere: str, service: Service) -> _Measured:
    """Measure one service: demand and supply, the figures of its rule, ranks, settings."""
    held = supply.of_service(city.stock, service)
    need = coverage.demand_by_zone(city.demand[service.demand], city.zone, len(city.zone_ids))
    known = ~(np.isnan(held.amount) | np.isnan(need))
    enough = (
        ~(held.incomplete & (held.facilities < city.study.status.min_sites))
        if service.rule == "ratio"
        else True
    )
    sayable = (need >= city.study.status.min_demand) & (need > 0) & enough
    if service.rule == "coverage":
        figures = _coverage_figures(city, sphere, service, known, sayable)
    else:
        figures = _ratio_figures(service, need, held.amount, known, sayable)
    for key, count in (("demand", need), ("supply", held.amount)):
        here = ~np.isnan(count)
        figures[key] = _plain(count, here, here, float(count[here].sum()) if here.any() else np.nan)
    gap = figures["gap_share"]
    return _Measured(
        sphere=sphere,
        service=service,
        figures=figures,
        ranks=gaps.ranks(gap.value, among=gap.status == "ok"),
        tried=_tried(city, sphere, service, held, enough),
    )


def _coverage_figures(
    city: _City, sphere: str, service: Service, known: Bools, sayable: Bools
) -> dict[str, _Figure]:
    """Return coverage, gap and gap share with their intervals: most gap at least coverage."""
    study, norm = city.study, float(service.norm)
    low, high = study.robustness.detour_range
    found = coverage.covered_with_interval(
        city.demand[service.demand],
        city.costs[sphere, service.key],
        city.zone,
        len(city.zone_ids),
        standard=_standard(service),
        stretch=(low / study.detour, high / study.detour),
    )
    within = tuple(np.where(known, end, np.nan) for end in (found.covered, found.lower, found.upper))
    beyond = tuple(gaps.coverage_gap(within[end], found.demand, norm=norm).gap for end in (0, 2, 1))
    figures = {}
    for key, ends, whole in (
        ("coverage", within, found.demand),
        ("gap", beyond, None),
        ("gap_share", beyond, found.demand),
    ):
        values = [end if whole is None else coverage.share(end, whole) for end in ends]
        sums = [float(end[known].sum()) for end in ends]
        total = 1.0 if whole is None else float(whole[known].sum())
        city_wide = [one / total if known.any() and total > 0 else np.nan for one in sums]
        status = gaps.status(known=known, sayable=sayable, value=values[0])
        figures[key] = _Figure(
            values[0], values[1], values[2], status, (city_wide[0], city_wide[1], city_wide[2])
        )
    return figures


def _ratio_figures(
    service: Service, need: Floats, held: Floats, known: Bools, sayable: Bools
) -> dict[str, _Figure]:
    """Return gap, gap share and rate of a ratio; no interval is computed, and none is invented."""
    if service.norm != "city" and not service.norm > 0:
        raise StudyError(
            N_("Service “{service}”: the norm {got} is not a positive number."),
            hint=N_('Correct it in study.toml, or write "city" for the city-wide ratio.'),
            service=service.key,
            got=service.norm,
        )
    found = gaps.ratio_gap(held, need, norm=service.norm, per=service.per)
    gap, due = float(found.gap[known].sum()), float(found.due[known].sum())
    share, rate = coverage.share(found.gap, found.due), service.per * coverage.share(held, need)
    return {
        "gap": _plain(found.gap, known, sayable, gap if known.any() else np.nan),
        "gap_share": _plain(share, known, sayable, gap / due if due > 0 else np.nan),
        "rate": _plain(rate, known, sayable, gaps.city_ratio(held, need, per=service.per)),
    }


def _plain(value: Floats, known: Bools, sayable: Bools, whole: float) -> _Figure:
    """Return a figure without interval."""
    none = np.full(len(value), np.nan)
    kept = np.where(known, value, np.nan)
    return _Figure(
        kept, none, none, gaps.status(known=known, sayable=sayable, value=kept), (whole, np.nan, np.nan)
    )


def _tried(
    city: _City, sphere: str, service: Service, held: supply.ServiceSupply, enough: Bools | bool
) -> list[robustness.Tried]:
    """Return the value of each zone and of the city in each setting of a service."""
    outcomes = []
    for setting in robustness.settings(service, city.study.robustness):
        demand, zones = city.demand[setting.demand], len(city.zone_ids)
        need = coverage.demand_by_zone(demand, city.zone, zones)
        known = ~(np.isnan(held.amount) | np.isnan(need))
        if service.rule == "coverage":
            cost = city.costs[sphere, service.key]
            within = coverage.covered_by_zone(demand, cost, city.zone, zones, standard=setting.standard_m)
            value, per = coverage.share(within, need), 1.0
        else:
            within, per = held.amount, service.per
            value = per * coverage.share(within, need)
        judged = known & (need >= city.study.status.min_demand) & (need > 0) & enough
        outcomes.append(
            robustness.tried(
                setting, value, gaps.city_ratio(np.where(known, within, np.nan), need, per=per), judged=judged
            )
        )
    return outcomes


def _measures(city: _City, measured: Iterable[_Measured]) -> pd.DataFrame:
    """Return `tables.MEASURES`: services, then indicators, then zones, each in their own order."""
    parts = []
    for one in measured:
        for key, unit in units(city.study, one.service).items():
            figure = one.figures[key]
            facts = _facts(one) | {"indicator": key, "edition": city.study.edition.isoformat()}
            parts.append(
                facts
                | {"zone_id": city.zone_ids, "value": figure.value, "unit": unit}
                | {"lower": figure.lower, "upper": figure.upper, "status": figure.status}
            )
    return _table(parts, tables.MEASURES)


def _overall(city: _City, measured: Iterable[_Measured]) -> pd.DataFrame:
    """Return `tables.OVERALL`: one row a service and indicator."""
    parts = []
    for one in measured:
        for key, unit in units(city.study, one.service).items():
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


def _ranking(city: _City, measured: Iterable[_Measured]) -> pd.DataFrame:
    """Return `tables.RANKING`: by rank within a service; then those that are not ranked, as in zones."""
    parts = []
    for one in measured:
        status = one.figures["gap_share"].status
        could, below = robustness.counts(one.tried)
        verdict = robustness.verdicts(could, below, among=status == "ok", rules=city.study.robustness)
        columns = {
            "zone_id": city.zone_ids,
            "rank": one.ranks.rank,
            "tied": one.ranks.tied,
            "ranked": np.full(len(status), one.ranks.ranked, dtype=np.int64),
            "settings": could,
            "underserved_in": below,
            "verdict": verdict,
            "status": status,
        }
        order = np.argsort(one.ranks.rank, kind="stable")
        parts.append(_facts(one) | {name: column[order] for name, column in columns.items()})
    return _table(parts, tables.RANKING)


def _settings(city: _City, measured: Iterable[_Measured]) -> pd.DataFrame:
    """Return `tables.SETTINGS`: value NaN, underserved false, where a zone cannot be judged."""
    zones = len(city.zone_ids)
    parts = [
        _facts(one)
        | {
            "zone_id": city.zone_ids,
            "setting": np.full(zones, number, dtype=np.int64),
            "standard_m": np.full(zones, tried.setting.standard_m),
            "demand": tried.setting.demand,
            "value": tried.value,
            "city": np.full(zones, tried.city),
            "underserved": tried.underserved,
        }
        for one in measured
        for number, tried in enumerate(one.tried)
    ]
    return _table(parts, tables.SETTINGS)


def _facts(one: _Measured) -> dict[str, object]:
    return {"sphere": one.sphere, "service": one.service.key}


def _table(parts: list[dict[str, object]], contract: tables.Contract) -> pd.DataFrame:
    """Return the parts one below the other; a text that stands for a whole part is repeated."""
    import pandas as pd

    columns = {}
    for name, column in contract.columns.items():
        pieces = []
        for part in parts:
            piece = part[name]
            size = len(part["zone_id"])  # type: ignore[arg-type]
            pieces.append(np.full(size, piece, dtype=object) if isinstance(piece, str) else piece)
        joined: NDArray[Any] = np.concatenate(pieces)  # type: ignore[arg-type]
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


def _standard(service: Service) -> float:
    assert service.standard_m is not None  # noqa: S101 - the study refuses a coverage without a standard
    return service.standard_m
