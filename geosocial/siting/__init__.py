"""Siting: where the next facilities should go, each answer with its proof.

Plain functions over costs and weights (`mclp`, `lscp`, `p_median`, `p_center`, `frontier`); never a geometry,
never a file. Within means cost ≤ standard. Answers are `SitingResult`: what cannot be is a status with its
reason, bad input an `InputError`. `geosocial.siting.certificate` lets anyone check one without a solver.
"""

from geosocial.siting.center import p_center
from geosocial.siting.covering import lscp, mclp
from geosocial.siting.frontier import frontier
from geosocial.siting.median import p_median
from geosocial.siting.result import SitingResult

__all__ = ["SitingResult", "frontier", "lscp", "mclp", "p_center", "p_median"]
