"""The limits of a choice in its record, and whether the sites keep to them: in plain Python, no solver.

How many sites may open, which had to be open and which must not, what they may cost together; where
facilities may close, how many of them, and how many sites may open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import ArrayLike

from geosocial.siting.inputs import amounts

#: Rounding of a sum of costs against a budget.
_SLACK = 1e-9


def record(
    chosen: Iterable[int],
    candidates: int,
    *,
    sites: int | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    budget: float | None = None,
    site_costs: ArrayLike | None = None,
    existing: Iterable[int] = (),
    closures: int | None = None,
    openings: int | None = None,
) -> dict[str, object]:
    """Return the limits that a model was given as JSON can hold them, None where it was given none.

    `site_costs` is (m), of which the record keeps those of the chosen sites.

    Examples
    --------
    >>> record([0, 2], 3, sites=2, budget=9.0, site_costs=[4.0, 1.0, 5.0])["site_costs"]
    [4.0, 5.0]
    """
    price = None if site_costs is None else amounts(site_costs, candidates, "site_costs")
    return {
        "sites": None if sites is None else int(sites),
        "fixed": sorted({int(site) for site in fixed}),
        "forbidden": sorted({int(site) for site in forbidden}),
        "budget": None if budget is None or not math.isfinite(budget) else float(budget),
        "site_costs": None if price is None else [float(price[site]) for site in chosen],
        "existing": sorted({int(site) for site in existing}),
        "closures": None if closures is None else int(closures),
        "openings": None if openings is None else int(openings),
    }


def broken(limits: Mapping[str, Any], sites: list[int]) -> list[str]:
    """Return which of its limits a choice does not keep to.

    Examples
    --------
    >>> broken(record([0, 2], 3, sites=1, fixed=[1]), [0, 2])
    ['there are 2 sites, and at most 1 may open', 'candidate 1 had to be among the sites']
    """
    wrong, held = [], set(sites)
    most, budget = limits["sites"], limits["budget"]
    if most is not None and len(held) > most:
        wrong.append(f"there are {len(held)} sites, and at most {most} may open")
    wrong += [f"candidate {site} had to be among the sites" for site in limits["fixed"] if site not in held]
    wrong += [f"candidate {site} must not be among the sites" for site in limits["forbidden"] if site in held]
    if budget is not None:
        price = limits["site_costs"]
        if price is None or len(price) != len(sites):
            wrong.append("the budget cannot be checked: the costs of the sites are missing")
        elif math.fsum(price) > budget + _SLACK * max(1.0, abs(budget)):
            wrong.append(f"the sites cost {math.fsum(price)}, more than the budget of {budget}")
    before = set(limits["existing"])
    for name, changed in (("closures", before - held), ("openings", held - before)):
        if limits[name] is not None and len(changed) > limits[name]:
            wrong.append(f"there are {len(changed)} {name}, and at most {limits[name]} may be")
    return wrong


def misplaced(sites: object, candidates: int) -> list[str]:
    """Return what is wrong with a list of positions."""
    if not isinstance(sites, list):
        return ["the sites are no list"]
    for site in sites:
        if not isinstance(site, int) or isinstance(site, bool) or not 0 <= site < candidates:
            return [f"{site!r} is no candidate"]
    return [] if len(set(sites)) == len(sites) else ["a site is named twice"]
