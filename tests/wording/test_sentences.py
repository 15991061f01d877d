"""The sentences of the toy city, word for word; its figures were worked out by hand in tests.measure.toy."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from geosocial import wording
from geosocial.i18n import NBSP, words
from geosocial.results import Results
from geosocial.vocabulary import Lang
from tests.measure.toy import toy_toml
from tests.wording.city import city

FR, EN = words("fr"), words("en")


def fr(text: str) -> str:
    """Write a no-break space as ~, so that the tests can be read."""
    return text.replace("~", NBSP)


@pytest.fixture(scope="module")
def toy() -> Results:
    return city()


# Culture: 13,300 of the 22,800 known residents live farther than 1,000 m (58 %): 3,000 in Z0, 4,000 in Z1,
# 3,000 in Z2, 1,000 in Z3, 2,000 in Z4, 0 in Z5, 300 in Z6.
def test_headlines(toy: Results) -> None:
    assert wording.headline(FR, toy, "culture", "main", "gap_share") == (
        fr(
            "Culture, dans les 7~secteurs qui ont des données~: 13~300~personnes, 58~% de la population, "
            "vivent à plus de 1~km d’un équipement culturel."
        ),
        fr(
            "Les plus mal desservis, dans 6 à 10~réglages sur 10~: Rivière-Verte, Champ-du-Moulin et "
            "Côte-des-Pins. "
            "On ne peut pas conclure pour 1~secteur. Donnée manquante pour 1~secteur."
        ),
    )
    assert wording.headline(EN, toy, "culture", "main", "gap") == (
        (
            "Culture, in the 7 zones with data: 13,300 people, 58% of residents, live more than "
            f"1{NBSP}km from a cultural facility."
        ),
        (
            "Least served, in 6 to 10 of 10 settings: Rivière-Verte, Champ-du-Moulin and Côte-des-Pins. "
            "Cannot say for 1 zone. Missing data for 1 zone."
        ),
    )
    assert wording.headline(FR, toy, "culture", "main", "coverage")[0] == fr(
        "Culture, dans les 7~secteurs qui ont des données~: 42~% de la population vit à 1~km ou moins "
        "d’un équipement culturel."
    )
    # Housing: 400 dwellings for 10,000 renters where both are known: 4.0; Z1, Z2 lack 40 each, Z3 10.
    assert wording.headline(FR, toy, "housing", "main", "gap_share")[0] == fr(
        "Habitation~: il faudrait 90~logements de plus pour que chaque secteur mesuré atteigne 4,0 pour "
        "100~ménages locataires."
    )
    assert wording.headline(EN, toy, "housing", "main", "rate")[0] == (
        "Housing, in the 6 zones with data: 4.0 listed social or community dwellings for every 100 renter "
        "households."
    )
    # Recreation has a norm of 80 %: what is said is what lacks to reach it.
    assert wording.headline(EN, toy, "recreation", "main", "gap_share")[0].startswith(
        "Recreation, in the 5 zones with data: 4,700 people, 27% of residents, would have to be added within"
    )


def test_a_figure_of_all_the_zones_is_said_of_no_part_of_them(toy: Results) -> None:
    known = toy.measures[toy.measures["status"] != "missing"]
    for sphere, key in (("culture", "coverage"), ("housing", "rate"), ("recreation", "coverage")):
        count = ((known["sphere"] == sphere) & (known["indicator"] == key)).sum()
        said = wording.headline(EN, toy, sphere, "main", key)[0]
        assert said.startswith(f"{wording.sphere_label(EN, sphere)}, in the {count} zones with data: ")
    rows = toy.measures.assign(status="ok")
    assert wording.headline(EN, replace(toy, measures=rows), "culture", "main", "coverage")[0].startswith(
        "Culture: 42% of residents live within"
    )
    one = rows.assign(status=["ok" if z == "Z0" else "missing" for z in rows["zone_id"]])
    assert wording.headline(FR, replace(toy, measures=one), "culture", "main", "coverage")[0].startswith(
        fr("Culture, dans le seul secteur qui a des données~: 42~% de la population")
    )


def test_a_list_of_which_many_rows_are_lost_is_cautioned_against(toy: Results) -> None:
    # Of 4 named enterprises one has no position; they count in no figure.
    assert wording.cautions(EN, toy) == [
        (
            "Caution, “Named enterprises”: 1 of 4 records could not be used (1 unlocated). "
            "Each row and its reason: tables/faults.csv."
        )
    ]
    assert wording.cautions(FR, toy) == [
        fr(
            "Attention, «~Entreprises nommées~»~: 1~enregistrement sur 4 n’a pas pu servir (1~non localisé). "
            "Chaque ligne et sa raison~: tables/faults.csv."
        )
    ]

    def told(source: str, read: int, rejected: int, unlocated: int) -> list[str]:
        row = toy.conservation["source"] == source
        counts = toy.conservation[row].assign(read=read, rejected=rejected, unlocated=unlocated)
        return wording.cautions(EN, replace(toy, conservation=counts))

    # 9 of 100 of an incomplete list is not many, 10 are; of a complete list, where no row is none, 1 is.
    assert told("leisure", 100, 4, 5) == []
    assert told("leisure", 100, 4, 6) == [
        (
            "Caution, “Leisure centres”: 10 of 100 records could not be used (4 rejected, 6 unlocated). "
            "Coverage may be higher, and gaps smaller, than what is told. "
            "Each row and its reason: tables/faults.csv."
        )
    ]
    assert told("places", 101, 1, 0) == []
    (complete,) = told("places", 100, 1, 0)
    assert "declared complete, a zone without a located record is told to have none" in complete
    assert told("places", 0, 0, 0) == []


SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))["sentence"]


@pytest.mark.parametrize("case", SENTENCES, ids=lambda c: f"{c['sphere']}-{c['zone']}")
def test_zone_sentences(toy: Results, case: dict[str, str]) -> None:
    zone, sphere = case["zone"], case["sphere"]
    assert wording.zone_sentence(FR, toy, zone, sphere, "main") == fr(case["fr"])
    assert wording.zone_sentence(EN, toy, zone, sphere, "main") == fr(case["en"])


def test_rank_and_robustness(toy: Results) -> None:
    assert wording.rank_text(FR, toy, "Z0", "culture", "main") == fr("rang 2 sur 6 (2~ex æquo)")
    assert wording.rank_text(EN, toy, "Z3", "culture", "main") == "rank 5 of 6"
    assert wording.rank_text(FR, toy, "Z7", "culture", "main") == "non classé"
    assert wording.robustness(FR, toy, "Z0", "culture", "main") == fr("Mal desservi dans 6~réglages sur 10")
    assert wording.robustness(FR, toy, "Z5", "culture", "main") == fr("Mal desservi dans 0~réglage sur 10")
    assert wording.robustness(EN, toy, "Z6", "culture", "main") == ""


def test_boroughs_are_called_so_when_there_is_nothing_else(toy: Results) -> None:
    zones = toy.zones.assign(kind="borough")
    all_boroughs = replace(toy, zones=zones)
    assert wording.zone_count(FR, all_boroughs, 1) == fr("1~arrondissement")
    assert wording.zone_count(EN, all_boroughs, 0) == "0 boroughs"
    assert "C’est l’arrondissement le plus mal desservi." in wording.zone_sentence(
        FR, all_boroughs, "Z1", "culture", "main"
    )
    assert wording.headline(EN, all_boroughs, "housing", "main", "gap_share")[0] == (
        "Housing: 90 dwellings would have to be added to bring every borough measured to 4.0 per 100 renter "
        "households."
    )
    assert (
        "chaque arrondissement mesuré atteigne"
        in (wording.headline(FR, all_boroughs, "housing", "main", "gap_share")[0])
    )


def test_a_zone_below_the_whole_in_no_setting_is_not_called_badly_served(toy: Results) -> None:
    ranking = toy.ranking.copy()
    mine = ranking["sphere"] == "culture"
    first = mine & (ranking["rank"] == 1)
    ranking.loc[first, "underserved_in"] = 0
    left = wording.least_served(EN, replace(toy, ranking=ranking), "culture", "main")
    name = toy.zones.set_index("zone_id").loc[ranking.loc[first, "zone_id"], "name_fr"].iloc[0]
    assert left.startswith("Least served, in ")
    assert name not in left
    ranking.loc[mine & ranking["rank"].notna(), "underserved_in"] = 0
    none = wording.least_served(FR, replace(toy, ranking=ranking), "culture", "main")
    assert none.startswith("Aucun secteur n’est mal desservi dans aucun des réglages essayés. ")


def test_a_large_tie_is_counted_not_listed(toy: Results) -> None:
    ranking = toy.ranking.copy()
    mine = (ranking["sphere"] == "culture") & ranking["rank"].notna()
    ranking.loc[mine, ["rank", "tied"]] = [1.0, 6]
    measures = toy.measures.copy()
    share = (measures["sphere"] == "culture") & (measures["indicator"] == "gap_share")
    measures.loc[share, "value"] = 1.0
    tied = replace(toy, ranking=ranking, measures=measures)
    assert wording.least_served(FR, tied, "culture", "main").startswith(
        fr("Les plus mal desservis~: 6~secteurs ex æquo, dont ")
    )
    assert wording.least_served(EN, tied, "culture", "main").startswith("Least served: 6 zones tied, ")


def test_nothing_known_is_said(toy: Results) -> None:
    empty = replace(
        toy,
        overall=toy.overall.assign(value=math.nan),
        measures=toy.measures.assign(value=math.nan, status="missing"),
        ranking=toy.ranking.assign(rank=math.nan, tied=0, settings=0, verdict="", status="missing"),
    )
    first, second = wording.headline(FR, empty, "culture", "main", "gap_share")
    assert first == fr("Culture~: rien ne peut être dit, faute de données.")
    assert second == fr("Aucun secteur n’a pu être classé. Donnée manquante pour 8~secteurs.")


@pytest.mark.parametrize(
    ("unit", "value", "french", "english"),
    [
        ("people", 58_408, "58~400~personnes", "58,400 people"),
        ("people", 0, "0~personne", "0 people"),
        ("people", 3, "moins de 5~personnes", "fewer than 5 people"),
        ("people", 994, "990~personnes", "990 people"),
        ("dwellings", 138, "140~logements", "140 dwellings"),
        ("facilities", 1, "1~équipement", "1 facility"),
        ("facilities", 217, "217~équipements", "217 facilities"),
        ("households", math.nan, "donnée manquante", "missing data"),
        ("share", 0.157, "16~%", "16%"),
        ("share", 0.004, "moins de 1~%", "under 1%"),
        ("share", 0.996, "plus de 99~%", "over 99%"),
        ("share", 0.0, "0~%", "0%"),
        ("share", 1.0, "100~%", "100%"),
        ("per_100", 8.376, "8,4", "8.4"),
    ],
)
def test_amounts(unit: str, value: float, french: str, english: str) -> None:
    assert wording.amount(FR, unit, value) == fr(french)
    assert wording.amount(EN, unit, value) == english


def test_exact_amounts_agree_with_their_number() -> None:
    assert wording.amount(FR, "people", 1, exact=True) == fr("1~personne")
    assert wording.amount(FR, "people", 58_408, exact=True) == fr("58~408~personnes")
    assert wording.amount(EN, "dwellings", 1, exact=True) == "1 dwelling"


def test_intervals() -> None:
    assert wording.interval(FR, "share", 0.089, 0.206) == fr("de 9 à 21~%")
    assert wording.interval(FR, "share", 0.089, 0.206, brief=True) == fr("9 à 21~%")
    assert wording.interval(EN, "coverage", 0.089, 0.206, decimals=1) == "8.9 to 20.6%"
    assert wording.interval(EN, "gap_share", 1.0, 1.0) == "no variation"
    assert wording.interval(FR, "rate", math.nan, 3.0) == ""
    assert wording.interval(FR, "share", 0.0, 0.004) == fr("de 0 à moins de 1~%")


def test_conservation_line_holds_every_outcome() -> None:
    counts = {"read": 3231, "matched": 3217, "snapped": 10, "outside": 4}
    assert wording.conservation_line(FR, counts) == fr(
        "3~231~lus = 3~217~associés + 10~rattachés au plus proche + 4~hors territoire + 0~ambigu + "
        "0~non localisé + 0~rejeté"
    )
    assert wording.conservation_line(EN, {"matched": 1}).startswith(
        "1 read = 1 matched + 0 snapped to the nearest"
    )


def test_standards_carry_their_source(toy: Results) -> None:
    assert wording.service_note(FR, toy, "culture", "main") == fr(
        "Distance de référence~: 1~km, à vol d’oiseau~×~1,25 (hypothèse). Norme~: 100~% à la distance "
        "de référence ou moins (hypothèse)."
    )
    assert "4.0, the rate of the zones on the list taken together (assumption)" in wording.service_note(
        EN, toy, "housing", "main"
    )
    assert wording.distance_note(FR, toy) == fr(
        "Distances~: à vol d’oiseau × 1,25 (facteur de détour; hypothèse)."
    )


def test_sources_in_one_line(toy: Results) -> None:
    (source,) = wording.sources(FR, toy)
    assert str(source) == "geosocial, Données inventées pour les essais, 2026 (MIT)"


def test_an_unknown_reason_is_still_a_sentence() -> None:
    assert wording.reason(FR, "no such code") == "La ligne n’a pas pu être utilisée telle quelle."
    assert (
        wording.reason(EN, "bad_number", column="log", value="{x} %s")
        == "“{x} %s” is not a number (column “log”)."
    )


def test_several_services_are_told_apart() -> None:
    study = toy_toml()
    study["spheres"]["culture"]["services"].append(
        {
            **study["spheres"]["culture"]["services"][0],
            "key": "near",
            "label": {"fr": "À deux pas", "en": "Round the corner"},
        }
    )
    results = replace(city(), study=type(city().study).model_validate(study))
    assert wording.service_label(FR, results, "culture", "near") == "Culture, à deux pas"
    assert wording.service_label(EN, results, "recreation", "main") == "Recreation"


def every_sentence(results: Results, lang: Lang) -> Iterator[str]:
    say = words(lang)
    yield from (
        wording.edition(say, results),
        wording.distance_note(say, results),
        wording.verdict_note(say, results),
    )
    yield from map(str, wording.sources(say, results))
    for sphere, service in results.study.services():
        at = (sphere, service.key)
        for indicator in (
            "gap_share",
            "gap",
            "demand",
            "supply",
            "rate" if service.rule == "ratio" else "coverage",
        ):
            yield from wording.headline(say, results, *at, indicator)
            yield wording.legend_title(say, results, *at, indicator)
        yield wording.service_note(say, results, *at)
        for zone in results.zones["zone_id"]:
            yield wording.zone_sentence(say, results, zone, *at)
            yield wording.rank_text(say, results, zone, *at)
            yield wording.robustness(say, results, zone, *at)
            yield from wording.figure_text(say, results, zone, *at, indicator="gap")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_typography_of_every_sentence(toy: Results, lang: Lang) -> None:
    for text in every_sentence(toy, lang):
        assert not re.search(r"\bnan\b|\bNone\b|\bnull\b|[a-z]_[a-z]|\{|\}|'|  ", text, re.IGNORECASE), text
        if lang == "fr":
            assert not re.search(r"(?<=\S) (?=[:»%$])|« (?=\S)", text), text
            assert not re.search(r"[\s\u00a0][;!?]", text), text
            assert not re.search(r"(?<![,\d])\b[01]\u00a0\w+s\b", text), text
            assert not re.search(r"\b(du|au|à l’|de l’) (?:Rivière-Verte|Champ-du-Moulin)", text), text
        else:
            assert " :" not in text
            assert NBSP + "%" not in text
