"""One run, read back from what it wrote: page, both papers, workbook and CSV say the same figures.

Gap, coverage (or rate) and rank of each zone in each service. What is shown is parsed as a reader would read
it, and must be the figure of the CSV rounded to the digits that are shown.
"""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pytest
import python_calamine

from geosocial import pipeline
from geosocial.i18n import words
from geosocial.report import boroughs
from geosocial.results import Results
from geosocial.study import Study, read_study
from geosocial.vocabulary import Lang

LANGS: tuple[Lang, ...] = ("fr", "en")
#: (zone, sphere, service)
Key = tuple[str, str, str]


class Figures(NamedTuple):
    """The figures of a zone in a service; None where none is said."""

    rank: int
    gap: float
    main: float


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


@pytest.fixture(scope="module")
def results(study: Study) -> Results:
    return pipeline.compute(study)


@pytest.fixture(scope="module")
def run(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    pipeline.write(results, out, archive=False)
    return out


def table(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def truth(run: Path) -> Mapping[Key, Figures]:
    """What the CSV files say of every ranked zone."""
    values = {
        (r["zone_id"], r["sphere"], r["service"], r["indicator"]): r["value"] for r in table(run, "measures")
    }
    found = {}
    for row in table(run, "ranking"):
        key = (row["zone_id"], row["sphere"], row["service"])
        if row["rank"]:
            main = values.get((*key, "coverage")) or values[*key, "rate"]
            found[key] = Figures(int(float(row["rank"])), float(values[*key, "gap"]), float(main))
    assert len(found) >= 100
    return found


@pytest.fixture(scope="module")
def names(run: Path) -> Mapping[Lang, Mapping[Key, tuple[str, str]]]:
    """The names of zone and service of every row of the ranking."""
    return {
        lang: {
            (r["zone_id"], r["sphere"], r["service"]): (r[f"zone_{lang}"], r[f"service_{lang}"])
            for r in table(run, "ranking")
        }
        for lang in LANGS
    }


def number(shown: str) -> tuple[float, float]:
    """Return a number as it is shown in either language, and half a unit of its last digit."""
    percent = "%" in shown
    plain = re.sub(r"[\s\u00a0\u202f%]", "", shown)
    plain = plain.replace(",", ".") if re.search(r",\d{1,2}$", plain) else plain.replace(",", "")
    digits = len(plain.partition(".")[2])
    scale = 100 if percent else 1
    return float(plain) / scale, 0.5000001 * 10**-digits / scale


def agrees(shown: str, value: float) -> bool:
    read, half = number(shown)
    return abs(read - value) <= half


def test_the_workbook_has_the_figures_of_the_csv(
    run: Path, truth: Mapping[Key, Figures], names: Mapping[Lang, Mapping[Key, tuple[str, str]]]
) -> None:
    book = python_calamine.CalamineWorkbook.from_path(run / "geosocial.xlsx")
    head, *rows = book.get_sheet_by_name("Classement – Ranking").to_python()
    at = {str(h).rpartition("\n")[2]: n for n, h in enumerate(head)}
    held = {}
    for row in rows:
        main = row[at["Coverage (share)"]]
        main = row[at["Per 100 households"]] if main == "" else main
        said = (row[at["Rank"]], row[at["Gap (number)"]], main)
        held[row[at["Zone"]], row[at["Service"]]] = said
    assert len(held) == len(names["fr"])
    for key, (zone, service) in names["fr"].items():
        other_zone, other = names["en"][key]
        label = service if service == other else f"{service} · {other}"
        rank, gap, main = held[zone if zone == other_zone else f"{zone} · {other_zone}", label]
        if key in truth:
            # XlsxWriter writes 16 digits, the CSV as many as the number needs
            assert [rank, gap, main] == pytest.approx(list(truth[key]), rel=1e-15), key
        else:
            assert rank == ""


class Rankings(HTMLParser):
    """The rows of the ranking tables of a page: texts of the cells, table by table."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside = self.cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.inside = ("class", "rk") in attrs
            if self.inside:
                self.tables.append([])
        elif self.inside and tag == "tr":
            self.tables[-1].append([])
        elif self.inside and tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.inside and self.cell:
            self.tables[-1][-1][-1] += data


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_has_the_figures_of_the_csv(
    run: Path, study: Study, truth: Mapping[Key, Figures], names: Mapping[Lang, Any], lang: Lang
) -> None:
    page = Rankings()
    page.feed((run / "report" / f"report.{lang}.html").read_text(encoding="utf-8"))
    services = [(sphere, service.key) for sphere, service in study.services()]
    assert len(page.tables) == len(services)
    checked = 0
    for service, rows in zip(services, page.tables, strict=True):
        zones = {names[lang][key][0]: key for key in names[lang] if key[1:] == service}
        for row in rows:
            key = zones.pop(row[1].rstrip("*").strip(), None) if len(row) > 1 else None
            if key is not None and key in truth:
                figures = truth[key]
                assert int(row[0]) == figures.rank, key
                assert agrees(row[5], figures.gap), (key, row)
                assert agrees(row[6], figures.main), (key, row)
                checked += 1
            elif key is not None:
                assert row[0] == "–"
        assert not zones
    assert checked == len(truth)


def raw(file: Path, page: int | None = None, *options: str) -> str:
    """Return the text of a PDF, or of one of its pages, in reading order."""
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    done = subprocess.run(
        ["pdftotext", *(options or ("-raw",)), *pages, str(file), "-"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout


#: In a row of a sheet, in reading order: value, interval, gap, its unit, rank.
FIGURES = re.compile(
    r"(?P<main>[\d\s\u00a0\u202f.,]+%?)\n.*?\n"
    r"(?P<gap>\d[\d\s\u00a0\u202f,]*)\n[^\n\d]+\n(?P<rank>\d+)/\d+\n",
    re.DOTALL,
)


def headed(label: str, text: str) -> tuple[int, int]:
    """Return where a name stands in lines of its own, however it is broken."""
    found = re.search("^" + r"\s".join(map(re.escape, label.split(" "))) + "\n", text, re.MULTILINE)
    assert found is not None, label
    return found.start(), found.end()


@pytest.mark.parametrize("lang", LANGS)
def test_the_sheets_have_the_figures_of_the_csv_on_one_page_a_zone(
    run: Path, study: Study, truth: Mapping[Key, Figures], names: Mapping[Lang, Any], lang: Lang
) -> None:
    file = run / "report" / f"boroughs.{lang}.pdf"
    zones = [r["zone_id"] for r in table(run, "zones")]
    assert len(pypdf.PdfReader(file).pages) == len(zones)
    services = [(sphere, service.key) for sphere, service in study.services()]
    for page, zone in enumerate(zones, 1):
        text = raw(file, page)
        assert names[lang][zone, *services[0]][0].split("–")[0] in text
        body = text[text.index("Verdict\n") :]
        heads = [headed(names[lang][zone, *service][1], body) for service in services]
        ends = [start for start, _ in heads[1:]] + [len(body)]
        for service, (_, start), stop in zip(services, heads, ends, strict=True):
            mine = body[start:stop]
            # the first line says the distance or the unit
            found = FIGURES.search(mine.partition("\n")[2])
            key = (zone, *service)
            if key not in truth:
                continue
            assert found is not None, (key, mine)
            assert int(found["rank"]) == truth[key].rank, (key, mine)
            assert agrees(found["gap"], truth[key].gap), (key, mine)
            assert agrees(found["main"], truth[key].main), (key, mine)


@pytest.mark.parametrize("lang", LANGS)
def test_the_dossier_has_the_ranks_and_gaps_of_the_csv(
    run: Path, truth: Mapping[Key, Figures], names: Mapping[Lang, Any], lang: Lang
) -> None:
    lines = raw(run / "report" / f"report.{lang}.pdf", None, "-layout").splitlines()
    for key, figures in truth.items():
        zone = names[lang][key][0]
        gap = r"\s".join(re.split(r"[\u00a0\u202f]", words(lang).number(figures.gap)))
        row = re.compile(rf"^\s*{figures.rank}\s+{re.escape(zone)}\*?\s.*\s{gap}\s")
        if len(zone) < 30:  # a longer name takes two lines
            assert any(row.match(line) for line in lines), (key, gap)


def test_the_sheets_are_tagged_and_the_same_twice(run: Path, results: Results) -> None:
    for lang in LANGS:
        assert f'href="boroughs.{lang}.pdf"' in (run / "report" / f"report.{lang}.html").read_text("utf-8")
        data = (run / "report" / f"boroughs.{lang}.pdf").read_bytes()
        assert b"pdfuaid" in data
        assert boroughs.pdf(results, words(lang)) == data
    text = raw(run / "report" / "boroughs.fr.pdf")
    for word in ("underserved", "residents", "Site", "tied", "None", "nan", "zone_id"):
        assert not re.search(rf"\b{word}\b", text), word
