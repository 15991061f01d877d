"""The proposed sites in the dossier: of each service what some sites would bring, and where they would stand.

What the page of the report says of them, made shorter: on paper the first numbers of sites and the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from geosocial.report import siting

if TYPE_CHECKING:
    from markupsafe import Markup

    from geosocial.i18n import Words
    from geosocial.report.outline import Outline
    from geosocial.report.parts import Part, Table
    from geosocial.report.services import Service
    from geosocial.results import Results

#: Numbers of sites that paper shows beside the largest; all where there are no more than these and it.
_SHOWN: Final = frozenset({"1", "2", "3", "5"})


def section(
    words: Words,
    results: Results,
    told: Outline,
    *,
    drawn: Callable[[Service, Markup], str],
    plain: Callable[[Table], Mapping[str, Any]],
    part: Callable[[Part], Mapping[str, Any]],
) -> dict[str, Any] | None:
    """Return the section as plain values; None where no sites are proposed.

    Parameters
    ----------
    drawn
        Draws the map of a service with something over it, and returns its file.
    plain, part
        Turn a table and a part into plain values.
    """
    services, note = [], ""
    keys = list(results.study.services())
    for one, (sphere, spec) in zip(told.services, keys, strict=True):
        if not one.sites or one.sites[0].table is None:
            continue
        stars = siting.starred(words, results, sphere, spec.key, small=True)
        if stars is None:
            continue
        note = stars.text
        services.append(
            {
                "sphere": asdict(one.sphere),
                "title": one.title,
                "said": list(one.sites[0].text),
                "stand": stars.where,
                "table": plain(_shorter(one.sites[0].table)),
                "map": drawn(one, stars.marks),
                "alt": f"{stars.title}. {stars.where}",
                "beside": [part(p) for p in one.sites[1:]],
            }
        )
    if not services:
        return None
    return {
        "title": words.t("Proposed sites"),
        "lead": words.t(
            "Where new facilities would bring most people within the standard, beside those that exist."
        ),
        "note": note,
        "services": services,
    }


def _shorter(table: Table) -> Table:
    """Return the rows of a few numbers of sites, without the column of where they stand."""
    from dataclasses import replace

    few = [row for row in table.rows[:-1] if row[0] in _SHOWN] + list(table.rows[-1:])
    rows = table.rows if len(table.rows) <= len(_SHOWN) + 1 else tuple(few)
    return replace(table, heads=table.heads[:-1], rows=tuple(row[:-1] for row in rows))
