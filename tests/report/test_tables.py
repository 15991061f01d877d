"""The tables and the workbook: the same figures as the results, keys in words, no formula, the same bytes."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from geosocial import tables as contracts
from geosocial.i18n import NBSP, words
from geosocial.report import boroughs, siting, tables, workbook
from geosocial.report.dictionary import meanings as dictionary_meanings
from geosocial.results import Results
from geosocial.study import SitingSpec
from geosocial.vocabulary import Lang
from tests.browser.rich import rich_results
from tests.wording.city import city

#: Neighbours in the toy city: the cells beside.
CLUSTERS = {"weights": "distance", "distance_m": 1000, "permutations": 99}
EQUITY = {"people": "residents", "groups": [{"column": "low_income", "of": "residents"}]}


@pytest.fixture(scope="module")
def toy() -> Results:
    return city(clusters=CLUSTERS, equity=EQUITY, siting={"most": 2})


def test_every_contract_column_is_written_unchanged(toy: Results) -> None:
    written = tables.frames(toy)
    for contract in contracts.CONTRACTS:
        if contract.name == "demand" or contract in (
            *contracts.FOLLOWUP,
            *contracts.PUBLISHED,
            *contracts.COMPARISON,
        ):
            continue
        columns = [c for c in contract.columns if not (contract.name == "overall" and c == "zone_id")]
        source = getattr(toy, contract.name).reset_index(drop=True)
        for column in columns:
            assert written[contract.name][column].equals(source[column]), (contract.name, column)


def test_every_key_has_its_label_in_both_languages(toy: Results) -> None:
    ranking = tables.frames(toy)["ranking"]
    row = ranking[(ranking["zone_id"] == "Z3") & (ranking["sphere"] == "culture")].iloc[0]
    assert (row["zone_fr"], row["zone_en"]) == ("Vieux-Bourg", "Old Borough")
    assert (row["sphere_fr"], row["sphere_en"]) == ("Culture", "Culture")
    assert (row["verdict_fr"], row["verdict_en"]) == ("desservi", "served")
    missing = ranking[ranking["status"] == "missing"].iloc[0]
    assert (missing["status_fr"], missing["status_en"]) == ("donnée manquante", "missing data")
    faults = tables.frames(toy)["faults"]
    assert faults["reason_en"].tolist() == [
        "The position is outside all zones.",
        "The row gives no coordinates (column “x”).",
    ]


def test_tables_are_copies(toy: Results) -> None:
    before = toy.ranking.copy()
    written = tables.frames(toy)["ranking"]
    written.loc[:, "rank"] = -1.0
    assert toy.ranking.equals(before)


def test_the_dictionary_explains_every_column_in_both_languages(toy: Results) -> None:
    written = tables.frames(toy)
    dictionary = written["dictionary"]
    pairs = {(t, c) for t, frame in written.items() if t != "dictionary" for c in frame.columns}
    assert set(zip(dictionary["table"], dictionary["column"], strict=True)) == pairs
    assert (dictionary["meaning_fr"] != "").all()
    assert (dictionary["meaning_en"] != "").all()
    units = dictionary.set_index(["table", "column"])["unit"]
    assert units["zones", "land_km2"] == "km²"
    # what the dictionary explains by itself must not be a leftover: each entry is a column of some table
    known = {c for frame in written.values() for c in frame.columns}
    known |= {
        c
        for contract in (*contracts.FOLLOWUP, *contracts.PUBLISHED, *contracts.COMPARISON)
        for c in contract.columns
    }
    meanings = dictionary_meanings()
    assert {c for entries in meanings.values() for c in entries} <= known
    for contract in contracts.CONTRACTS:
        if contract.name != "demand":
            assert set(contract.columns) <= set(meanings["any"]) | set(meanings.get(contract.name, {})), (
                contract.name
            )


def test_layers_carry_the_figures_side_by_side(toy: Results) -> None:
    layers = tables.layers(toy)
    zones = layers["zones"].set_index("zone_id")
    assert zones.crs == toy.zones.crs
    assert zones.loc["Z0", "culture_gap"] == pytest.approx(3000)
    assert zones.loc["Z0", "culture_rank"] == 2
    assert math.isnan(zones.loc["Z7", "culture_rank"])
    assert zones.loc["Z4", "housing_status"] == "missing"
    places = layers["places"]
    assert len(places) == int(toy.places["x"].notna().sum())
    first = toy.places.iloc[0]
    assert (places.geometry.iloc[0].x, places.geometry.iloc[0].y) == (first["x"], first["y"])


@pytest.mark.parametrize("langs", [("fr", "en"), ("fr",), ("en",)])
def test_the_workbook_holds_the_same_figures(toy: Results, langs: tuple[Lang, ...]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(toy, langs=langs)))
    assert len(book.sheet_names) == 21
    rows = book.get_sheet_by_index(1).to_python()
    head, body = rows[0], rows[1:]
    assert head[3] == {"fr": "Écart (part)", "en": "Gap (share)"}.get(
        "".join(langs), "Écart (part)\nGap (share)"
    )
    assert len(body) == len(toy.ranking)
    figures = toy.measures.set_index(["zone_id", "sphere", "service", "indicator"])["value"]
    shown = iter(body)
    for sphere, service in toy.study.services():
        mine = toy.ranking[(toy.ranking["sphere"] == sphere) & (toy.ranking["service"] == service.key)]
        ordered = mine.sort_values("rank", kind="stable", na_position="last")
        for zone, rank in zip(ordered["zone_id"], ordered["rank"], strict=True):
            row = next(shown)
            share, gap = (figures[zone, sphere, service.key, k] for k in ("gap_share", "gap"))
            assert row[2] == ("" if math.isnan(rank) else rank)
            assert row[3] == ("" if math.isnan(share) else pytest.approx(share, abs=1e-12))
            assert row[6] == ("" if math.isnan(gap) else pytest.approx(gap, abs=1e-9))


def test_nothing_typed_becomes_a_formula_or_a_link(toy: Results) -> None:
    typed = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "-2+3",
        "https://example.org",
        "\t=1",
        "{=1}",
        "mailto:a@b.c",
    ]
    places = toy.places.copy()
    shown = np.flatnonzero(places["shown"].to_numpy())
    for n, text in zip(shown, typed, strict=False):
        places.loc[n, "name"] = text
    declared = toy.declared.assign(name=typed[4], declared_zone=typed[0])
    faults = toy.faults.assign(column=typed[0], value=typed[1])
    hostile = replace(
        toy, places=places, declared=declared, faults=faults, zones=toy.zones.assign(name_fr="=A1")
    )
    data = workbook.workbook(hostile)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")]
        assert not [n for n in archive.namelist() if "_rels/sheet" in n]
    assert not any("<f>" in s or "<hyperlink" in s for s in sheets)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = {c for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for c in row}
    assert {"=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "https://example.org"} <= cells


def test_the_workbook_has_the_same_bytes_twice(toy: Results) -> None:
    assert workbook.workbook(toy) == workbook.workbook(
        city(clusters=CLUSTERS, equity=EQUITY, siting={"most": 2})
    )


def test_clusters_are_written_where_the_study_asks_for_them(toy: Results) -> None:
    names = {"clusters", "autocorrelation", "cluster_zones"}
    assert names <= set(tables.frames(toy))
    clusters = tables.frames(toy)["clusters"]
    missing = clusters[clusters["cluster"] == "missing"].iloc[0]
    assert (missing["cluster_fr"], missing["cluster_en"]) == (
        "population inconnue ou nulle",
        "nobody is known to live there",
    )
    layer = tables.layers(toy)["clusters"]
    assert len(layer) == len(clusters) == 2 * len(toy.demand)
    assert (layer.geometry.x.to_numpy() == toy.clusters["x"].to_numpy()).all()
    assert layer.crs == toy.zones.crs
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(toy, langs=("en",))))
    rows = book.get_sheet_by_name("Clusters").to_python()
    assert len(rows) == 1 + len(toy.cluster_zones)
    assert [r[3] for r in rows[1:10]] == ["" if math.isnan(v) else v for v in toy.cluster_zones["total"][:9]]
    likeness = book.get_sheet_by_name("Likeness of neighbours").to_python()
    assert [r[1] for r in likeness[1:]] == pytest.approx(toy.autocorrelation["i"].tolist(), abs=1e-12)
    plain = city()
    assert not names & set(tables.frames(plain))
    assert "clusters" not in tables.layers(plain)
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(plain))).sheet_names) == 14


def test_a_missing_figure_is_an_empty_cell(toy: Results) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(toy, langs=("en",))))
    rows = book.get_sheet_by_name("Ranking").to_python()
    gap = rows[0].index("Gap (number)")
    missing = [r for r in rows if r[1] == "Île-aux-Hérons"]
    assert len(missing) == 3
    assert all(r[gap] == "" for r in missing)


def test_proposed_sites_are_told_where_the_study_asks_for_them(toy: Results) -> None:
    for lang in ("fr", "en"):
        told = siting.parts(words(lang), toy, "culture", "main", key="p-1")
        curve = toy.proposed_curve[toy.proposed_curve["sphere"] == "culture"]
        if len(curve) == 1:
            assert told == ()
            continue
        # the places where people live are the candidates: no list, no names and no prices
        (part,) = told
        assert part.table is not None
        assert [int(row[0]) for row in part.table.rows] == curve["number"].tolist()[1:]
    written = tables.layers(toy)["proposed_sites"]
    assert len(written) == len(toy.proposed)
    assert (written.geometry.x.to_numpy() == toy.proposed["x"].to_numpy()).all()
    plain = city()
    assert siting.parts(words("en"), plain, "culture", "main", key="p-1") == ()
    assert "proposed" not in tables.frames(plain)
    assert "proposed_sites" not in tables.layers(plain)


@pytest.mark.parametrize(
    ("lang", "first", "last", "note"),
    [
        ("fr", "98 000 $", "1 250 000 $", "La liste ne donne pas le prix de tous les emplacements"),
        ("en", "$98,000", "$1,250,000", "The list does not give the price of every site"),
    ],
)
def test_what_the_list_asks_for_its_sites_is_told_and_a_missing_price_is_no_zero(
    lang: Lang, first: str, last: str, note: str
) -> None:
    by_number, beside = siting.parts(words(lang), rich_results(), "culture", "main", key="p-1")
    assert (by_number.rests_on, beside.rests_on) == ("proposed_curve", "proposed")
    assert by_number.table is not None
    assert beside.table is not None
    said = [[cell.replace(NBSP, " ") for cell in row] for row in by_number.table.rows]
    # one site has its price; two or three are without that of the second, so without a sum
    assert [row[4] for row in said] == [first, "–", "–"]
    assert by_number.table.note.replace(NBSP, " ").startswith(note)
    said = [[cell.replace(NBSP, " ") for cell in row] for row in beside.table.rows]
    assert [(row[1], row[2], row[-1]) for row in said] == [
        ("Terrain <b>0</b>", "L0", first), ("Terrain <b>1</b>", "L1", "–"), ("Terrain <b>2</b>", "L2", last)
    ]  # fmt: skip
    assert beside.table.total[-1] == "–"
    assert beside.table.note == by_number.table.note
    # on the sheets of the zones too
    homes = replace(
        rich_results(),
        candidates=rich_results().candidates.iloc[:0],
        proposed=rich_results().proposed.assign(name=""),
    )
    # a place where people live has no name, and its code says nothing to anybody
    assert "L0" not in boroughs._sites(words(lang), homes)["Z1"][0]["text"]
    on_paper = boroughs._sites(words(lang), rich_results())
    ends = [on_paper[zone][0]["text"].replace(NBSP, " ").rsplit(": ", 1)[-1] for zone in ("Z1", "Z2", "Z6")]
    assert ends == [f"{first}.", "–.", f"{last}."]


def test_prices_that_are_all_known_have_a_sum_and_a_column_in_the_workbook() -> None:
    rich = rich_results()
    rich = replace(rich, study=rich.study.model_copy(update={"siting": SitingSpec(most=3)}))
    known = replace(rich, proposed=rich.proposed.assign(cost=rich.proposed["cost"].fillna(2_000.0)))
    _, beside = siting.parts(words("en"), known, "culture", "main", key="p-1")
    assert beside.table is not None
    assert (beside.table.total[-1], beside.table.note) == ("$1,350,000", "")
    sheet = siting.sheets(rich, [words("en")])[1]
    head = [column.header for column in sheet.columns].index("Price ($)")
    assert [row[head] for row in sheet.rows if row[1] == 1] == [98_000.0]
    free = replace(rich, proposed=rich.proposed.assign(cost=math.nan))
    _, beside = siting.parts(words("en"), free, "culture", "main", key="p-1")
    assert beside.table is not None
    assert "Price" not in beside.table.heads
    assert "Price ($)" not in [column.header for column in siting.sheets(free, [words("en")])[1].columns]


def test_the_names_of_tables_are_known_before_the_tables_are_made(toy: Results) -> None:
    assert tables.names(toy) == list(tables.frames(toy))
