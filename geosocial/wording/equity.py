"""Equity in words: where gaps meet, whom facilities are near, how unequal what people have in reach is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.wording.labels import demand_label, lower_first, share, zone_name

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

INDICES: Final = {
    "mean": N_("Facilities within the standard, on average"),
    "gini": N_("Gini coefficient"),
    "theil": N_("Theil’s T"),
    "theil_between": N_("Theil’s T between zones"),
    "theil_within": N_("Theil’s T within zones"),
    "atkinson": N_("Atkinson index"),
    "palma": N_("Palma ratio, by need"),
    "concentration": N_("Concentration index, by need"),
    "mean_cost": N_("Distance to the nearest facility, on average"),
    "kolm_pollak": N_("Equally distributed equivalent of the distance (Kolm–Pollak)"),
}


def index_label(words: Words, index: str) -> str:
    """Return an index of `tables.INDICES` in words."""
    return words.t(INDICES[index]) if index in INDICES else ""


def points(words: Words, value: float) -> str:
    """Return a difference of shares in percentage points, with its sign: ``+3.5``; a dash where unknown."""
    if math.isnan(value):
        return "–"
    text = words.number(abs(value) * 100, 1)
    if text == words.number(0, 1):
        return text
    return f"+{text}" if value > 0 else f"−{text}"


def hubs_sentence(words: Words, results: Results) -> str:
    """Return how many people lack facilities of two spheres or more; empty where it is not told."""
    rows = results.hub_zones
    whole = rows[(rows["zone_id"] == "") & (rows["unmet"] >= 2)]
    if whole.empty or whole["share"].isna().any():
        return ""
    most = int(rows["unmet"].max())
    all_ = rows[(rows["zone_id"] == "") & (rows["unmet"] == most)].iloc[0]
    return words.t(
        "{people} people ({share}) live beyond the standard of facilities of two spheres or more, and "
        "{all} of all {most} spheres that have a standard.",
        people=words.people(float(whole["people"].sum())),
        share=share(words, float(whole["share"].sum())),
        all=words.people(float(all_["people"])),
        most=words.number(most),
    )


def hubs_worst(words: Words, results: Results) -> str:
    """Return the zones in which the largest share of people lack two spheres or more."""
    rows = results.hub_zones
    mine = rows[(rows["zone_id"] != "") & (rows["unmet"] >= 2)].dropna(subset=["share"])
    if mine.empty:
        return ""
    shares = mine.groupby("zone_id", sort=False)["share"].sum().sort_values(ascending=False, kind="stable")
    named = [
        words.t(
            "{zone} ({share})", zone=zone_name(words, results, str(zone)), share=share(words, float(part))
        )
        for zone, part in shares.head(3).items()
    ]
    return words.t("The largest shares: {zones}.", zones=words.listing(named))


def group_label(words: Words, results: Results, column: str) -> str:
    """Return a group among whom it is counted: ``low-income residents as a share of residents``."""
    spec = results.study.equity
    of = next((g.of for g in spec.groups if g.column == column), "") if spec else ""
    return words.t(
        "{group} as a share of {whole}",
        group=lower_first(demand_label(words, results, column)),
        whole=lower_first(demand_label(words, results, of)),
    )


def disparity_verdict(words: Words, lower: float, upper: float) -> str:
    """Return what a demographic disparity says, in a word or two."""
    if math.isnan(lower) or math.isnan(upper):
        return "–"
    if lower > 0:
        return words.t("nearer to the group")
    if upper < 0:
        return words.t("farther from the group")
    return words.t("cannot tell")
