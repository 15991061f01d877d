"""Proposed sites: study and candidates -> the best choice, its proof, whom it serves, what else would do.

`propose` is what ``geosocial site`` asks; `geosocial.sites.run` what a run of the whole study does. Both call
`geosocial.siting` on costs and weights; nothing is computed here that a model or a measure should hold.
"""

from geosocial.sites.asked import MODELS, Asked, Model
from geosocial.sites.problem import Problem
from geosocial.sites.propose import Proposal, propose

__all__ = ["MODELS", "Asked", "Model", "Problem", "Proposal", "propose"]
