"""Proposed sites in the atlas: for each number of them, where they stand, whom they serve, the proof.

Figures come from the tables of proposed sites of the results: ``proposed`` (a row a site), ``proposed_curve``
(a row a number of sites, 0 being today) and ``proposed_zones`` (a row a zone). Without rows, no panel.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.cartography import layers
from geosocial.study import Service

if TYPE_CHECKING:
    from geosocial.cartography.shown import Run
    from geosocial.i18n import Words
    from geosocial.results import Results


def _rows(run: Run, table: str, sphere: str, spec: Service) -> list[dict[str, Any]]:
    def made() -> list[dict[str, Any]]:
        mine = run.of_service(table, sphere, spec)
        names = [str(name) for name in mine.columns]
        values = zip(*(mine[name].tolist() for name in names), strict=True)
        return [dict(zip(names, row, strict=True)) for row in values]

    return run.once((table, sphere, spec.key), made)


def reach_m(results: Results, spec: Service) -> float | None:
    """Return how far the standard goes on the ground; None along streets, where it is no circle."""
    if results.study.network is not None or spec.rule != "coverage" or spec.standard_m is None:
        return None
    return round(spec.standard_m / results.study.detour, 1)


def _curve(run: Run, sphere: str, spec: Service) -> list[dict[str, Any]]:
    """Return the rows of the curve from 0 on, as far as they follow one another with sites of their own."""
    rows = {int(row["number"]): row for row in _rows(run, "proposed_curve", sphere, spec)}
    sites = {int(row["number"]) for row in _rows(run, "proposed", sphere, spec)}
    if 0 not in rows:
        return []
    out = [rows[0]]
    while len(out) in rows and len(out) in sites:
        out.append(rows[len(out)])
    return out if len(out) > 1 else []


def sites(run: Run, sphere: str, spec: Service) -> dict[str, Any] | None:
    """Return the sites of each number from 1 on, the gain of each number, and what each zone comes to.

    A site: longitude, latitude, name, zone, whom it newly serves, and its price where the list has prices.
    ``shares`` holds a list a number, from 0 on: the share served in each zone, None where it is not known;
    ``served`` the same in people.
    """
    curve = _curve(run, sphere, spec)
    if not curve:
        return None
    zones = run.zones
    order = {z: n for n, z in enumerate(zones)}
    found = _rows(run, "proposed", sphere, spec)
    priced = wording.priced([r["cost"] for r in found])
    numbers: list[list[list[Any]]] = []
    for number in range(1, len(curve)):
        mine = sorted((r for r in found if int(r["number"]) == number), key=lambda r: int(r["order"]))
        at = layers.degrees([r["x"] for r in mine], [r["y"] for r in mine], run.results.study.crs)
        numbers.append(
            [
                [
                    *place,
                    str(r["name"]),
                    order.get(str(r["zone_id"]), -1),
                    _figure(r["newly"]),
                    *([_dollars(r["cost"])] if priced else []),
                ]
                for place, r in zip(at, mine, strict=True)
            ]
        )
    shares: list[list[float | None]] = [[None] * len(zones) for _ in curve]
    served: list[list[float | None]] = [[None] * len(zones) for _ in curve]
    for row in _rows(run, "proposed_zones", sphere, spec):
        number, zone = int(row["number"]), order.get(str(row["zone_id"]))
        if zone is not None and number < len(curve):
            shares[number][zone], served[number][zone] = _figure(row["share"]), _figure(row["served"])
    return {
        "at": numbers,
        "gain": [_figure(row["gain"]) for row in curve[1:]],
        "shares": shares,
        "served": served,
    }


def candidates(run: Run) -> list[list[Any]]:
    """Return the candidates of the study's list: position, name, zone, and price where it has prices."""
    frame = run.results.candidates
    order = {z: n for n, z in enumerate(run.zones)}
    at = layers.degrees(frame["x"], frame["y"], run.results.study.crs) if len(frame) else []
    columns = [frame[name].tolist() for name in ("name", "candidate_id", "zone_id", "cost")]
    priced = wording.priced(columns[-1])
    return [
        [*place, str(name) or str(key), order.get(str(zone), -1), *([_dollars(cost)] if priced else [])]
        for place, name, key, zone, cost in zip(at, *columns, strict=True)
    ]


def site_words(words: Words, run: Run, sphere: str, spec: Service) -> dict[str, Any] | None:
    """Return what the panel says for each number of sites: title, whom they serve, coverage, proof."""
    curve = _curve(run, sphere, spec)
    if not curve:
        return None
    unit = next((c.unit for c in run.results.study.demand.columns if c.key == spec.demand), "people")
    today = curve[0]
    costs: dict[int, list[float]] = {}
    for site in _rows(run, "proposed", sphere, spec):
        costs.setdefault(int(site["number"]), []).append(float(site["cost"]))
    lines = []
    for number, row in enumerate(curve[1:], start=1):
        more = float(row["served"]) - float(today["served"])
        lines.append(
            [
                words.n("{n} proposed site", "{n} proposed sites", number, n=words.number(number)),
                words.t("{more} more", more=wording.amount(words, unit, more)),
                words.t(
                    "Coverage goes from {low} to {high}.",
                    low=words.number(100 * float(today["share"]), 1),
                    high=words.percent(float(row["share"]), 1),
                ),
                _proof(words, row),
                *_together(words, costs.get(number, [])),
            ]
        )
    return {
        "lines": lines,
        "bars": words.t("Bars: what each site adds."),
        "zone": [
            [
                words.n(
                    "With the proposed site, coverage here goes from {low} to {high}: {more} more.",
                    "With the {n} proposed sites, coverage here goes from {low} to {high}: {more} more.",
                    number,
                    **{name: f"{{{name}}}" for name in ("n", "low", "high", "more")},
                ),
                words.n(
                    "With the proposed site, coverage here does not change.",
                    "With the {n} proposed sites, coverage here does not change.",
                    number,
                    n="{n}",
                ),
            ]
            for number in (1, 2)
        ],
        "unit": [words.n("{figure} person", "{figure} people", n, figure="{n}") for n in (1, 2)]
        if unit == "people"
        else [words.n("{figure} household", "{figure} households", n, figure="{n}") for n in (1, 2)],
        "adds": words.t("{n} newly served"),
    }


def _proof(words: Words, row: dict[str, Any]) -> str:
    gap = float(row["gap"])
    if str(row["status"]) == "optimal" or gap == 0:
        return words.t("Proved: no other choice of as many sites serves more.")
    if math.isnan(gap):
        return words.t("Not proved to be the best choice.")
    return words.t("Not proved the best: at most {gap} more could be served.", gap=words.percent(gap, 1))


def _together(words: Words, costs: list[float]) -> list[str]:
    """Return what so many sites cost together, or why that cannot be said; nothing where none has a price."""
    if not wording.priced(costs):
        return []
    price = words.t("Price: {price}.", price=wording.money(words, math.fsum(costs)))
    return [" ".join(said for said in (price, wording.unpriced_note(words, costs)) if said)]


def _dollars(cost: Any) -> int | None:
    """Return a price in whole dollars; None where the list gives none."""
    return None if math.isnan(cost) else round(cost)


def _figure(x: Any) -> float | None:
    value = float(x)
    return None if math.isnan(value) else round(value, 6)
