"""Siting: where the next facilities should go, each answer with its proof.

Plain functions over costs and weights (`mclp`, `lscp`, `p_median`, `p_center` …); never a geometry, never a
file. Within means cost ≤ standard. Answers are `SitingResult`: what cannot be is a status with its reason,
bad input an `InputError`. `geosocial.siting.certificate` lets anyone check one without a solver.

Every model takes a budget and the cost of each site instead of the number of sites, or beside it (the LSCP
has no number, the p-dispersion always needs one). Weights are whatever demand counts: people, households, or
people weighted by need, ``people * geosocial.measure.need.equity_weights(…)``: the objective is then in that
unit, and the people served are counted again with the people as weights.
"""

from geosocial.siting.alternatives import near_optimal, prices, robustness
from geosocial.siting.backup import backup
from geosocial.siting.capacitated import capacitated
from geosocial.siting.center import p_center
from geosocial.siting.closing import relocate
from geosocial.siting.covering import lscp, mclp
from geosocial.siting.dispersion import p_dispersion
from geosocial.siting.equity import kolm_pollak, shortfall
from geosocial.siting.explain import explain
from geosocial.siting.frontier import frontier
from geosocial.siting.maximin import maximin
from geosocial.siting.median import p_median
from geosocial.siting.result import SitingResult
from geosocial.siting.several import Sphere, several

__all__ = [
    "SitingResult",
    "Sphere",
    "backup",
    "capacitated",
    "explain",
    "frontier",
    "kolm_pollak",
    "lscp",
    "maximin",
    "mclp",
    "near_optimal",
    "p_center",
    "p_dispersion",
    "p_median",
    "prices",
    "relocate",
    "robustness",
    "several",
    "shortfall",
]
