"""A record of an answer that anyone can check: from the list of sites and the costs alone, without a solver.

`check` uses nothing of the models: it finds the nearest site of each place again, in plain Python over the
rows, and adds up. It proves the value of the sites; the bound is what the solver proved.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting.inputs import Floats, Reach, amounts, reach
from geosocial.siting.result import SitingResult

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def certify(
    result: SitingResult,
    costs: csr_array | ArrayLike,
    weights: ArrayLike,
    *,
    site_costs: ArrayLike | None = None,
) -> dict[str, object]:
    """Return the record of an answer: what JSON can hold, numbers that are not finite as None.

    Keys: model, status, objective, bound, gap, method, seconds, sites, standard, site_costs (of the chosen
    sites, where an LSCP was given them), and the SHA-256 of costs and weights.
    """
    pairs = reach(costs)
    price = None if site_costs is None else amounts(site_costs, pairs.candidates, "site_costs")
    return {
        "model": result.model,
        "status": result.status,
        "objective": _plain(result.objective),
        "bound": _plain(result.bound),
        "gap": _plain(result.gap),
        "method": result.method,
        "seconds": result.seconds,
        "sites": [int(site) for site in result.sites],
        "standard": _plain(result.standard),
        "site_costs": None if price is None else [float(price[site]) for site in result.sites],
        "reason": None if result.reason is None else str(result.reason),
        "sha256": fingerprint(pairs, amounts(weights, pairs.places, "weights")),
    }


def fingerprint(pairs: Reach, weights: Floats) -> str:
    """Return the SHA-256 of the pairs within reach and the weights: the same for dense and sparse costs."""
    digest = hashlib.sha256(f"{pairs.places} {pairs.candidates} ".encode())
    for part, kind in ((pairs.start, "<i8"), (pairs.column, "<i8"), (pairs.cost, "<f8"), (weights, "<f8")):
        digest.update(np.ascontiguousarray(part + 0, kind).tobytes())  # −0.0 is 0.0
    return digest.hexdigest()


def check(certificate: Mapping[str, object], costs: csr_array | ArrayLike, weights: ArrayLike) -> list[str]:
    """Return what is wrong with a certificate: nothing when its sites have its objective on these costs.

    Examples
    --------
    >>> from geosocial.siting import mclp
    >>> costs = [[100.0, 900.0], [200.0, 100.0]]
    >>> said = certify(mclp(costs, [10, 20], sites=1, standard=300), costs, [10, 20])
    >>> check(said, costs, [10, 20]), check({**said, "objective": 31.0}, costs, [10, 20])
    ([], ['the objective is 30.0, not 31.0'])
    """
    pairs, wrong = reach(costs), []
    held = amounts(weights, pairs.places, "weights")
    if certificate["sha256"] != fingerprint(pairs, held):
        wrong.append("the costs or the weights are not those of the certificate")
    sites = certificate["sites"]
    if certificate["status"] in {"infeasible", "unknown"} or not isinstance(sites, list):
        return wrong
    standard = certificate["standard"]
    value = _value(
        str(certificate["model"]), pairs, held, set(sites), math.inf if standard is None else standard
    )
    if certificate["model"] == "lscp" and isinstance(certificate["site_costs"], list) and value is not None:
        value = math.fsum(certificate["site_costs"])
    said = certificate["objective"]
    if value is None:
        wrong.append("a place with demand is not served")
    elif not isinstance(said, float) or not math.isclose(value, said, rel_tol=1e-9, abs_tol=1e-12):
        wrong.append(f"the objective is {value}, not {said}")
    return wrong


def _value(model: str, pairs: Reach, weights: Floats, sites: set[int], standard: object) -> float | None:
    limit = float(str(standard))
    near = []
    for i in range(pairs.places):
        span = slice(pairs.start[i], pairs.start[i + 1])
        here = zip(pairs.column[span].tolist(), pairs.cost[span].tolist(), strict=True)
        near.append(min((cost for site, cost in here if site in sites and cost <= limit), default=math.inf))
    asked = [(w, d) for w, d in zip(weights.tolist(), near, strict=True) if w > 0]
    if model == "mclp":
        return math.fsum(w for w, d in asked if d <= limit and d < math.inf)
    if any(d == math.inf for _, d in asked):
        return None
    if model == "lscp":
        return float(len(sites))
    return (
        math.fsum(w * d for w, d in asked) if model == "p_median" else max((d for _, d in asked), default=0.0)
    )


def _plain(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
