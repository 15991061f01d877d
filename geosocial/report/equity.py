"""Equity in a report and in the workbook: where gaps meet, disparity, inequality, gaps weighted by need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geosocial import symbology, wording
from geosocial.errors import N_
from geosocial.report.parts import SHOWN, Part, Table
from geosocial.report.sheets import Column, Sheet, Value, each
from geosocial.report.tables import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.i18n import Words
    from geosocial.results import Results


@dataclass(frozen=True, slots=True)
class Curve:
    """A Lorenz curve: its name, its colour, the shares of people and of what they have, the Gini in words."""

    label: str
    color: str
    shape: str
    people: tuple[float, ...]
    held: tuple[float, ...]
    gini: str


@dataclass(frozen=True, slots=True)
class Equity:
    """The section on equity."""

    title: str
    lead: str
    parts: tuple[Part, ...]
    lorenz_title: str
    lorenz_note: str
    curves: tuple[Curve, ...]
    axes: tuple[str, str, str]
    ticks: tuple[str, ...]


def equity(words: Words, results: Results) -> Equity | None:
    """Return what a report says of equity; None where the study does not ask for it."""
    if results.study.equity is None:
        return None
    makers = (_hubs, _groups, _shares, _inequality, _need)
    parts = [make(words, results) for make in makers]
    return Equity(
        title=words.t("Equity"),
        lead=wording.hubs_sentence(words, results),
        parts=tuple(p for p in parts if p is not None),
        lorenz_title=words.t("Who has how much in reach"),
        lorenz_note=words.t(
            "People from those who have fewest facilities within the standard to those who have most. On the "
            "diagonal everybody has as many; the flat start is those who have none."
        ),
        curves=_curves(words, results),
        axes=(words.t("people"), words.t("facilities in reach"), words.t("everybody has as many")),
        ticks=tuple(words.percent(step / 4) for step in range(5)),
    )


def _hubs(words: Words, results: Results) -> Part | None:
    rows = results.hub_zones
    if rows.empty:
        return None
    counts = sorted({int(n) for n in rows["unmet"]})
    by_zone = {str(zone): part for zone, part in rows.groupby("zone_id", sort=False)}

    lacking = {
        zone: float(part.loc[part["unmet"] >= 2, "share"].sum(skipna=False)) for zone, part in by_zone.items()
    }

    def cells(name: str, zone: str) -> tuple[str, ...]:
        part = by_zone[zone]
        known = dict(zip(part["unmet"], part["share"], strict=True))
        people = float(part.loc[part["unmet"] >= 2, "people"].sum(skipna=False))
        shares = (wording.share(words, float(known[n])) for n in counts)
        return (name, words.people(people), wording.share(words, lacking[zone]), *shares)

    zones = sorted((z for z in by_zone if z), key=lambda z: -lacking[z])
    heads = [
        words.t("None") if n == 0 else words.n("{count} sphere", "{count} spheres", n, count=words.number(n))
        for n in counts
    ]
    table = Table(
        words.t("People beyond the standard of several spheres, by zone"),
        (
            wording.zone_heading(words, results),
            words.t("People, 2 or more"),
            words.t("Share, 2 or more"),
            *heads,
        ),
        tuple(cells(wording.zone_name(words, results, z), z) for z in zones[:SHOWN]),
        frozenset(range(1, 3 + len(counts))),
        words.t("Each place with its spheres stands in tables/hubs.csv."),
        cells(words.t("All together"), ""),
    )
    text = tuple(t for t in (wording.hubs_worst(words, results),) if t)
    return Part("e-hubs", words.t("Where several gaps meet"), text, table)


def _services(results: Results, table: pd.DataFrame) -> list[tuple[str, str]]:
    named = {(str(s), str(v)) for s, v in zip(table["sphere"], table["service"], strict=True)}
    return [(sphere, spec.key) for sphere, spec in results.study.services() if (sphere, spec.key) in named]


def _groups(words: Words, results: Results) -> Part | None:
    rows = results.disparity[results.disparity["group"] != ""]
    if rows.empty:
        return None
    shown = []
    for row in rows.to_dict(orient="records"):
        lower, upper = float(row["lower"]), float(row["upper"])
        shown.append(
            (
                wording.service_label(words, results, str(row["sphere"]), str(row["service"])),
                wording.group_label(words, results, str(row["group"])),
                wording.share(words, float(row["resources"]), 1),
                wording.share(words, float(row["baseline"]), 1),
                wording.points(words, float(row["value"])),
                _between(words, lower, upper),
                wording.disparity_verdict(words, lower, upper),
            )
        )
    table = Table(
        words.t("Whom the facilities are near"),
        (
            words.t("Service"),
            words.t("Group"),
            words.t("Where the facilities are"),
            words.t("All zones"),
            words.t("Points"),
            words.t("Interval"),
            words.t("Facilities are"),
        ),
        tuple(shown),
        frozenset({2, 3, 4, 5}),
        words.t(
            "Demographic disparity (Spatial Equity Data Tool): the share of the group at the places nearest "
            "to the facilities, less its share in all zones. Interval: the facilities drawn again."
        ),
    )
    return Part("e-groups", words.t("Whom the facilities are near"), (), table)


def _between(words: Words, lower: float, upper: float) -> str:
    low, high = wording.points(words, lower), wording.points(words, upper)
    return words.t("{low} to {high}", low=low, high=high).removeprefix("de ")


def _shares(words: Words, results: Results) -> Part | None:
    rows = results.disparity[results.disparity["group"] == ""]
    services = _services(results, rows)
    if not services:
        return None
    value = {
        (str(r["zone_id"]), str(r["sphere"]), str(r["service"])): r for r in rows.to_dict(orient="records")
    }
    zones = list(dict.fromkeys(str(z) for z in rows["zone_id"]))

    def cell(zone: str, key: tuple[str, str]) -> str:
        row = value[(zone, *key)]
        text = wording.points(words, float(row["value"]))
        sure = float(row["lower"]) > 0 or float(row["upper"]) < 0
        return f"{text}*" if sure else text

    table = Table(
        words.t("Share of the facilities less share of the demand, by zone, in percentage points"),
        (
            wording.zone_heading(words, results),
            *(wording.service_label(words, results, *key) for key in services),
        ),
        tuple(
            (wording.zone_name(words, results, zone), *(cell(zone, key) for key in services))
            for zone in zones
        ),
        frozenset(range(1, len(services) + 1)),
        words.t(
            "Geographic disparity (Spatial Equity Data Tool). * The interval does not reach 0. A dash: the "
            "supply or the demand is not known."
        ),
    )
    return Part("e-shares", words.t("Who has more than a fair share"), (), table)


def _value(results: Results, key: tuple[str, str], index: str, group: str = "") -> float:
    mine = wording.figures(results).of_service("inequality", *key)
    return next((float(r["value"]) for r in mine if (r["index"], r["group"]) == (index, group)), float("nan"))


def _inequality(words: Words, results: Results) -> Part | None:
    services = _services(results, results.inequality)
    spec = results.study.equity
    if not services or spec is None:
        return None
    first = spec.groups[0].column if spec.groups else ""
    shown = []
    for key in services:
        theil, between = _value(results, key, "theil"), _value(results, key, "theil_between")
        row = [
            wording.service_label(words, results, *key),
            words.number(_value(results, key, "mean"), 1),
            words.number(_value(results, key, "gini"), 2),
            wording.share(words, between / theil if theil > 0 else float("nan")),
            words.metres(_value(results, key, "mean_cost")),
            words.metres(_value(results, key, "kolm_pollak")),
        ]
        if first:
            row.insert(4, words.number(_value(results, key, "concentration", first), 2))
        shown.append(tuple(row))
    heads = [
        words.t("Service"),
        words.t("Facilities in reach, on average"),
        words.t("Gini coefficient"),
        words.t("Between zones"),
        words.t("Distance, on average"),
        words.t("Equal equivalent"),
    ]
    if first:
        heads.insert(4, words.t("Concentration"))
    note = words.t(
        "Between zones: the part of Theil’s T that lies between zones, not within them. Equal equivalent "
        "(Kolm–Pollak): the distance that, were it everybody’s, would be as bad; the more it exceeds the "
        "average, the worse off are those far away. More indices stand in tables/inequality.csv."
    )
    if first:
        said = words.t(
            "Concentration below 0: places with a larger share of the group ({group}) have more in reach.",
            group=wording.group_label(words, results, first),
        )
        note = f"{said} {note}"
    table = Table(
        words.t("Inequality of what people have in reach"),
        tuple(heads),
        tuple(shown),
        frozenset(range(1, len(heads))),
        note,
    )
    return Part("e-inequality", words.t("Inequality"), (), table)


def _need(words: Words, results: Results) -> Part | None:
    rows = results.need_gaps
    services = _services(results, rows)
    if not services:
        return None
    ordered = rows.drop_duplicates("zone_id").sort_values("need", ascending=False, kind="stable")
    value = {
        (str(r["zone_id"]), str(r["sphere"]), str(r["service"])): r for r in rows.to_dict(orient="records")
    }

    def cell(zone: str, key: tuple[str, str]) -> str:
        row = value[(zone, *key)]
        if not row["rank"]:
            return "–"
        before, after = words.number(int(row["rank"])), words.number(int(row["weighted_rank"]))
        return after if before == after else words.t("{before} → {after}", before=before, after=after)

    table = Table(
        words.t("Rank by gap, and by gap weighted by need"),
        (
            wording.zone_heading(words, results),
            words.t("Weight"),
            *(wording.service_label(words, results, *key) for key in services),
        ),
        tuple(
            (
                wording.zone_name(words, results, str(r["zone_id"])),
                words.number(float(r["weight"]), 2),
                *(cell(str(r["zone_id"]), key) for key in services),
            )
            for r in ordered.to_dict(orient="records")
        ),
        frozenset(range(1, len(services) + 2)),
        words.t(
            "From the zone whose people need most. A gap weighs more where need is high; the total stays the "
            "same. The rank by gap, then the rank once it is weighted; 1 is the largest gap."
        ),
    )
    return Part("e-need", words.t("Gaps weighted by need"), (), table)


def _curves(words: Words, results: Results) -> tuple[Curve, ...]:
    curves = []
    for sphere, service in _services(results, results.lorenz):
        rows = wording.figures(results).of_service("lorenz", sphere, service)
        curves.append(
            Curve(
                wording.service_label(words, results, sphere, service),
                symbology.sphere_color(sphere),
                symbology.sphere_shape(sphere),
                tuple(row["people"] for row in rows),
                tuple(row["held"] for row in rows),
                words.t("Gini {value}", value=words.number(_value(results, (sphere, service), "gini"), 2)),
            )
        )
    return tuple(curves)


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of equity; none where the study does not ask for it."""
    if results.study.equity is None:
        return []
    return [_hub_sheet(results, say), _disparity_sheet(results, say), _inequality_sheet(results, say)]


