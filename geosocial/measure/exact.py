"""Sums in which no order and no division into parts shows: the same bits, whatever is added first.

Each value is cut into three limbs, multiples of 2⁻⁸, 2⁻³⁴ and 2⁻⁶⁰. The sum of each limb is exact as long
as what is summed stays below 3·10¹³ and the values of one sum are fewer than 2²⁸; what is below 2⁻⁶¹ of each
value is dropped. Limbs of parts are added like the values themselves, and only `total` rounds. Whole numbers
have one limb and are summed as they stand.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geosocial.measure.coverage import Floats, Ints

#: One over the unit of each limb.
_GRIDS: Final = (2.0**8, 2.0**34, 2.0**60)
#: Limbs of a sum.
LIMBS: Final = len(_GRIDS)


def exact_sums(values: Floats, of: Ints, size: int) -> Floats:
    """Return the limbs of the sum of the values that belong to each of `size` positions.

    Parameters
    ----------
    values
        (n) finite numbers.
    of
        (n) position of each, from 0 to size − 1.
    size
        Number of sums.

    Returns
    -------
    (3 × size) limbs; those of parts may be added.

    Examples
    --------
    >>> tenths = np.array([0.1, 0.2, 0.3])
    >>> one, two = (exact_sums(order, np.zeros(3, int), 1) for order in (tenths, tenths[::-1]))
    >>> 0.1 + 0.2 + 0.3 == 0.3 + 0.2 + 0.1, bool(total(one) == total(two))
    (False, True)
    """
    limbs = np.zeros((LIMBS, size))
    left = values
    for k, grid in enumerate(_GRIDS):
        part = np.rint(left * grid) / grid
        limbs[k] = np.bincount(of, weights=part, minlength=size)
        left = left - part  # without rounding: both are multiples of the last digit of the value
        if not left.any():
            break
    return limbs


def total(limbs: Floats) -> Floats:
    """Return the sums, rounded once; the limbs lie along the last axis but one.

    Examples
    --------
    >>> total(exact_sums(np.array([1.5, 2.0, 4.0]), np.array([0, 1, 1]), 2))
    array([1.5, 6. ])
    """
    high, middle, low = np.moveaxis(limbs, -2, 0)
    whole: Floats = high + (middle + low)
    return whole
