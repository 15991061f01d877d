"""Clusters in words: where places far from the facilities lie side by side, more than by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geosocial.errors import N_
from geosocial.wording.figures import figures
from geosocial.wording.labels import amount, demand_label, from_facility, lower_first, service_of, share

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results

KINDS: Final = {
    "far": N_("cluster of far places"),
    "near": N_("cluster of near places"),
    "far_among_near": N_("far, among near places"),
    "near_among_far": N_("near, among far places"),
    "none": N_("no cluster: perhaps chance"),
    "island": N_("no neighbour"),
    "missing": N_("nobody is known to live there"),
}
REASONS: Final = {
    "few": N_("There are too few places with people to look for clusters."),
    "constant": N_("All places are equally far: there is nothing to cluster."),
    "no_neighbours": N_("No place has a neighbour: clusters cannot be looked for."),
}


@dataclass(frozen=True, slots=True)
class Whole:
    """The row of a service in `tables.AUTOCORRELATION`, and that of all zones in `tables.CLUSTER_ZONES`."""

    i: float
    expected: float
    p: float
    permutations: int
    places: int
    islands: int
    weights: str
    reason: str
    far: float
    far_share: float
    unit: str


def whole(results: Results, sphere: str, service: str) -> Whole | None:
    """Return what is known of the clusters of a service as a whole; None where none were looked for."""
    found = figures(results)
    row = next(iter(found.of_service("autocorrelation", sphere, service)), None)
    zones = found.of_service("cluster_zones", sphere, service)
    sums = next((zone for zone in zones if zone["zone_id"] == ""), None)
    if row is None or sums is None:
        return None
    return Whole(
        i=float(row["i"]),
        expected=float(row["expected"]),
        p=float(row["p"]),
        permutations=int(row["permutations"]),
        places=int(row["n"]),
        islands=int(row["islands"]),
        weights=str(row["weights"]),
        reason=str(row["reason"]),
        far=float(sums["far"]),
        far_share=float(sums["far_share"]),
        unit=str(sums["unit"]),
    )


def cluster_label(words: Words, kind: str) -> str:
    """Return what a place is among its neighbours: one of `tables.CLUSTER_KINDS` in words."""
    return words.t(KINDS[kind]) if kind in KINDS else ""


def weights_label(words: Words, results: Results, rule: str) -> str:
    """Return who counts as a neighbour: ``the 8 nearest places``."""
    spec = results.study.clusters
    if spec is None:
        return ""
    match rule:
        case "queen":
            return words.t("areas that share a corner or a side")
        case "rook":
            return words.t("areas that share a side")
        case "knn":
            return words.t("the {k} nearest places", k=words.number(spec.k))
        case _:
            return words.t("places within {distance}", distance=words.metres(spec.distance_m or math.nan))


def cluster_sentence(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return whether near places are alike, in a sentence, with Moran's I; empty where it was not asked."""
    found, spec = whole(results, sphere, service), results.study.clusters
    if found is None or spec is None:
        return ""
    if found.reason:
        return words.t(REASONS[found.reason])
    facts = {
        "i": words.number(found.i, 2),
        "expected": words.number(round(found.expected, 2) + 0.0, 2),
        "p": words.number(found.p, 3),
        "permutations": words.number(found.permutations),
    }
    if found.p > spec.level:
        return words.t(
            "Chance alone could explain where far and near places lie: Moran’s I is {i}, and chance gives "
            "{expected} (p = {p}, {permutations} permutations).",
            **facts,
        )
    if found.i > found.expected:
        return words.t(
            "Far places lie beside far ones, and near beside near: Moran’s I is {i}, and chance gives "
            "{expected} (p = {p}, {permutations} permutations).",
            **facts,
        )
    return words.t(
        "Far places lie beside near ones: Moran’s I is {i}, and chance gives {expected} "
        "(p = {p}, {permutations} permutations).",
        **facts,
    )


def far_sentence(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return how many live in clusters of places far from a service; empty where it is not known."""
    found = whole(results, sphere, service)
    if found is None or found.reason or math.isnan(found.far):
        return ""
    spec = service_of(results, sphere, service)
    away = from_facility(words, spec)
    if not found.far:
        return words.t("No cluster of places far {away} can be told from chance.", away=away)
    return words.t(
        "In a cluster of places far {away}: {amount}, {share} ({group}).",
        away=away,
        amount=amount(words, found.unit, found.far),
        share=share(words, found.far_share),
        group=lower_first(demand_label(words, results, spec.demand)),
    )


def cluster_note(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return what is called a cluster, and among which places it was looked for."""
    found, spec = whole(results, sphere, service), results.study.clusters
    if found is None or spec is None:
        return ""
    said = words.t(
        "A place is in a cluster when it and its neighbours together are farther, or nearer, than the mean "
        "place, more than chance would have it; at most {level} of such findings are expected to be false. "
        "Neighbours: {neighbours}. Places with people: {places}; without a neighbour: {islands}.",
        level=share(words, spec.level),
        neighbours=weights_label(words, results, found.weights),
        places=words.number(found.places),
        islands=words.number(found.islands),
    )
    if found.weights != spec.weights:
        said += " " + words.t("The demand has no outlines: the nearest places stand in for neighbours.")
    return said


def clusters_heading(words: Words) -> str:
    """Return the heading of what is said of clusters."""
    return words.t("Where far places cluster")
