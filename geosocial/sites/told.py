"""An answer as tables: the sites, whom they newly serve by zone and by need, coverage before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.sites import rivals
from geosocial.tables.siting import CLOSED, COVERED, RIVALS, SITE_NEEDS, SITE_ZONES, SITES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.sites.problem import Problem, Served
    from geosocial.siting import SitingResult
    from geosocial.tables.contract import Contract

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """Tables of `geosocial.tables.siting`, and the demand of the main sphere served before and after.

    `today` is what the existing facilities alone come to: `geosocial.sites.rivals.today`.
    """

    sites: pd.DataFrame
    site_zones: pd.DataFrame
    site_needs: pd.DataFrame
    coverage: pd.DataFrame
    rivals: pd.DataFrame
    closed: pd.DataFrame
    before: float
    after: float
    today: float = math.nan


@dataclass(frozen=True, slots=True)
class _Serving:
    """Who is served in a sphere: today, by what stays, and how much of each place by each new site."""

    before: Bools
    stays: Bools
    near: Bools
    amount: Floats


def told(problem: Problem, result: SitingResult, *, alone: Floats | None = None) -> Told:
    """Return an answer as tables.

    `alone`: the share that as many sites of its own would give each sphere, where several were asked.
    """
    import pandas as pd

    count = problem.count
    chosen = np.array([j for j in result.sites if j < count], np.int64)
    closed = [j for j in problem.existing if j not in set(result.sites.tolist())]
    answered = result.status not in {"infeasible", "unknown"}
    closed = closed if answered else []
    parts = [_serving(problem, s, result, chosen) for s in problem.spheres]
    total = sum(
        p.amount.sum(axis=0) / max(float(s.weight.sum()), 1e-12)
        for s, p in zip(problem.spheres, parts, strict=True)
    )
    order = np.lexsort((chosen, -np.asarray(total)))
    zones = problem.zones["zone_id"].to_numpy(object)
    sites, by_zone, needs, covered = [], [], [], []
    for served, part in zip(problem.spheres, parts, strict=True):
        sites.append(_sites(problem, served, part, chosen, order))
        by_zone += _by_zone(problem, served, part, chosen[order], order)
        needs += _needs(problem, served, part, chosen[order], order)
        covered += _covered(problem, served, part, zones)
    main, part = problem.main, parts[0]
    before = math.fsum(main.weight[part.before])
    after = math.fsum(main.weight[part.stays]) + math.fsum(part.amount.sum(axis=1))
    if result.model == "capacitated":
        before, after = _capacitated(problem), result.objective
    return Told(
        made(pd.concat(sites, ignore_index=True), SITES),
        made(pd.DataFrame(by_zone, columns=list(SITE_ZONES.columns)), SITE_ZONES),
        made(pd.DataFrame(needs, columns=list(SITE_NEEDS.columns)), SITE_NEEDS),
        made(pd.DataFrame(covered, columns=list(COVERED.columns)), COVERED),
        _rivals(problem, result, chosen[order], alone),
        _closed(problem, closed),
        before,
        after,
        rivals.today(problem, result) if answered else math.nan,
    )


def made(table: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the columns of a contract with their types, checked."""
    kinds = {"text": "str", "float": "float64", "int": "int64", "bool": "bool"}
    dtypes = {name: kinds[column.dtype] for name, column in contract.columns.items()}
    return tables.check(table[list(contract.columns)].astype(dtypes).reset_index(drop=True), contract)


def within(costs: Any, columns: Ints, standard: float) -> tuple[Bools, Floats]:
    """Return (n × columns) who is within the standard of each column, and the costs (inf beyond)."""
    if isinstance(costs, np.ndarray):
        away: Floats = costs[:, columns]
        return away <= standard, away
    held = costs.tocsc()
    near, away = np.zeros((held.shape[0], len(columns)), bool), np.full((held.shape[0], len(columns)), np.inf)
    for k, j in enumerate(columns):
        span = slice(held.indptr[j], held.indptr[j + 1])
        away[held.indices[span], k] = held.data[span]
        near[held.indices[span], k] = held.data[span] <= standard
    return near, away


def any_within(costs: Any, columns: Ints, standard: float) -> Bools:
    """Return which places are within the standard of any of the columns."""
    if isinstance(costs, np.ndarray):
        return np.asarray((costs[:, columns] <= standard).any(axis=1), bool)
    wanted = np.zeros(costs.shape[1], bool)
    wanted[columns] = True
    rows = np.repeat(np.arange(costs.shape[0]), np.diff(costs.indptr))
    found = np.zeros(costs.shape[0], bool)
    found[rows[wanted[costs.indices] & (costs.data <= standard)]] = True
    return found