def _zone(results: Results, say: Sequence[Words], zone: str) -> str:
    return each([wording.zone_name(w, results, zone) if zone else w.t("All together") for w in say])


def _hub_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = [
        (_zone(results, say, str(r["zone_id"])), *(r[n] for n in ("unmet", "people", "share", "places")))
        for r in results.hub_zones.to_dict(orient="records")
    ]
    return Sheet(
        N_("Several gaps"),
        N_("How many people live beyond the standard of no sphere, one, two and more, by zone."),
        (
            Column(N_("Zone"), width=38),
            Column(N_("Spheres (number)"), "whole", 12),
            Column(N_("People"), "whole", 13),
            Column(N_("Share"), "share", 10),
            Column(N_("Places"), "whole", 10),
        ),
        rows,
    )


def _disparity_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for r in results.disparity.to_dict(orient="records"):
        group, zone = str(r["group"]), str(r["zone_id"])
        rows.append(
            (
                each([wording.service_label(w, results, str(r["sphere"]), str(r["service"])) for w in say]),
                _zone(results, say, zone) if zone else "",
                each([wording.group_label(w, results, group) for w in say]) if group else "",
                *(r[n] for n in ("resources", "baseline", "value", "lower", "upper")),
            )
        )
    return Sheet(
        N_("Disparity"),
        N_(
            "Share of the facilities less share of the demand, by zone; whom the facilities are near, "
            "by group."
        ),
        (
            Column(N_("Service"), width=34),
            Column(N_("Zone"), width=38),
            Column(N_("Group"), width=50),
            Column(N_("Where the facilities are"), "share", 13),
            Column(N_("All zones"), "share", 13),
            Column(N_("Difference"), "share", 13),
            Column(N_("Lower"), "share", 10),
            Column(N_("Upper"), "share", 10),
        ),
        rows,
    )


def _inequality_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for r in results.inequality.to_dict(orient="records"):
        group = str(r["group"])
        rows.append(
            (
                each([wording.service_label(w, results, str(r["sphere"]), str(r["service"])) for w in say]),
                each([wording.index_label(w, str(r["index"])) for w in say]),
                each([wording.group_label(w, results, group) for w in say]) if group else "",
                r["value"],
                each([w.t(UNITS.get(str(r["unit"]), "")) for w in say]) if r["unit"] else "",
            )
        )
    return Sheet(
        N_("Inequality"),
        N_("How unequal the number of facilities within the standard is, and the distance to the nearest."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Index"), width=60),
            Column(N_("Group"), width=50),
            Column(N_("Value"), "fine", 12),
            Column(N_("Unit"), width=24),
        ),
        rows,
    )
