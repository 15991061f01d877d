"""The dossier on paper: the figures of the tables, tagged, the same bytes twice, what was typed as text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdf
import pytest

from geosocial import pipeline, wording
from geosocial.i18n import Words, words
from geosocial.report import charts, dossier
from geosocial.report.directions import directions
from geosocial.report.html import page
from geosocial.report.outline import outline
from geosocial.report.site_charts import STAR
from geosocial.report.verdicts import verdict_legend
from geosocial.results import Results
from geosocial.study import read_study
from geosocial.vocabulary import Lang

LANGS: tuple[Lang, ...] = ("fr", "en")


@pytest.fixture(scope="module")
def results() -> Results:
    return pipeline.compute(read_study())


@pytest.fixture(scope="module")
def papers(results: Results) -> Mapping[Lang, bytes]:
    return {lang: dossier.pdf(results, words(lang)) for lang in LANGS}


def text_of(paper: bytes, folder: Path) -> str:
    file = folder / "dossier.pdf"
    file.write_bytes(paper)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("lang", LANGS)
def test_the_paper_is_tagged_titled_and_of_ten_to_twenty_five_pages(
    papers: Mapping[Lang, bytes], lang: Lang
) -> None:
    read = pypdf.PdfReader(io.BytesIO(papers[lang]))
    assert 10 <= len(read.pages) <= 25
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a BooleanObject of the file, not a bool
    assert str(root["/Lang"]).startswith(lang)
    assert read.metadata is not None
    assert read.metadata.title == words(lang).t("Dossier of the steering committee")
    assert b"pdfuaid" in papers[lang]
    resources: list[Any] = [page["/Resources"] for page in read.pages]
    fonts = {str(font["/BaseFont"]) for one in resources for font in one.get("/Font", {}).values()}
    assert fonts
    assert all("SourceSansPro" in font or "DejaVuSansMono" in font for font in fonts)


@pytest.mark.parametrize("lang", LANGS)
def test_every_rank_and_gap_of_the_tables_stands_on_paper(
    results: Results, papers: Mapping[Lang, bytes], lang: Lang, tmp_path: Path
) -> None:
    say, text = words(lang), text_of(papers[lang], tmp_path)
    lines = text.splitlines()
    measures = results.measures.set_index(["zone_id", "sphere", "service", "indicator"])["value"]
    checked = 0
    for row in results.ranking.to_dict(orient="records"):
        if row["rank"] != row["rank"] or row["sphere"] == "housing":
            continue
        share = measures[row["zone_id"], row["sphere"], row["service"], "gap_share"]
        gap = measures[row["zone_id"], row["sphere"], row["service"], "gap"]
        shown = (say.percent(share, 1).replace("\u00a0", " "), say.number(gap).replace("\u00a0", " "))
        settings = f"{row['underserved_in']}/{row['settings']}"
        assert [line for line in lines if all(part in line for part in (*shown, settings))], (row, shown)
        checked += 1
    assert checked >= 90
    if lang == "fr":
        assert "Côte-des-Neiges–Notre-Dame-de-Grâce" in text.replace("\n", "")
        assert "L’Île-Bizard" in text


@pytest.mark.parametrize("lang", LANGS)
def test_no_line_starts_with_the_dash_of_a_name_and_each_ranking_says_its_verdicts(
    papers: Mapping[Lang, bytes], lang: Lang
) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(papers[lang])).pages]
    assert not [line for page in pages for line in page.splitlines() if re.match(r"\s*–\w", line)]
    # the five services with 48 settings, a page each; housing has 8
    ranked = [page for page in pages[2:8] if "/48" in page]
    assert len(ranked) == 5
    # the axis of the dot plot is said: the middle stands on the line of 0 and 100 %
    ticks = [words(lang).percent(share) for share in (0, 0.5, 1)]
    assert all(all(tick in page for tick in ticks) for page in ranked)
    for entry in verdict_legend(words(lang)):
        assert all(entry.label in page.replace("\n", " ").replace("\u00a0", " ") for page in ranked)


def test_a_figure_to_be_read_with_care_has_a_hollow_symbol_as_the_note_says(results: Results) -> None:
    values, _ = dossier.content(words("en"), results, outline(words("en"), results), charts.shapes(results))
    ranking = results.ranking
    status = dict(
        zip(zip(ranking["sphere"], ranking["zone_id"], strict=True), ranking["status"], strict=True)
    )
    names = dict(zip(results.zones["name_en"], results.zones["zone_id"], strict=True))
    housing = next(s for s in values["services"] if s["sphere"]["key"] == "housing")
    shown = {row["name"].rstrip("*"): row["care"] for row in housing["rows"] if not row["names"]}
    assert len(shown) == 16
    assert shown == {name: status["housing", names[name]] == "low_confidence" for name in shown}
    assert "hollow" in housing["care"]


def test_the_same_results_give_the_same_bytes(results: Results, papers: Mapping[Lang, bytes]) -> None:
    assert dossier.pdf(results, words("fr")) == papers["fr"]


def test_no_english_is_left_in_the_french_paper(papers: Mapping[Lang, bytes], tmp_path: Path) -> None:
    text = text_of(papers["fr"], tmp_path)
    for word in ("underserved", "residents", "Settings", "EXAMPLE", "None", "nan", "null", "zone_id"):
        assert not re.search(rf"\b{word}\b", text), word
    assert "EXEMPLE" in text


def test_what_was_typed_is_text(results: Results, tmp_path: Path) -> None:
    typed = '#panic("x") $x^2$ *gras* @ref <lbl> `raw` "guillemets" \\ ${1} </script>'
    zones = results.zones.copy()
    zones.loc[0, ["name_fr", "name_en"]] = typed
    text = text_of(dossier.pdf(dataclasses.replace(results, zones=zones), words("fr")), tmp_path)
    flat = re.sub(r"\s+", "", text)
    for part in ('#panic("x")', "$x^2$", "*gras*", "@ref", "<lbl>", "`raw`", "${1}", "</script>"):
        assert re.sub(r"\s+", "", part) in flat, part


def test_the_directions_count_what_the_progress_table_holds(results: Results) -> None:
    told = directions(words("en"), results)
    assert told is not None
    counts = results.progress["status"].value_counts().to_dict()
    assert {status: int(label.split()[0]) for status, label in told.counts} == counts
    assert sum(len(d.items) for d in told.directions) == len(results.progress)
    assert told.example == "EXAMPLE"
    # a definition that was broken is never a share of a way
    for d in told.directions:
        for item in d.items:
            assert (item.part == "") == (item.status in {"no_target", "no_data", "no_baseline", "broken"})


def test_without_a_plan_there_are_no_directions(results: Results) -> None:
    bare = dataclasses.replace(
        results,
        study=results.study.model_copy(
            update={"followup": None, "projects": None, "contracts": None, "listings": None}
        ),
    )
    assert directions(words("fr"), bare) is None


def test_what_was_lost_stands_on_the_first_page(results: Results, tmp_path: Path) -> None:
    lists = results.conservation.assign(unlocated=results.conservation["read"] // 4)
    told = text_of(dossier.pdf(dataclasses.replace(results, conservation=lists), words("en")), tmp_path)
    first = " ".join(told.split("\f")[0].split())
    # a quarter of the 99 named enterprises, which count in no figure
    assert "Caution, “Named enterprises and organisations”: 24 of 99 records could not be used" in first
    assert "Caution, “Facilities listed by the City”: 858 of 3,435 records" in first
    assert "Caution" not in text_of(dossier.pdf(results, words("en")), tmp_path)


def test_zones_without_a_figure_for_one_reason_share_a_row() -> None:
    def row(name: str, why: str) -> dict[str, Any]:
        return {"name": name, "names": "", "why": why}

    rows = [row("A", ""), row("B", "x"), row("C", "y"), row("D", "x"), row("E", "x"), row("F", "y")]
    shown = dossier._together(rows)
    assert [(r["name"], r["names"], r["why"]) for r in shown] == [
        ("A", "", ""),
        ("C", "", "y"),
        ("F", "", "y"),
        ("B", "B, D, E", "x"),
    ]


def test_short_texts_stay_on_one_line_where_there_is_room() -> None:
    heads, sources = ("Source", "As of"), "a long name of a source that goes on and on " * 6
    assert dossier._widths(heads, [(sources, "May 10, 2016")])[1] == len("May 10, 2016")
    # a name may be cut after its dash, never at its hyphens
    names = ("Côte-des-Neiges–Notre-Dame-de-Grâce",) * 4
    assert min(dossier._widths(("A", "B", "C", "D"), [names])) >= len("Notre-Dame-de-Grâce")


@pytest.mark.parametrize("lang", LANGS)
def test_spheres_of_which_no_list_speaks_leave_no_page_nearly_empty(lang: Lang, tmp_path: Path) -> None:
    from geosocial.intake.own_list import own_list
    from geosocial.intake.templates import write_study

    lists = tmp_path / "places.csv"
    lists.write_text("nom,type,lat,lon\nA,library,45.52,-73.58\nB,museum,45.48,-73.57\n", encoding="utf-8")
    study = tmp_path / "study"
    write_study(study, lang=lang, today=dt.date(2026, 11, 28), own=own_list(lists), complete=True)
    made = pipeline.compute(read_study(study))
    paper = dossier.pdf(made, words(lang))
    for sheet in pypdf.PdfReader(io.BytesIO(paper)).pages:
        assert len(sheet.extract_text()) > 400
    say, text = words(lang), " ".join(text_of(paper, tmp_path).split())
    # The list is complete in what it holds: of the rest it is not said that it is incomplete.
    assert wording.why_missing(say, made, "01", "housing", "main") in say_plain(say, text)
    nothing = say.n("{count} underserved", "{count} underserved", 0, count=0)
    assert nothing not in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_sites_of_the_tables_stand_on_paper_with_a_map(
    results: Results, papers: Mapping[Lang, bytes], lang: Lang, tmp_path: Path
) -> None:
    say, text = words(lang), " ".join(text_of(papers[lang], tmp_path).split())
    curve, sites = results.proposed_curve, results.proposed
    assert set(curve["sphere"]) == {"culture", "recreation", "sustainable_development", "tourism"}
    assert say.t("Proposed sites") in text
    for (sphere, service), mine in curve.groupby(["sphere", "service"]):
        most = int(mine["number"].max())
        for row in mine[mine["number"].isin([1, 2, 3, 5, most])].to_dict(orient="records"):
            # the whole row of the table, side by side
            told = [str(row["number"]), say.people(row["served"]), say.percent(row["share"], 1)]
            assert " ".join([*told, say.people(row["gain"])]).replace("\u00a0", " ") in text
        own = sites[(sites["sphere"] == sphere) & (sites["service"] == service) & (sites["number"] == most)]
        assert len(own) == most
    drawn: dict[str, str] = {}
    shapes, told_ = charts.shapes(results), outline(say, results)
    values, maps = dossier.content(say, results, told_, shapes)
    for one in values["sites"]["services"]:
        drawn[one["title"]] = maps[one["map"]]
    # a star and a number each site, inside the sheet of the map
    for svg in drawn.values():
        assert svg.count('paint-order="stroke" style="font-size:42px"') == 10
        assert svg.count('stroke-width="5" paint-order="stroke"') == 10
        numbers = re.findall(r'paint-order="stroke" style="font-size:42px">(\d+)<', svg)
        assert sorted(map(int, numbers)) == list(range(1, 11))


def test_the_page_shows_where_the_sites_of_each_service_would_stand(results: Results) -> None:
    html = page(results, words("en"))
    drawn = re.findall(r'<svg class="map"[^>]*aria-labelledby="t-m-\d+-s .*?</svg>', html, re.DOTALL)
    asked = results.proposed.groupby(["sphere", "service"])["number"].max()
    assert len(drawn) == len(asked) == 4
    for svg, most in zip(drawn, asked, strict=True):
        assert svg.count('stroke-width="5" paint-order="stroke"') == most
        assert sorted(map(int, re.findall(r'paint-order="stroke">(\d+)<', svg))) == list(range(1, most + 1))
        assert f"Where the {most} sites stand" in svg
    # each star stands in the zone that the table names: its middle, put back into the study's system
    placed, _ = charts.placing(results)
    mine = results.proposed[(results.proposed["sphere"] == "culture") & (results.proposed["number"] == 10)]
    for x, y in placed(mine[["x", "y"]].to_numpy(float)).round(1):
        assert f"M{x:.1f} {y - STAR:.1f}L" in html
    without = dataclasses.replace(results, proposed=results.proposed.iloc[:0])
    assert 'class="two st-m"' not in page(without, words("en"))


def test_no_page_is_nearly_empty_and_none_speaks_of_sites_that_were_not_asked_for(
    results: Results, papers: Mapping[Lang, bytes]
) -> None:
    for paper in papers.values():
        pages = pypdf.PdfReader(io.BytesIO(paper)).pages
        assert all(len(sheet.extract_text()) > 1_500 for sheet in pages)
    without = dataclasses.replace(
        results, **{name: getattr(results, name).iloc[:0] for name in ("proposed", "proposed_curve")}
    )
    values, _ = dossier.content(words("fr"), without, outline(words("fr"), without), charts.shapes(without))
    assert values["sites"] is None
    assert len(pypdf.PdfReader(io.BytesIO(dossier.pdf(without, words("fr")))).pages) >= 10


def say_plain(say: Words, text: str) -> str:
    """Return a text with the no-break spaces of a language, which `text_of` takes away."""
    return text.replace(" :", "\u00a0:") if say.lang == "fr" else text
