"""Where the classes of a map break: fixed steps, equal counts, equal widths, natural groups, around a norm.

Every method returns breaks for half-open classes, ``lower ≤ value < upper``. A break that only has to part
two neighbouring values is the roundest number between them, so that a legend reads exactly what it does:
no value changes its class by being rounded. Equal values are never parted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: How a map may be classed: the fixed steps of ``look.toml``; as many zones in each class; classes of one
#: width; the groups that lie closest together; steps up and down from a norm.
Method: TypeAlias = Literal["steps", "quantile", "equal", "natural", "norm"]
METHODS: Final[tuple[Method, ...]] = ("steps", "quantile", "equal", "natural", "norm")
#: Widths that read well, times a power of ten.
NICE: Final = (1.0, 1.5, 2.0, 2.5, 5.0)


def known(values: Sequence[float]) -> Floats:
    """Return the values that are numbers, from the lowest to the highest."""
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    return np.sort(array[np.isfinite(array)])


def quantile(values: Sequence[float], k: int = 5) -> tuple[float, ...]:
    """Return the breaks that put as many values in each of `k` classes as ties allow.

    Examples
    --------
    >>> quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    (3.0, 5.0, 7.0, 9.0)
    >>> quantile([0, 0, 0, 0, 9])
    (5.0,)
    """
    array = known(values)
    n = len(array)
    return _between(array, [round(n * i / k) for i in range(1, k)])


def equal(values: Sequence[float], k: int = 5) -> tuple[float, ...]:
    """Return at most `k` − 1 breaks one round width apart, the narrowest that reaches over all values.

    Examples
    --------
    >>> equal([0.18, 0.31, 0.84])
    (0.3, 0.45, 0.6, 0.75)
    >>> equal([3.1, 3.3, 3.4])
    (3.2, 3.3, 3.4)
    """
    array = known(values)
    if not len(array) or array[0] == array[-1]:
        return ()
    least, most = float(array[0]), float(array[-1])
    for width in _widths((most - least) / k):
        first = math.floor(least / width + 1e-9)
        if (first + k) * width > most + 1e-9 * width:
            at = [round((first + i) * width, 12) for i in range(1, k)]
            return tuple(b for b in at if least < b <= most)
    raise AssertionError("widths grow without end")  # pragma: no cover


def natural(values: Sequence[float], k: int = 5) -> tuple[float, ...]:
    """Return the breaks of at most `k` groups with the least sum of squares within them, exactly.

    Source: Fisher (1958), On grouping for maximum homogeneity; Jenks and Caspall (1971). Dynamic programming
    over the distinct values; beyond 600 of them over as many evenly spaced ranks.

    Examples
    --------
    >>> natural([1, 2, 3, 50, 51, 52, 98, 99], k=3)
    (50.0, 80.0)
    """
    import numpy as np

    array = known(values)
    if len(array) > 600:
        array = array[np.linspace(0, len(array) - 1, 600).round().astype(int)]
    points, counts = np.unique(array, return_counts=True)
    n = len(points)
    if n <= 1:
        return ()
    k = min(k, n)
    shifted = points - points.mean()
    weight, first, second = (
        np.concatenate([[0.0], np.cumsum(counts * shifted**power)]) for power in (0, 1, 2)
    )
    # within[i, j]: sum of squares of the points i … j − 1 about their mean; inf where there is none.
    i, j = np.ogrid[0 : n + 1, 0 : n + 1]
    many = np.where(j > i, weight[j] - weight[i], 1.0)
    within = np.where(j > i, (second[j] - second[i]) - (first[j] - first[i]) ** 2 / many, np.inf)
    best, cuts = within[0], []
    for _ in range(1, k):
        total = best[:, None] + within
        cut = np.argmin(total, axis=0)
        cuts.append(cut)
        best = total[cut, np.arange(n + 1)]
    ends, at = [], n
    for cut in reversed(cuts):
        at = int(cut[at])
        ends.append(at)
    return _between(points, sorted(ends))


def around(values: Sequence[float], centre: float, k: int = 6) -> tuple[float, ...]:
    """Return `k` − 1 breaks, the middle one at `centre`, the others a round step apart on both sides.

    The step is the smallest of a round width whose outermost breaks lie at two thirds of the widest distance
    from the centre, so that the outer classes are in use.

    Examples
    --------
    >>> around([0.02, 0.4, 0.84], 0.45)
    (0.15, 0.3, 0.45, 0.6, 0.75)
    """
    array = known(values)
    sides = (k - 1) // 2
    widest = max((abs(float(v) - centre) for v in array), default=0.0)
    if not math.isfinite(centre):
        return ()
    if not widest:
        return (centre,)
    target = widest * 2 / 3 / sides
    step = min(_widths(target / 2)[:6], key=lambda width: (abs(width - target), width))
    return tuple(round(centre + i * step, 12) for i in range(-sides, sides + 1))


def _widths(least: float) -> list[float]:
    """Return round widths from `least` on, the smallest first."""
    power = math.floor(math.log10(least))
    widths = [nice * 10.0 ** (power + more) for more in range(3) for nice in NICE]
    return [round(w, 15) for w in widths if w >= least * (1 - 1e-9)]


def _between(array: Floats, positions: Sequence[int]) -> tuple[float, ...]:
    """Return the roundest number between each value at `positions` and that before; ties are not parted."""
    out: list[float] = []
    for at in positions:
        end = at
        while 0 < end < len(array) and array[end] == array[end - 1]:
            end += 1
        if 0 < end < len(array):
            found = roundest(float(array[end - 1]), float(array[end]))
            if not out or found > out[-1]:
                out.append(found)
    return tuple(out)


def roundest(low: float, high: float) -> float:
    """Return the number with the fewest digits in ``low < x ≤ high``, the nearest to their middle.

    Examples
    --------
    >>> roundest(0.417, 0.583), roundest(2.0, 3.0), roundest(8.31, 8.34)
    (0.5, 3.0, 8.32)
    """
    power = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for more in range(17):
        for step in (5.0 * 10.0 ** (power - more), 10.0 ** (power - more)):
            first = math.floor(low / step) + 1
            last = math.floor(high / step)
            found = [round(m * step, 12) for m in {first, last, round((low + high) / 2 / step)}]
            fits = [x for x in found if low < x <= high]
            if fits:
                return min(fits, key=lambda x: (abs(x - (low + high) / 2), x))
    return high
