"""What no choice of sites can pass, without solving a linear program.

Demand covered is submodular: what more sites add to any choice is at most the sum of what each adds alone.

Source: Nemhauser, Wolsey & Fisher (1978).
"""

from __future__ import annotations

import numpy as np

from geosocial.siting.swaps import Cover


def residual(cover: Cover, most: int) -> float:
    """Return f(S) + the p largest gains that remain: no choice of p candidates covers more."""
    return cover.value + float(np.sort(np.where(cover.open, 0.0, cover.gain))[::-1][:most].sum())
