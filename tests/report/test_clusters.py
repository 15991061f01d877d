"""What a report says of clusters: the figures of the tables, in both languages, where the study asks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from geosocial import wording
from geosocial.i18n import NBSP, words
from geosocial.report import clusters
from geosocial.report.html import page
from geosocial.results import Results
from geosocial.tables import CLUSTER_KINDS
from geosocial.vocabulary import Lang
from tests.wording.city import city

CULTURE = ("culture", "main")


def toy(**whole: Any) -> Results:
    """The toy city; 2,000 of 8,000 people of Z1 and 500 of 8,000 of Z3 are in clusters far from culture."""
    results = city(clusters={"weights": "knn", "k": 3, "permutations": 99})
    zones, rows = results.cluster_zones.copy(), results.autocorrelation.copy()
    figures = {"Z3": (8000, 500, 1, 0, 0), "Z1": (8000, 2000, 2, 1000, 1), "": (16000, 2500, 3, 1000, 1)}
    for zone, (total, far, far_places, near, near_places) in figures.items():
        at = (zones["sphere"] == "culture") & (zones["zone_id"] == zone)
        zones.loc[at, ["total", "far", "near"]] = [float(total), float(far), float(near)]
        zones.loc[at, ["far_share", "near_share"]] = [far / total, near / total]
        zones.loc[at, ["far_places", "near_places"]] = [far_places, near_places]
    known = {
        "i": 0.456,
        "expected": -0.0004,
        "p": 0.02,
        "permutations": 999,
        "n": 1234,
        "islands": 2,
        "reason": "",
    }
    for name, found in (known | whole).items():
        rows[name] = [found, *rows[name].tolist()[1:]]
    return replace(results, cluster_zones=zones, autocorrelation=rows)


def said(results: Results, lang: Lang) -> tuple[str, ...]:
    part = clusters.part(words(lang), results, *CULTURE, key="c")
    assert part is not None
    return tuple(text.replace(NBSP, " ") for text in part.text)


def test_the_sentences_give_the_figures_of_the_tables() -> None:
    english, french = said(toy(), "en"), said(toy(), "fr")
    assert english[0] == (
        "Far places lie beside far ones, and near beside near: Moran’s I is 0.46, and chance gives 0.00 "
        "(p = 0.020, 999 permutations)."
    )
    assert english[1] == "In a cluster of places far from a cultural facility: 2,500 people, 16% (residents)."
    assert "at most 5% of such findings are expected to be false" in english[2]
    assert (
        "Neighbours: the 3 nearest places. Places with people: 1,234; without a neighbour: 2." in english[2]
    )
    assert french[0] == (
        "Les lieux éloignés côtoient des lieux éloignés, et les lieux proches des lieux proches : le I de "
        "Moran est de 0,46, et le hasard donne 0,00 (p = 0,020, 999 permutations)."
    )
    assert french[1].startswith(
        "Dans une concentration de lieux éloignés d’un équipement culturel : 2 500 personnes, 16 %"
    )
    assert "Voisins : les 3 lieux les plus proches. Lieux habités : 1 234; sans voisin : 2." in french[2]


@pytest.mark.parametrize(
    ("whole", "start"),
    [
        ({"p": 0.4}, "Chance alone could explain where far and near places lie: Moran’s I is 0.46"),
        ({"i": -0.6}, "Far places lie beside near ones: Moran’s I is −0.60"),
        ({"reason": "few"}, "There are too few places with people"),
        ({"reason": "constant"}, "All places are equally far"),
        ({"reason": "no_neighbours"}, "No place has a neighbour"),
    ],
)
def test_what_else_may_be_found(whole: dict[str, Any], start: str) -> None:
    texts = said(toy(**whole), "en")
    assert texts[0].startswith(start)
    if "reason" in whole:
        assert len(texts) == 2  # nothing is counted where nothing could be looked for
    assert said(toy(weights="queen"), "en")[2].endswith("the nearest places stand in for neighbours.")


def test_the_table_goes_from_the_zone_where_most_live_far() -> None:
    part = clusters.part(words("en"), toy(), *CULTURE, key="c")
    assert part is not None
    assert part.table is not None
    assert part.table.rows == (
        ("Rivière-Verte", "2,000", "25%", "2", "1,000", "12%"),
        ("Old Borough", "500", "6%", "1", "0", "0%"),
    )
    assert part.table.total == ("All together", "2,500", "16%", "3", "1,000", "6%")
    assert clusters.part(words("en"), toy(), "recreation", "main", key="c").table is None  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_shows_them_where_the_study_asks(lang: Lang) -> None:
    heading = wording.clusters_heading(words(lang))
    text = page(toy(), words(lang))
    assert text.count(f"<h3>{heading}</h3>") == 2  # culture and recreation; housing is a ratio
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert not re.search(r"\bnan\b|\bNone\b|far_among|knn", text)
    assert heading not in page(city(), words(lang))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_kind_has_its_words(lang: Lang) -> None:
    labels = [wording.cluster_label(words(lang), kind) for kind in CLUSTER_KINDS]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    rules = [wording.weights_label(words(lang), toy(), rule) for rule in ("queen", "rook", "knn")]
    assert len(set(rules)) == 3
