"""The figures of a service in every zone and as a whole: value, interval, what may be said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geosocial.measure import coverage, gaps, reach, supply, trials, uncertainty
from geosocial.measure.coverage import Floats
from geosocial.measure.trials import PER, Bools, City, Texts
from geosocial.study import Service

#: An interval of each zone (value, lower, upper), and the same of the study as a whole.
Ends = tuple[Floats, Floats, Floats]
Whole = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator: value, interval and status of each zone, then the same of the study as a whole."""

    value: Floats
    lower: Floats
    upper: Floats
    status: Texts
    whole: Whole


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figures of a service stand on, zone by zone.

    Attributes
    ----------
    need, held
        Demand and supply of each zone; NaN where unknown.
    known, sayable
        Whether both are known; whether there is enough of them to say something.
    care
        Whether too much of the demand is suppressed to say it without care.
    """

    need: Floats
    held: Floats
    known: Bools
    sayable: Bools
    care: Bools


def of_coverage(city: City, sphere: str, service: Service, ground: Ground) -> dict[str, Figure]:
    """Return coverage, gap and gap share with their intervals: the most gap at the least coverage."""
    norm, known = float(service.norm), ground.known
    value, low, high = _covered(city, sphere, service, ground)
    need = np.where(known, ground.need, np.nan)
    short = [gaps.coverage_gap(end, need, norm=norm).gap for end in (value, high, low)]
    spread, all_spread = _spread(city, sphere, service)
    ends = (value, *uncertainty.widened(value, low, high, spread, most=need))
    beyond = (short[0], *(gaps.coverage_gap(ends[end], need, norm=norm).gap for end in (2, 1)))
    total = float(need[known].sum())
    covered = _whole((value, low, high), all_spread, known, total)
    # what is due is never overstated by more than the spreads of the zones add up to
    gap_spread = all_spread if norm == 1 else float(spread[known].sum())
    gap = _whole((short[0], short[1], short[2]), gap_spread, known, norm * total)
    share = _divided(ends, need)
    line = _city_line(covered[0], total, ground, norm)
    care = ground.care | (gaps.across(share[1], share[2], line) & city.study.status.care_across)
    return {
        "coverage": _figure(share, ground, care, _part(covered, total)),
        "gap": _figure(beyond, ground, care, gap),
        "gap_share": _figure(_divided(beyond, need), ground, care, _part(gap, total)),
    }


def _covered(city: City, sphere: str, service: Service, ground: Ground) -> Ends:
    """Return the covered demand of each zone and its range under the detour factors of the study."""
    found = coverage.covered_with_interval(
        city.demand[service.demand],
        city.costs[sphere, service.key],
        city.zone,
        len(city.zone_ids),
        standard=standard_of(service),
        stretch=city.study.stretch,
    )
    value, low, high = (
        np.where(ground.known, end, np.nan) for end in (found.covered, found.lower, found.upper)
    )
    return value, low, high


def _spread(city: City, sphere: str, service: Service) -> tuple[Floats, float]:
    """Return z standard deviations of the covered demand: of each zone, and of the study as a whole."""
    rules, zones = city.study.robustness, len(city.zone_ids)
    demand, zone, standard = city.demand[service.demand], city.zone, standard_of(service)
    z = uncertainty.z_of(rules.confidence)
    variance, whole = np.zeros(zones), 0.0
    near = city.reach.get((sphere, service.key))
    if near is not None:
        absent = uncertainty.absent(near.facilities.count, _resampled(city, near.facilities))
        variance, whole = uncertainty.of_coverage(near.own, absent, demand, zone, zones, standard=standard)
    if rules.rounding > 0:
        inside = city.costs[sphere, service.key] <= standard
        rounded = uncertainty.of_rounding(inside, demand, zone, zones, base=rules.rounding)
        need = np.nan_to_num(coverage.demand_by_zone(demand, zone, zones))
        variance = variance + rounded * need**2
        whole += float((rounded * need**2).sum())
    return z * np.sqrt(variance), z * whole**0.5


def _resampled(city: City, facilities: supply.Facilities) -> Floats:
    """Return the share of its list that is drawn again, for each facility."""
    rules = city.study.robustness
    return np.where(facilities.complete, rules.resample_complete, rules.resample_incomplete)


def of_ratio(city: City, sphere: str, service: Service, ground: Ground) -> dict[str, Figure]:
    """Return gap, gap share and rate of a ratio, with intervals where lists or counts are uncertain.

    The norm is held as it is, also where it is the city's own ratio.
    """
    known, per, need = ground.known, service.per, ground.need
    found = gaps.ratio_gap(ground.held, need, norm=service.norm, per=per)
    rate = np.where(known, per * coverage.share(ground.held, need), np.nan)
    city_rate = gaps.city_ratio(ground.held, need, per=per)
    spread, all_spread = _ratio_spread(city, sphere, service, ground)
    endless = np.full(len(need), np.inf)
    ends = (rate, *uncertainty.widened(rate, rate, rate, spread, most=endless))
    held = [np.where(need > 0, end * need / per, np.nan) for end in ends]
    gap = np.where(known, found.gap, np.nan)
    low, high = (np.maximum(0.0, found.due - held[end]) for end in (2, 1))
    short = (gap, np.fmin(low, gap), np.fmax(high, gap))
    due, total = float(found.due[known].sum()), float(need[known].sum())
    missing = float(gap[known].sum()) if known.any() else np.nan
    units = all_spread * total / per
    whole = (missing, max(0.0, missing - units), min(max(due, missing), missing + units))
    rates = (city_rate, max(0.0, city_rate - all_spread), city_rate + all_spread)
    line = city_rate if service.norm == "city" else float(service.norm)
    care = ground.care
    if city.study.status.care_across and known.sum() > 1:
        care = care | gaps.across(ends[1], ends[2], line)
    figures = {
        "gap": _figure(short, ground, care, whole),
        "gap_share": _figure(_divided(short, found.due), ground, care, _part(whole, due)),
        "rate": _figure(ends, ground, care, rates),
    }
    if not np.nan_to_num(
        spread[known]
    ).any():  # nothing is drawn again: no interval is computed, and none is invented
        return {key: _bare(figure) for key, figure in figures.items()}
    return figures


def _ratio_spread(city: City, sphere: str, service: Service, ground: Ground) -> tuple[Floats, float]:
    """Return z standard deviations of the rate: of each zone, and of the study as a whole."""
    rules, zones, per = city.study.robustness, len(city.zone_ids), service.per
    facilities = city.facilities[sphere, service.key]
    held = facilities.count if _counts(service) else facilities.capacity
    z = uncertainty.z_of(rules.confidence)
    of_list = uncertainty.of_supply(
        held, facilities.count, _resampled(city, facilities), facilities.zone, zones
    )
    demand = city.demand[service.demand]
    here = (city.zone >= 0) & ~np.isnan(demand)
    places = np.bincount(city.zone[here], minlength=zones).astype(np.float64)
    of_counts = uncertainty.rounded_total(places, base=rules.rounding)
    need, known = ground.need, ground.known
    rate = coverage.share(ground.held, need)
    spread = z * per * np.sqrt(coverage.share(of_list + np.nan_to_num(rate) ** 2 * of_counts, need**2))
    total = float(need[known].sum())
    if not total > 0:
        return spread, float("nan")
    mean = float(ground.held[known].sum()) / total
    whole = float(of_list[known].sum()) + mean**2 * float(of_counts[known].sum())
    return spread, z * per * whole**0.5 / total


def _counts(service: Service) -> bool:
    from geosocial.measure.indicators import supply_unit

    return supply_unit(service) == "facilities"


def beside(city: City, sphere: str, service: Service, ground: Ground) -> dict[str, Figure]:
    """Return what stands beside a coverage: backup, own facilities, containment, accessibility, nearest cost.

    Empty where only the nearest costs are at hand.
    """
    near = city.reach.get((sphere, service.key))
    if near is None:
        return {}
    demand, zone, zones = city.demand[service.demand], city.zone, len(city.zone_ids)
    standard = standard_of(service)
    backed = reach.backup(near.own, near.facilities.count, standard=standard).backed
    own = trials.nearest_of(near, near.own, "own_zone", zone)
    cost = city.costs[sphere, service.key]
    with np.errstate(invalid="ignore"):
        burden = np.where((demand == 0) | np.isnan(demand), demand, demand * cost)
    parts = {
        "backup_coverage": (_sum(np.where(backed, 0.0, np.inf), city, service, standard), 1.0),
        "own_coverage": (_sum(own, city, service, standard), 1.0),
        "containment": (ground.held, PER),
        "accessibility": (trials.accessibility(city, sphere, service), PER),
        "nearest_cost": (coverage.demand_by_zone(burden, zone, zones), 1.0),
    }
    return {key: _mean(sums, ground, per) for key, (sums, per) in parts.items()}


def _sum(cost: Floats, city: City, service: Service, standard: float) -> Floats:
    demand, zones = city.demand[service.demand], len(city.zone_ids)
    return coverage.covered_by_zone(demand, cost, city.zone, zones, standard=standard)


def _mean(sums: Floats, ground: Ground, per: float) -> Figure:
    """Return per · Σ / D without interval; NaN where it is not finite."""
    known = ground.known
    value = np.where(known & np.isfinite(sums), per * coverage.share(sums, ground.need), np.nan)
    total = float(ground.need[known].sum())
    whole = per * float(sums[known].sum()) / total if known.any() and total > 0 else np.nan
    return plain(value, ground, whole if np.isfinite(whole) else np.nan, care=ground.care)


def plain(value: Floats, ground: Ground, whole: float, *, care: Bools | None = None) -> Figure:
    """Return a figure without interval."""
    none = np.full(len(value), np.nan)
    kept = np.where(ground.known, value, np.nan)
    return Figure(
        kept,
        none,
        none,
        gaps.status(known=ground.known, sayable=ground.sayable, value=kept, care=care),
        (whole, np.nan, np.nan),
    )


def count(value: Floats) -> Figure:
    """Return a count: it is known, or missing; the whole is the sum of what is known."""
    here = ~np.isnan(value)
    whole = float(value[here].sum()) if here.any() else np.nan
    return plain(value, Ground(value, value, here, here, ~here), whole)


def comparable(figures: Mapping[str, Figure]) -> bool:
    """Return whether the methods can be set side by side."""
    return "accessibility" in figures and "coverage" in figures


def standard_of(service: Service) -> float:
    """Return the standard of a coverage."""
    assert service.standard_m is not None  # noqa: S101 - the study refuses a coverage without a standard
    return service.standard_m


def _city_line(covered: float, total: float, ground: Ground, norm: float) -> float:
    """Return the coverage that a zone is judged against: the norm, or with a norm of all, the city's."""
    if norm < 1:
        return norm
    return covered / total if total > 0 and ground.known.sum() > 1 else np.nan


def _whole(ends: Ends, spread: float, known: Bools, most: float) -> Whole:
    """Return the sums over the known zones, widened as those of the zones are; NaN where none is known."""
    if not known.any():
        return np.nan, np.nan, np.nan
    value, low, high = (np.array([float(end[known].sum())]) for end in ends)
    lower, upper = uncertainty.widened(value, low, high, np.array([spread]), most=np.array([most]))
    return float(value[0]), float(lower[0]), float(upper[0])


def _divided(ends: tuple[Floats, ...], whole: Floats) -> Ends:
    value, low, high = (coverage.share(end, whole) for end in ends)
    return value, low, high


def _part(ends: Whole, whole: float) -> Whole:
    value, low, high = (end / whole if whole > 0 else np.nan for end in ends)
    return value, low, high


def _figure(ends: tuple[Floats, ...], ground: Ground, care: Bools, whole: Whole) -> Figure:
    value, lower, upper = ends
    status = gaps.status(known=ground.known, sayable=ground.sayable, value=value, care=care)
    return Figure(value, lower, upper, status, whole)


def _bare(figure: Figure) -> Figure:
    none = np.full(len(figure.value), np.nan)
    return Figure(figure.value, none, none, figure.status, (figure.whole[0], np.nan, np.nan))