def _serving(problem: Problem, served: Served, result: SitingResult, chosen: Ints) -> _Serving:
    own = np.array(problem.existing, np.int64)
    open_ = np.intersect1d(own, result.sites)
    before = any_within(served.costs, own, served.standard)
    stays = any_within(served.costs, open_, served.standard)
    near, away = within(served.costs, chosen, served.standard)
    amount = np.zeros(near.shape)
    if result.amounts is not None:
        at = {int(j): k for k, j in enumerate(chosen)}
        for i, j, value in zip(result.amounts.place, result.amounts.site, result.amounts.amount, strict=True):
            if int(j) in at:
                amount[i, at[int(j)]] += value
        return _Serving(before, stays, near, amount)
    new = near & ~stays[:, None]
    if len(chosen):
        nearest = np.argmin(np.where(new, away, np.inf), axis=1)
        hit = np.flatnonzero(new.any(axis=1))
        amount[hit, nearest[hit]] = served.weight[hit]
    return _Serving(before, stays, near, amount)


def _sites(problem: Problem, served: Served, part: _Serving, chosen: Ints, order: Ints) -> pd.DataFrame:
    new = part.near & ~part.stays[:, None]
    once = new & (new.sum(axis=1) == 1)[:, None]
    rows = problem.candidates.table.iloc[chosen[order]].reset_index(drop=True)
    return rows.assign(
        sphere=served.sphere,
        order=np.arange(1, len(rows) + 1),
        newly=part.amount.sum(axis=0)[order],
        alone=(served.weight @ once)[order],
        within=(served.weight @ part.near)[order],
    )


def _by_zone(
    problem: Problem, served: Served, part: _Serving, chosen: Ints, order: Ints
) -> list[tuple[str, str, str, float]]:
    import pandas as pd

    zone, ids = problem.demand["zone_id"].to_numpy(object), problem.candidates.table["candidate_id"]
    rows = []
    for k, j in zip(order, chosen, strict=True):
        people = pd.Series(part.amount[:, k]).groupby(zone).sum()
        people = people[people > 0].sort_values(ascending=False, kind="stable")
        rows += [(served.sphere, str(ids.iloc[j]), str(z), float(v)) for z, v in people.items()]
    return rows


def _needs(
    problem: Problem, served: Served, part: _Serving, chosen: Ints, order: Ints
) -> list[tuple[str, str, str, float, float]]:
    """Return how much of each demand column each site newly serves, by the places that it serves."""
    ids = problem.candidates.table["candidate_id"]
    share = np.divide(
        part.amount, served.weight[:, None], out=np.zeros(part.amount.shape), where=served.weight[:, None] > 0
    )
    inside = (problem.demand["zone_id"] != "").to_numpy()
    rows = []
    for k, j in zip(order, chosen, strict=True):
        for column in problem.study.demand.columns:
            held = np.where(inside, np.nan_to_num(problem.demand[column.key].to_numpy(np.float64)), 0.0)
            gained, missing = float(held @ share[:, k]), float(held[~part.before].sum())
            rows.append((served.sphere, str(ids.iloc[j]), column.key, gained, missing))
    return rows


def _covered(
    problem: Problem, served: Served, part: _Serving, zones: NDArray[np.object_]
) -> list[tuple[str, str, float, float, float]]:
    zone = problem.demand["zone_id"].to_numpy(object)
    after = np.where(part.stays, served.weight, part.amount.sum(axis=1))
    before = np.where(part.before, served.weight, 0.0)
    rows = []
    for z in zones:
        held, old, new = (float(v[zone == z].sum()) for v in (served.weight, before, after))
        rows.append((served.sphere, str(z), held, old, new))
    return rows


def _rivals(problem: Problem, result: SitingResult, chosen: Ints, alone: Floats | None) -> pd.DataFrame:
    """Return the candidates that are best in the stead of each site, the others as they are."""
    import pandas as pd

    table, rows = problem.candidates.table, []
    ids, names, zones = (table[name].to_numpy(object) for name in ("candidate_id", "name", "zone_id"))
    for site, (best, swap) in zip(chosen, rivals.ranked(problem, result, chosen, alone), strict=True):
        for k, served in enumerate(problem.spheres):
            rows += [
                (
                    served.sphere,
                    ids[site],
                    order,
                    ids[j],
                    names[j],
                    zones[j],
                    float(swap.lost[k, j]),
                    float(swap.objective[j]),
                    float(swap.least[j]),
                )
                for order, j in enumerate(best, 1)
            ]
    return made(pd.DataFrame(rows, columns=list(RIVALS.columns)), RIVALS)


def _capacitated(problem: Problem) -> float:
    """Return the demand that the existing facilities serve within their capacities."""
    from geosocial import siting
    from geosocial.sites.models import capacities

    if not problem.existing:
        return 0.0
    return siting.capacitated(
        problem.main.costs,
        problem.main.weight,
        sites=len(problem.existing),
        standard=problem.main.standard,
        capacities=capacities(problem),
        fixed=problem.existing,
    ).objective


def _closed(problem: Problem, closed: list[int]) -> pd.DataFrame:
    rows = [
        int(served.facilities.row[k])
        for served in problem.spheres
        for k in range(len(served.facilities))
        if served.first + k in closed
    ]
    return made(problem.places.iloc[rows], CLOSED)
