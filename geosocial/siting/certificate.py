"""A record of an answer that anyone can check: from the list of sites and the costs alone, without a solver.

`check` uses nothing of the models: it looks at which sites each place has within reach, in plain Python, and
adds up by the formula of the model. It proves the value of the sites; the bound is what the solver proved,
and that it, the gap and the status fit together is checked too. What each model counts is told, and counted,
in `geosocial.siting.worth`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geosocial.siting import limits as kept
from geosocial.siting.inputs import Floats, Reach, amounts, reach
from geosocial.siting.limits import misplaced
from geosocial.siting.result import SMALL, SitingResult
from geosocial.siting.worth import ALL_SERVED, FORMULAS, Seen, near_sites, same

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from geosocial.siting.several import Several, Sphere


#: Numbers that are hashed at a time.
_AT_ONCE = 1_000_000
_NO_ANSWER = ("infeasible", "unknown")
_ANSWERS = ("optimal", "time_limit", "interrupted")


def certify(
    result: SitingResult,
    costs: csr_array | ArrayLike,
    weights: ArrayLike | None = None,
    *,
    site_costs: ArrayLike | None = None,
    capacities: ArrayLike | None = None,
    limits: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """Return the record of an answer: what JSON can hold, numbers that are not finite as None.

    Parameters
    ----------
    costs, weights
        What the model was given; for a p-dispersion the distances, and no weights.
    site_costs, capacities
        (m) where an LSCP was given costs of sites, and of a capacitated covering.
    limits
        What else the model was given, by name: sites, fixed, forbidden, budget with site_costs; existing,
        closures, openings (`geosocial.siting.limits.record`).

    Returns
    -------
    Keys: model, status, objective, bound, gap, method, seconds, sites, standard, limits, terms, amounts
    (place, site, amount of each pair used), site_costs and capacities (of the chosen sites), reason, and the
    SHA-256 of costs and weights.

    Examples
    --------
    >>> from geosocial.siting import mclp
    >>> costs = [[100.0, 900.0], [200.0, 100.0]]
    >>> record = certify(mclp(costs, [10, 20], sites=1, standard=300), costs, [10, 20])
    >>> record["status"], record["objective"], record["sites"]
    ('optimal', 30.0, [0])
    """
    pairs = reach(costs)

    def of_sites(values: ArrayLike | None, name: str) -> list[float] | None:
        if values is None:
            return None
        held = amounts(values, pairs.candidates, name)
        return [float(held[site]) for site in result.sites]

    given = result.amounts
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
        "limits": None if limits is None else kept.record(result.sites, pairs.candidates, **limits),
        "terms": {name: _plain(value) for name, value in result.terms.items()},
        "amounts": None
        if given is None
        else [
            [int(i), int(j), float(amount)]
            for i, j, amount in zip(given.place, given.site, given.amount, strict=True)
        ],
        "site_costs": of_sites(site_costs, "site_costs"),
        "capacities": of_sites(capacities, "capacities"),
        "reason": None if result.reason is None else str(result.reason),
        "sha256": fingerprint(pairs, _weights(weights, pairs)),
    }


def _weights(weights: ArrayLike | None, pairs: Reach) -> Floats:
    return np.ones(pairs.places) if weights is None else amounts(weights, pairs.places, "weights")


def fingerprint(pairs: Reach, weights: Floats) -> str:
    """Return the SHA-256 of the pairs within reach and the weights: the same for dense and sparse costs."""
    digest = hashlib.sha256(f"{pairs.places} {pairs.candidates} ".encode())
    for part, kind in ((pairs.start, "<i8"), (pairs.column, "<i8"), (pairs.cost, "<f8"), (weights, "<f8")):
        for begin in range(0, len(part), _AT_ONCE):
            some = part[begin : begin + _AT_ONCE] + 0  # −0.0 is 0.0
            digest.update(np.ascontiguousarray(some, kind).tobytes())
    return digest.hexdigest()


def check(
    certificate: Mapping[str, object],
    costs: csr_array | ArrayLike,
    weights: ArrayLike | None = None,
    *,
    site_costs: ArrayLike | None = None,
    capacities: ArrayLike | None = None,
    zones: ArrayLike | None = None,
) -> list[str]:
    """Return what is wrong with a certificate: nothing when its sites have its objective on these costs.

    `zones` is needed for a maximin. Where `site_costs` or `capacities` are given, those that the certificate
    names are held against them too.

    Examples
    --------
    >>> from geosocial.siting import mclp
    >>> costs = [[100.0, 900.0], [200.0, 100.0]]
    >>> said = certify(mclp(costs, [10, 20], sites=1, standard=300), costs, [10, 20])
    >>> check(said, costs, [10, 20]), check({**said, "objective": 31.0, "bound": 31.0}, costs, [10, 20])
    ([], ['the objective is 30.0, not 31.0'])
    """
    said: Mapping[str, Any] = certificate
    pairs, wrong = reach(costs), []
    held = _weights(weights, pairs)
    if said["sha256"] != fingerprint(pairs, held):
        wrong.append("the costs or the weights are not those of the certificate")
    if said["status"] in _NO_ANSWER:
        empty = said["objective"] is None and said["sites"] == []
        return wrong + ([] if empty else ["there are sites or an objective without an answer"])
    if said["status"] not in _ANSWERS:
        return [*wrong, f"there is no status {said['status']!r}"]
    faults = misplaced(said["sites"], pairs.candidates)
    if faults:
        return wrong + faults
    for name, values in (("site_costs", site_costs), ("capacities", capacities)):
        for where in (said, said.get("limits") or {}):
            if values is not None and where.get(name) is not None:
                all_ = amounts(values, pairs.candidates, name)
                if where[name] != [float(all_[site]) for site in said["sites"]]:
                    wrong.append(f"the {name} are not those of the certificate")
    try:
        wrong += _limits(said)
        return wrong + _counted(Seen(said, pairs, held.tolist(), zones))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return [*wrong, "a figure of the certificate is missing or of no use"]


def _limits(said: Mapping[str, Any]) -> list[str]:
    """Return which limits of a record its sites do not keep to; one without any is checked on none."""
    return [] if said.get("limits") is None else kept.broken(said["limits"], said["sites"])


def _counted(seen: Seen) -> list[str]:
    """Return what is wrong with the figures of a record."""
    model = seen.said["model"]
    if model not in FORMULAS:
        return [f"there is no model {model!r}"]
    if model in ALL_SERVED and not all(seen.near[i] for i in seen.some):
        return ["a place with demand is not served"]
    value = FORMULAS[model](seen)
    return seen.wrong + _figures(seen.said, value)


def _figures(said: Mapping[str, Any], value: float) -> list[str]:
    """Return how objective, bound, gap and status do not fit the value or each other."""
    infinite = said["model"] == "p_dispersion"

    def number(name: str) -> float:
        held = said[name]
        if held is None:
            return math.inf if infinite or name == "gap" else math.nan
        return float(held)

    objective, bound, gap = number("objective"), number("bound"), number("gap")
    wrong = []
    if not same(value, objective):
        wrong.append(f"the objective is {value}, not {said['objective']}")
    off = bound - objective if said["model"] not in SMALL else objective - bound
    if said["status"] == "optimal" and not (same(bound, objective) and gap == 0):
        wrong.append("it is said to be optimal, but the bound or the gap leaves room")
    elif said["status"] != "optimal" and objective < math.inf:
        expected = off / abs(objective) if objective else math.inf
        if math.isnan(off) or off < 0 or not (same(gap, expected) or same(objective, bound)):
            wrong.append("bound, objective and gap do not fit together")
    return wrong


def certify_several(
    found: Several, spheres: Sequence[Sphere], *, limits: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """Return the record of an answer for several spheres: that of each, and what they add up to."""
    joint, many = found.joint, reach(spheres[0].costs).candidates
    parts: list[dict[str, object]] = []
    for k, sphere in enumerate(spheres):
        pairs = reach(sphere.costs)
        parts.append(
            {
                "name": sphere.name,
                "importance": float(found.importance[k]),
                "standard": _plain(sphere.standard),
                "served": float(found.served[k]),
                "alone": [int(site) for site in found.alone[k].sites],
                "alone_served": _plain(found.alone[k].objective),
                "sha256": fingerprint(pairs, _weights(sphere.weights, pairs)),
            }
        )
    return {
        "model": "several",
        "rule": found.rule,
        "status": joint.status,
        "objective": _plain(joint.objective),
        "bound": _plain(joint.bound),
        "gap": _plain(joint.gap),
        "method": joint.method,
        "seconds": joint.seconds,
        "sites": [int(site) for site in joint.sites],
        "limits": None if limits is None else kept.record(joint.sites, many, **limits),
        "spheres": parts,
        "reason": None if joint.reason is None else str(joint.reason),
    }


def check_several(certificate: Mapping[str, object], spheres: Sequence[Sphere]) -> list[str]:
    """Return what is wrong with the certificate of an answer for several spheres."""
    said: Mapping[str, Any] = certificate
    if said["status"] in _NO_ANSWER:
        empty = said["objective"] is None and said["sites"] == []
        return [] if empty else ["there are sites or an objective without an answer"]
    try:
        wrong, value = [], 0.0
        for part, sphere in zip(said["spheres"], spheres, strict=True):
            faults, share = _part(said["sites"], part, sphere)
            wrong += faults
            value += part["importance"] * share
        return wrong + _limits(said) + _figures(said, value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ["a figure of the certificate is missing or of no use"]


def _part(joint: Any, part: Mapping[str, Any], sphere: Sphere) -> tuple[list[str], float]:
    """Return what is wrong with the record of one sphere, and its share covered."""
    pairs, name = reach(sphere.costs), repr(part["name"])
    held = _weights(sphere.weights, pairs)
    wrong, served = [], {}
    if part["sha256"] != fingerprint(pairs, held) or part["standard"] != _plain(sphere.standard):
        wrong.append(f"costs, weights or standard of {name} are not those of the certificate")
    weights, total = held.tolist(), math.fsum(held)
    for key, sites in (("served", joint), ("alone_served", part["alone"])):
        faults = misplaced(sites, pairs.candidates)
        near = near_sites(pairs, set() if faults else set(sites), sphere.standard)
        served[key] = math.fsum(w for w, hit in zip(weights, near, strict=True) if hit)
        wrong += faults
        if not same(served[key], part[key]):
            wrong.append(f"{key} of {name} is {served[key]}, not {part[key]}")
    return wrong, served["served"] / total if total else 0.0


def _plain(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
