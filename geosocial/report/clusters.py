"""Clusters in a report and in the workbook: how alike near places are, who lives in far clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geosocial import wording
from geosocial.errors import N_
from geosocial.report.parts import SHOWN, Part, Table, more
from geosocial.report.sheets import Column, Sheet, Value, each
from geosocial.report.tables import UNITS

if TYPE_CHECKING:
    from geosocial.i18n import Words
    from geosocial.results import Results


def part(words: Words, results: Results, sphere: str, service: str, *, key: str) -> Part | None:
    """Return what a report says of the clusters of a service; None where none were looked for."""
    sentence = wording.cluster_sentence(words, results, sphere, service)
    if not sentence:
        return None
    far = wording.far_sentence(words, results, sphere, service)
    note = wording.cluster_note(words, results, sphere, service)
    title = wording.clusters_heading(words)
    return Part(
        key, title, tuple(t for t in (sentence, far, note) if t), _by_zone(words, results, sphere, service)
    )


def _by_zone(words: Words, results: Results, sphere: str, service: str) -> Table | None:
    """Return the zones that have clusters, from the one where most live in far ones; None without any."""
    rows = results.cluster_zones
    mine = rows[(rows["sphere"] == sphere) & (rows["service"] == service)]
    some = mine[(mine["zone_id"] != "") & ((mine["far_places"] > 0) | (mine["near_places"] > 0))]
    if some.empty:
        return None
    ordered = some.sort_values(["far", "near", "zone_id"], ascending=[False, False, True], kind="stable")

    def cells(name: str, row: dict[Any, Any]) -> tuple[str, ...]:
        far, far_share, near, near_share = (float(row[k]) for k in ("far", "far_share", "near", "near_share"))
        return (
            name,
            words.people(far),
            wording.share(words, far_share),
            words.number(int(row["far_places"])),
            words.people(near),
            wording.share(words, near_share),
        )

    whole = mine[mine["zone_id"] == ""].iloc[0].to_dict()
    unit = words.t(UNITS.get(str(whole["unit"]), ""))
    heads = (
        wording.zone_heading(words, results),
        words.t("In far clusters ({unit})", unit=unit),
        words.t("Share"),
        words.t("Far places"),
        words.t("In near clusters ({unit})", unit=unit),
        words.t("Share"),
    )
    shown = [
        cells(wording.zone_name(words, results, str(r["zone_id"])), r)
        for r in ordered.head(SHOWN).to_dict(orient="records")
    ]
    return Table(
        words.t("Clusters by zone"),
        heads,
        tuple(shown),
        frozenset(range(1, 6)),
        more(words, len(ordered), "cluster_zones.csv"),
        cells(words.t("All together"), whole),
    )


def sheets(results: Results, say: Sequence[Words]) -> list[Sheet]:
    """Return the sheets of clusters; none where the study looks for none."""
    if results.study.clusters is None:
        return []
    return [_zone_sheet(results, say), _whole_sheet(results, say)]


def _service(results: Results, say: Sequence[Words], row: dict[Any, Any]) -> str:
    return each([wording.service_label(w, results, str(row["sphere"]), str(row["service"])) for w in say])


def _zone_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    numbers = ("total", "far", "far_share", "near", "near_share", "places", "far_places", "near_places")
    rows: list[tuple[Value, ...]] = []
    for row in results.cluster_zones.to_dict(orient="records"):
        zone = str(row["zone_id"])
        names = [wording.zone_name(w, results, zone) if zone else w.t("All together") for w in say]
        unit = each([w.t(UNITS.get(str(row["unit"]), "")) for w in say])
        rows.append((_service(results, say, row), each(names), unit, *(row[n] for n in numbers)))
    return Sheet(
        N_("Clusters"),
        N_("Demand and places in clusters of places far from, and near to, each service, by zone."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Zone"), width=38),
            Column(N_("Unit"), width=24),
            Column(N_("Demand (number)"), "whole", 13),
            Column(N_("In far clusters"), "whole", 13),
            Column(N_("In far clusters (share)"), "share", 13),
            Column(N_("In near clusters"), "whole", 13),
            Column(N_("In near clusters (share)"), "share", 13),
            Column(N_("Places"), "whole", 10),
            Column(N_("Far places"), "whole", 10),
            Column(N_("Near places"), "whole", 10),
        ),
        rows,
    )


def _whole_sheet(results: Results, say: Sequence[Words]) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    for row in results.autocorrelation.to_dict(orient="records"):
        sphere, service = str(row["sphere"]), str(row["service"])
        rows.append(
            (
                _service(results, say, row),
                *(row[n] for n in ("i", "expected", "z", "p")),
                *(row[n] for n in ("permutations", "n", "islands")),
                each([wording.weights_label(w, results, str(row["weights"])) for w in say]),
                each([wording.cluster_sentence(w, results, sphere, service) for w in say]),
            )
        )
    return Sheet(
        N_("Likeness of neighbours"),
        N_("Whether neighbouring places are alike in how far they are from each service: Moran’s I."),
        (
            Column(N_("Service"), width=34),
            Column(N_("Moran’s I"), "fine", 10),
            Column(N_("By chance"), "fine", 10),
            Column(N_("Standard score"), "rate", 10),
            Column(N_("p"), "fine", 10),
            Column(N_("Permutations"), "whole", 13),
            Column(N_("Places"), "whole", 10),
            Column(N_("Without a neighbour"), "whole", 13),
            Column(N_("Neighbours"), width=40),
            Column(N_("In words"), width=90),
        ),
        rows,
    )
