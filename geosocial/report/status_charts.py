"""The marks of the follow-up: a shape for each status, always beside its word, and the way done against time.

Numbers and our own colours alone go into these drawings: no text of a user, so nothing to escape.
"""

from __future__ import annotations

import math
from functools import cache

from markupsafe import Markup

from geosocial import symbology

#: Colours of the statuses; `geosocial.report.templates` dossier.typ has the same.
ACHIEVED, ON_TRACK, ACCELERATE, LATE = "#542788", "#998ec3", "#f1a340", "#b35806"
#: Bounds of the bar: a way of more than this is drawn at its end.
_LEAST, _MOST = -0.14, 1.08


@cache
def status_mark(status: str) -> Markup:
    """Return the shape of a status, 14 units wide; a status that is not judged is a line or a dotted ring."""
    muted, paper = symbology.color("muted"), symbology.color("paper")
    grey = symbology.look()["pattern"]["missing"]["ground"]
    drawn = {
        "achieved": f'<circle cx="7" cy="7" r="6" fill="{ACHIEVED}"/>'
        f'<path d="M4 7.2l2.2 2.3L10.2 5" fill="none" stroke="{paper}" stroke-width="1.6"/>',
        "on_track": f'<circle cx="7" cy="7" r="5.4" fill="{ON_TRACK}" stroke="{ACHIEVED}"/>',
        "accelerate": f'<circle cx="7" cy="7" r="5.4" fill="{paper}" stroke="{LATE}" stroke-width="1.2"/>'
        f'<path d="M7 1.6a5.4 5.4 0 0 0 0 10.8z" fill="{ACCELERATE}"/>',
        "late": f'<circle cx="7" cy="7" r="5" fill="{paper}" stroke="{LATE}" stroke-width="2"/>',
        "no_target": f'<path d="M1 7h12" stroke="{muted}" stroke-width="1.6" stroke-dasharray="2.6 2"/>',
        "no_baseline": f'<path d="M1 7h12" stroke="{muted}" stroke-width="1.6" stroke-dasharray="1 1.6"/>',
        "no_data": f'<circle cx="7" cy="7" r="5.2" fill="{grey}" stroke="{muted}" stroke-dasharray="1.5"/>',
        "broken": f'<path d="M1 7h4M9 7h4M4.4 10.4 6 3.6M8 10.4l1.6-6.8" stroke="{muted}"'
        ' stroke-width="1.4"/>',
    }
    mark = drawn.get(status, drawn["no_data"])
    return Markup(f'<svg class="st" viewBox="0 0 14 14" aria-hidden="true">{mark}</svg>')  # noqa: S704


def color(status: str) -> str:
    """Return the colour of the way done; muted where it is not judged."""
    known = {"achieved": ACHIEVED, "on_track": ON_TRACK, "accelerate": ACCELERATE, "late": LATE}
    return known.get(status, symbology.color("muted"))


def at(share: float) -> float:
    """Return where a share of the way stands on the bar, in per cent of its width.

    Examples
    --------
    >>> round(at(0.0), 1), round(at(1.0), 1), at(9.0)
    (11.5, 93.4, 100.0)
    """
    held = min(max(share, _LEAST), _MOST)
    return (held - _LEAST) / (_MOST - _LEAST) * 100


def progress(attainment: float, elapsed: float, status: str) -> Markup:
    """Return the way done from baseline to target as a bar with its dot, and the time gone as a line."""
    if math.isnan(attainment):
        return Markup("")
    line, ink, paper = (symbology.color(c) for c in ("line", "ink", "paper"))
    zero, one, done = at(0.0), at(1.0), at(attainment)
    paint = color(status)
    parts = [
        '<svg class="way" aria-hidden="true">',
        f'<line x1="{zero:.1f}%" x2="{one:.1f}%" y1="50%" y2="50%" stroke="{line}" stroke-width="2"/>',
        f'<line x1="{zero:.1f}%" x2="{done:.1f}%" y1="50%" y2="50%" stroke="{paint}" stroke-width="4"/>',
    ]
    if not math.isnan(elapsed):
        gone = at(elapsed)
        parts.append(
            f'<line x1="{gone:.1f}%" x2="{gone:.1f}%" y1="15%" y2="85%" stroke="{ink}" stroke-width="1.5"/>'
        )
    parts.append(
        f'<circle cx="{done:.1f}%" cy="50%" r="4.5" fill="{paint}" stroke="{paper}" stroke-width="1"/></svg>'
    )
    return Markup("".join(parts))  # noqa: S704
