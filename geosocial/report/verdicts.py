"""The verdicts of a study in one language: their paint, their word, how many zones have each, and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import symbology, wording
from geosocial.vocabulary import fold

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results
    from geosocial.study import Service


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a legend: a paint (a colour, or the name of a pattern) and what it means."""

    paint: str
    label: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map: a paint for each zone, and a mark in some."""

    key: str
    title: str
    text: str
    fills: dict[str, str]
    marks: dict[str, str]
    #: Zones whose fill asks for a white mark.
    dark: tuple[str, ...]
    legend: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Sphere:
    """A sphere's name and symbol."""

    key: str
    name: str
    color: str
    shape: str


def sphere_of(words: Words, sphere: str) -> Sphere:
    """Return the name and the symbol of a sphere."""
    return Sphere(
        sphere,
        wording.sphere_label(words, sphere),
        symbology.sphere_color(sphere),
        symbology.sphere_shape(sphere),
    )


def verdict_legend(words: Words) -> tuple[Entry, ...]:
    """Return the legend of the verdicts."""
    gap = symbology.look()["ramp"]["gap"]
    return (
        Entry(str(gap[-1]), wording.verdict_label(words, "underserved")),
        Entry("depends", wording.verdict_label(words, "depends")),
        Entry(str(gap[0]), wording.verdict_label(words, "served")),
        Entry("cannot_say", wording.status_label(words, "cannot_say")),
        Entry("missing", wording.status_label(words, "missing")),
    )


def paint_of(rank: wording.Rank) -> str:
    """Return the paint of a verdict: dark for underserved, light for served, else a pattern."""
    gap = symbology.look()["ramp"]["gap"]
    if rank.status == "missing":
        return "missing"
    paints = {"underserved": str(gap[-1]), "depends": "depends", "served": str(gap[0])}
    return paints.get(rank.verdict, "cannot_say")


def word_of(words: Words, rank: wording.Rank) -> str:
    """Return the verdict in words, or why there is none."""
    if rank.status in {"missing", "cannot_say"}:
        return wording.status_label(words, rank.status)
    return wording.verdict_label(words, rank.verdict) or wording.status_label(words, "cannot_say")


def headline_services(results: Results) -> list[tuple[str, str]]:
    """Return the headline of each sphere: its first service, or the first of which something is known."""
    return [(sphere, headline_service(results, sphere).key) for sphere in results.study.spheres]


def headline_service(results: Results, sphere: str) -> Service:
    """Return the first service of a sphere; where all of it is missing, the first of which it is not."""
    found, services = wording.figures(results), results.study.spheres[sphere].services

    def known(service: Service) -> bool:
        return any(found.rank(z, sphere, service.key).status != "missing" for z in found.names)

    return next((service for service in services if known(service)), services[0])


def underserved_in(results: Results) -> dict[str, int]:
    """Return in how many spheres each zone is underserved, by their headline services."""
    found, services = wording.figures(results), headline_services(results)
    return {z: sum(found.rank(z, s, v).verdict == "underserved" for s, v in services) for z in found.names}


def judged(results: Results) -> set[str]:
    """Return the zones that have a verdict in at least one sphere; of the others nothing is known."""
    found, services = wording.figures(results), headline_services(results)
    return {z for z in found.names if any(found.rank(z, s, v).verdict for s, v in services)}


def zone_names(words: Words, results: Results, zones: list[str]) -> str:
    """Return the names of zones as a list in words, in alphabetical order."""
    names = sorted((wording.zone_name(words, results, z) for z in zones), key=fold)
    return words.listing(names)


def verdict_counts(words: Words, results: Results, sphere: str, service: str) -> str:
    """Return how many zones have each verdict, in words."""
    ranks = [wording.figures(results).rank(str(z), sphere, service) for z in results.zones["zone_id"]]
    counts = Counter(r.verdict if r.status in {"ok", "low_confidence"} else "" for r in ranks)
    bad, depends, good = counts["underserved"], counts["depends"], counts["served"]
    return words.t(
        "{underserved}; {depends}; {served}.",
        underserved=words.n("{count} underserved", "{count} underserved", bad, count=bad),
        depends=words.n(
            "{count} depends on the settings", "{count} depend on the settings", depends, count=depends
        ),
        served=words.n("{count} served", "{count} served", good, count=good),
    )


def verdict_map(words: Words, results: Results, sphere: str, service: str) -> Map:
    """Return the small map of the verdicts of a service."""
    found = wording.figures(results)
    name = wording.sphere_label(words, sphere)
    return Map(
        key=f"v-{list(results.study.spheres).index(sphere)}",
        title=words.t("Map of the verdicts: {name}", name=name),
        text=verdict_counts(words, results, sphere, service),
        fills={z: paint_of(found.rank(z, sphere, service)) for z in found.names},
        marks={},
        dark=(),
        legend=(),
    )


def main_indicator(results: Results, sphere: str, service: str) -> str:
    """Return the indicator that says how well a service serves: coverage, or the rate of a ratio."""
    return "rate" if wording.service_of(results, sphere, service).rule == "ratio" else "coverage"
