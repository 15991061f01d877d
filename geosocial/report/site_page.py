"""A proposal of sites as a page that a committee can read: one offline file, a sentence first, no script.

The answer and its proof, the map and the curve; then each site, what else would do, whether the choice holds
under other settings, every zone, and how to check it all again.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geosocial import symbology, wording
from geosocial.report import charts, site_charts, site_parts, site_trust
from geosocial.report.html import style, template
from geosocial.wording import proposals

if TYPE_CHECKING:
    from markupsafe import Markup

    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.sites import Proposal
    from geosocial.vocabulary import Lang


@dataclass(frozen=True, slots=True)
class Page:
    """The page in one language."""

    lang: str
    other: str
    title: str
    subtitle: str
    edition: str
    lead: tuple[str, ...]
    map: Markup
    legend: tuple[tuple[Markup, str], ...]
    curve: Markup | None
    sections: tuple[site_parts.Section, ...]
    labels: Mapping[str, str]
    footer: str


def write_pages(proposal: Proposal, folder: Path, langs: Sequence[Lang] = ("fr", "en")) -> list[Path]:
    """Write the page of a proposal in each language; return the files.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    from geosocial.i18n import words
    from geosocial.io.write import write_text

    written = []
    for lang in langs:
        links: dict[str, str] = {other: f"sites.{other}.html" for other in langs if other != lang}
        written.append(folder / f"sites.{lang}.html")
        write_text(page(proposal, words(lang), files=links), written[-1])
    return written


def page(proposal: Proposal, words: Words, *, files: Mapping[str, str] | None = None) -> str:
    """Return the page of a proposal as text."""
    sheet = style()
    drawn = charts.shapes(proposal.problem)
    return template("sites.html").render(
        p=content(proposal, words, drawn),
        files=dict(files or {}),
        style=sheet,
        digest=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        definitions=charts.definitions(drawn),
    )


def content(proposal: Proposal, words: Words, drawn: charts.Shapes) -> Page:
    """Return what the page says."""
    problem = proposal.problem
    zones = problem.zones
    names = {str(z): str(n) for z, n in zip(zones["zone_id"], zones[f"name_{words.lang}"], strict=True)}
    services = words.listing([words.label(s.service.label) for s in problem.spheres])
    other = "en" if words.lang == "fr" else "fr"
    if proposal.answered:
        lead = list(proposals.lead(words, proposal, names))
    else:
        lead = list(proposals.infeasible(words, proposal, names))
    study = cast("Results", problem)  # the sentences about a study read its study alone
    sections = (
        site_parts.sites(words, proposal, names),
        site_parts.others(words, proposal, names),
        site_parts.settings(words, proposal),
        site_parts.zone_section(words, proposal, names),
        site_trust.trust(words, proposal, study),
    )
    return Page(
        lang=words.lang,
        other=other,
        title=words.t("Proposed sites: {service}", service=services),
        subtitle=f"{words.label(problem.study.name)} · {wording.edition(words, study)}",
        edition=wording.edition(words, study),
        lead=tuple(lead),
        map=_map(words, proposal, drawn),
        legend=tuple(_legend(words, proposal)),
        curve=_curve(words, proposal),
        sections=tuple(s for s in sections if s.parts or s.lead),
        labels={
            "skip": words.t("Skip to the answer"),
            "sites": words.t("Proposed sites"),
            "answer": words.t("The answer"),
            "other": "English" if other == "en" else "Français",
        },
        footer=words.t("Made with geosocial. Nothing on this page comes from the network."),
    )


def _map(words: Words, proposal: Proposal, drawn: charts.Shapes) -> Markup:
    at, classes = symbology.breaks("coverage"), symbology.classes(words, "coverage")
    fills = {}
    for row in site_parts.main(proposal).to_dict(orient="records"):
        value = site_parts.share_of(float(row["after"]), float(row["total"]))
        paint = "missing" if math.isnan(value) else classes[symbology.class_of(value, at)].color
        fills[str(row["zone_id"])] = paint
    return charts.zone_map(
        drawn,
        fills,
        key="sites",
        title=words.t("Map: {name}", name=words.t("Proposed sites")),
        text=words.t("Coverage of each zone with the sites; stars are the sites, dots what exists."),
        above=site_charts.marks(proposal),
    )


def _legend(words: Words, proposal: Proposal) -> Iterator[tuple[Markup, str]]:
    if len(proposal.told.sites) and proposal.problem.ways is None:
        yield site_charts.legend_star(), words.t("Proposed site, with its reach")
    elif len(proposal.told.sites):
        yield site_charts.legend_star(), words.t("Proposed site")
    if len(proposal.problem.main.facilities):
        yield site_charts.legend_dot(), words.t("Existing facility")
    if len(proposal.told.closed):
        yield site_charts.legend_cross(), words.t("Facility that would close")
    for one in symbology.classes(words, "coverage"):
        if len(proposal.problem.spheres) > 1:
            sphere = proposals.sphere_of(words, proposal, 0)
            said = words.t("Coverage ({sphere}): {range}", sphere=sphere, range=one.label)
        else:
            said = words.t("Coverage: {range}", range=one.label)
        yield charts.swatch(one.color), said


def _curve(words: Words, proposal: Proposal) -> Markup | None:
    rows = proposal.others.frontier.to_dict(orient="records")
    total = math.fsum(proposal.problem.main.weight)
    if not rows or total <= 0:
        return None
    shares = [(0, proposal.told.before / total), *((int(r["number"]), float(r["share"])) for r in rows)]
    points = [(n, s, words.percent(s, 1)) for n, s in shares]
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (shares[-1][1] - shares[0][1]) / s <= 5)
    low, high = math.floor(shares[0][1] / step), math.ceil(shares[-1][1] / step)
    ticks = [(k * step, words.percent(k * step)) for k in range(low, max(high, low + 1) + 1)]
    said = "; ".join(words.t("{number}: {share}", number=n, share=text) for n, _, text in points)
    return site_charts.curve(
        points,
        title=words.t("Coverage by number of new sites: {said}.", said=said),
        axes=(words.t("New sites"), words.t("Coverage")),
        ticks=ticks,
    )
