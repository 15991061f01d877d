"""The drawings of a proposal of sites: the sites on a map, and what each number of them serves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from geosocial import symbology
from geosocial.report.charts import placing

if TYPE_CHECKING:
    from geosocial.report.charts import Zoned
    from geosocial.sites import Proposal

#: Radii in drawing units of a map 1,000 wide: a site, an existing facility.
STAR, DOT = 21.0, 5.0
#: How much larger stars are on a small map on paper.
SMALL: Final = 1.5
#: Where the number of a star may stand, in its radii, the best first; how far from other stars and numbers.
_SIDES: Final = ((1.5, -1.1), (-1.5, -1.1), (1.5, 1.3), (-1.5, 1.3), (0.0, -2.0), (0.0, 2.0))
_CLEAR: Final = 1.7
#: The pieces of the drawings; what is set into them is escaped.
REACH: Final = Markup('<circle cx="{}" cy="{}" r="{}" fill="none" stroke="{}" stroke-width="2.5"/>')
SITE: Final = Markup('<path d="{}" fill="{}" stroke="{}" stroke-width="5" paint-order="stroke"/>')
ORDER: Final = Markup('<text x="{}" y="{}" stroke="{}" stroke-width="7" paint-order="stroke">{}</text>')
#: The same on a small map of a paper, which allows a style beside that of the page.
ON_PAPER: Final = Markup(
    '<text x="{}" y="{}" stroke="{}" stroke-width="9" paint-order="stroke" style="font-size:42px">{}</text>'
)
CROSS: Final = Markup(
    '<path d="{0}" stroke="{2}" stroke-width="9"/><path d="{0}" stroke="{1}" stroke-width="4"/>'
)
TICK: Final = Markup('<text x="{}" y="{}" dy=".35em" text-anchor="end" fill="{}">{}</text>')
UNDER: Final = Markup('<text x="{}" y="{}" text-anchor="middle" fill="{}">{}</text>')
POINT: Final = Markup('<circle cx="{}" cy="{}" r="4.5" fill="{}" stroke="#fff"/>')
SAID: Final = Markup('<text x="{}" y="{}" text-anchor="{}" fill="{}" font-weight="600">{}</text>')
BESIDE: Final = Markup(
    '<text x="{0}" y="{1}" text-anchor="middle" fill="{2}" transform="rotate(-90 {0} {1})">{3}</text>'
)


def star(x: float, y: float, r: float) -> str:
    """Return the path of a five-pointed star."""
    points = (
        (x + k * r * math.sin(n * math.pi / 5), y - k * r * math.cos(n * math.pi / 5))
        for n in range(10)
        for k in [1.0 if n % 2 == 0 else 0.45]
    )
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "z"


def cross(x: float, y: float, r: float) -> str:
    """Return the path of a cross."""
    return f"M{x - r:.1f} {y - r:.1f}l{2 * r:.1f} {2 * r:.1f}m0 {-2 * r:.1f}l{-2 * r:.1f} {2 * r:.1f}"


def marks(proposal: Proposal) -> Markup:
    """Return the existing facilities as dots, and the sites as numbered stars with their reach.

    A facility that would close is crossed. The circle is the standard at true size; along streets there is
    none.
    """
    import numpy as np

    problem, main = proposal.problem, proposal.problem.main
    placed, _ = placing(problem)
    ink, paper, muted = (symbology.color(c) for c in ("ink", "paper", "muted"))
    out = [Markup('<g fill="{}" stroke="{}" stroke-width="1.5">').format(muted, paper)]
    for x, y in placed(np.column_stack([main.facilities.x, main.facilities.y])).round(1).tolist():
        out.append(Markup('<circle cx="{}" cy="{}" r="{}"/>').format(x, y, DOT))
    out.append(Markup("</g>"))
    gone = proposal.told.closed
    for x, y in placed(gone[["x", "y"]].to_numpy(np.float64)).round(1).tolist() if len(gone) else ():
        out.append(CROSS.format(cross(x, y, 2.0 * DOT), ink, paper))
    mine = proposal.told.sites[proposal.told.sites["sphere"] == main.sphere]
    out.append(
        numbered(
            problem,
            list(zip(mine["x"], mine["y"], strict=True)),
            [str(order) for order in mine["order"]],
            reach=main.standard / problem.study.detour if problem.ways is None else None,
        )
    )
    return Markup("").join(out)


def numbered(
    results: Zoned,
    places: Sequence[tuple[float, float]],
    numbers: Sequence[str],
    *,
    reach: float | None,
    small: bool = False,
) -> Markup:
    """Return sites as numbered stars with their reach.

    Parameters
    ----------
    places, numbers
        Where each site stands in the study's CRS, and its number.
    reach
        Radius of the circle around each in metres; None for none.
    small
        Whether for a small map on paper: stars and numbers are larger in it.
    """
    import numpy as np

    placed, scale = placing(results)
    ink, paper, chosen = (symbology.color(c) for c in ("ink", "paper", "chosen"))
    at = placed(np.array(places, np.float64).reshape(-1, 2)).round(1).tolist()
    out = [REACH.format(x, y, round(reach * scale, 1), chosen) for x, y in at if reach is not None]
    size = SMALL * STAR if small else STAR
    out += [SITE.format(star(x, y, size), ink, paper) for x, y in at]
    for (x, y), number in zip(lettered(at, size), numbers, strict=True):
        out.append((ON_PAPER if small else ORDER).format(x, y, paper, number))
    return Markup("").join(out)


def lettered(at: Sequence[Sequence[float]], size: float = STAR) -> list[tuple[float, float]]:
    """Return where the number of each star stands: beside it, and clear of other stars and numbers if it can.

    `size` is the radius of the stars.

    Examples
    --------
    >>> lettered([(0, 0), (30, 0)])
    [(-31.5, -23.1), (61.5, -23.1)]
    """
    found: list[tuple[float, float]] = []
    for k, (x, y) in enumerate(at):
        others = [tuple(p) for n, p in enumerate(at) if n != k] + found
        places = [(round(x + a * size, 1), round(y + b * size, 1)) for a, b in _SIDES]
        clear = (p for p in places if all(math.dist(p, other) > _CLEAR * size for other in others))
        found.append(next(clear, places[0]))
    return found


def legend_star() -> Markup:
    """Return the mark of a site in a legend."""
    return Markup(
        '<svg class="vd" viewBox="0 0 12 12" aria-hidden="true"><path d="{}" fill="{}"/></svg>'
    ).format(star(6, 6.3, 6), symbology.color("ink"))


def legend_dot() -> Markup:
    """Return the mark of an existing facility in a legend."""
    return Markup(
        '<svg class="vd" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="3" fill="{}"/></svg>'
    ).format(symbology.color("muted"))


def legend_cross() -> Markup:
    """Return the mark of a facility that would close in a legend."""
    return Markup(
        '<svg class="vd" viewBox="0 0 12 12" aria-hidden="true">'
        '<path d="{}" stroke="{}" stroke-width="2"/></svg>'
    ).format(cross(6, 6, 4), symbology.color("ink"))


def curve(
    points: Sequence[tuple[int, float, str]],
    *,
    title: str,
    axes: tuple[str, str],
    ticks: Sequence[tuple[float, str]],
) -> Markup:
    """Return the shares that 0, 1, 2 … sites serve: a dot a number, the first and the last lettered.

    Parameters
    ----------
    points
        Number of sites, share served, and how it is said.
    ticks
        Shares at which a line is drawn across, and how they are said; the first and the last bound the chart.
    """
    ink, muted, line, blue = (symbology.color(c) for c in ("ink", "muted", "line", "link"))
    left, top, wide, high = 66, 22, 360, 220
    low, top_share = ticks[0][0], ticks[-1][0]
    most = max(points[-1][0], 1)

    def at(number: int, share: float) -> tuple[float, float]:
        up = (share - low) / max(top_share - low, 1e-9)
        return round(left + number / most * wide, 1), round(top + (1 - up) * high, 1)

    out = [
        Markup('<svg class="lz" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            left + wide + 30, top + high + 54, title
        )
    ]
    for share, said in ticks:
        x, y = at(0, share)
        out.append(Markup('<path d="M{} {}h{}" stroke="{}"/>').format(x, y, wide, line))
        out.append(TICK.format(x - 10, y, muted, said))
    step = max(1, math.ceil(most / 10))
    out += [UNDER.format(at(n, low)[0], top + high + 20, muted, n) for n in range(0, most + 1, step)]
    path = "L".join("{} {}".format(*at(n, s)) for n, s, _ in points)
    out.append(Markup('<path d="M{}" fill="none" stroke="{}" stroke-width="2"/>').format(path, blue))
    for n, s, _ in points:
        out.append(POINT.format(*at(n, s), blue))
    for place, anchor, dx in ((0, "start", 8), (-1, "end", -2)):
        x, y = at(points[place][0], points[place][1])
        out.append(SAID.format(x + dx, y + (18 if place == 0 else -10), anchor, ink, points[place][2]))
    out.append(UNDER.format(left + wide / 2, top + high + 44, ink, axes[0]))
    out.append(BESIDE.format(14, top + high / 2, ink, axes[1]))
    return Markup("").join([*out, Markup("</svg>")])
