"""LibreOffice opens the workbook: every sheet and every cell as we wrote it, and no formula."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import python_calamine

from tests.outside.conftest import Rows

pytestmark = pytest.mark.program("soffice")
ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TABLE, OFFICE, TEXT = (ODF % name for name in ("table", "office", "text"))
Cells = dict[tuple[int, int], str | float]


@pytest.fixture(scope="module")
def opened(run: Path, tmp_path_factory: pytest.TempPathFactory) -> ET.Element:
    """What LibreOffice has read, written by it as flat XML."""
    folder = tmp_path_factory.mktemp("office")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(folder)]
    done = subprocess.run(
        [*command, str(run / "geosocial.xlsx")], capture_output=True, text=True, check=True, timeout=180
    )
    assert "Error" not in done.stdout + done.stderr
    return ET.parse(folder / "geosocial.fods").getroot()  # noqa: S314 - written by LibreOffice, here


def text(paragraph: ET.Element) -> str:
    """Return the text of a paragraph, in which runs of blanks are elements of their own."""
    found = paragraph.text or ""
    for part in paragraph:
        found += " " * int(part.get(f"{TEXT}c", "1")) if part.tag == f"{TEXT}s" else text(part)
        found += part.tail or ""
    return found


def cells(sheet: ET.Element) -> Cells:
    found: Cells = {}
    row = 0
    for line in sheet.iter(f"{TABLE}table-row"):
        column, high = 0, int(line.get(f"{TABLE}number-rows-repeated", "1"))
        for cell in line:
            value: str | float | None = None
            if (kind := cell.get(f"{OFFICE}value-type")) in {"float", "percentage", "currency"}:
                value = float(cell.get(f"{OFFICE}value", "nan"))
            elif kind is not None:
                assert kind == "string", "no date, no truth: texts and numbers alone"
                value = "\n".join(text(p) for p in cell.findall(f"{TEXT}p"))
            wide = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            if value is not None:  # cells that are equal stand there once
                found |= {(row + r, column + c): value for r in range(high) for c in range(wide)}
            column += wide
        row += high
    return found


def sheets(opened: ET.Element) -> Iterator[tuple[str, Cells]]:
    for sheet in opened.iter(f"{TABLE}table"):
        yield sheet.get(f"{TABLE}name", ""), cells(sheet)


def test_every_cell_of_every_sheet_is_what_was_written(run: Path, opened: ET.Element) -> None:
    book = python_calamine.CalamineWorkbook.from_path(run / "geosocial.xlsx")
    read = dict(sheets(opened))
    assert list(read) == book.sheet_names
    assert len(read) >= 20
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        written = {(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""}
        assert set(read[name]) == set(written), name
        for at, value in written.items():
            if isinstance(value, str):
                assert read[name][at] == value, (name, at)
            else:
                assert read[name][at] == pytest.approx(value, rel=1e-12), (name, at)


def test_no_cell_holds_a_formula_and_no_sheet_a_link_or_a_macro(opened: ET.Element) -> None:
    for element in opened.iter():
        assert f"{TABLE}formula" not in element.attrib
        assert element.tag not in {f"{TEXT}a", f"{TABLE}table-source"}, element.tag
    assert not list(opened.iter(f"{OFFICE}event-listeners"))


def test_names_of_sheets_are_whole_words(opened: ET.Element) -> None:
    for name, _ in sheets(opened):
        assert 3 <= len(name) <= 31
        assert name == name.strip(" –")


def test_figures_are_those_of_the_csv(opened: ET.Element, table: Callable[[str], Rows]) -> None:
    read = dict(sheets(opened))
    lines = read["Lignes – Rows"]
    head = {str(v).rpartition("\n")[2]: c for (r, c), v in lines.items() if r == 0}
    for number, row in enumerate(table("conservation"), start=1):
        for column, key in (("Rows read", "read"), ("Matched", "matched"), ("Rejected", "rejected")):
            assert lines[number, head[column]] == float(row[key]), (row["source"], key)
    ranking = read["Classement – Ranking"]
    head = {str(v).rpartition("\n")[2]: c for (r, c), v in ranking.items() if r == 0}
    said = {
        (ranking[r, head["Zone"]], ranking[r, head["Service"]]): ranking.get((r, head["Gap (number)"]))
        for r in range(1, max(r for r, _ in ranking) + 1)
    }
    gaps = [r for r in table("measures") if r["indicator"] == "gap" and r["value"]]
    assert len(gaps) >= 90
    for gap in gaps:
        zone, service = (
            " · ".join(dict.fromkeys((gap[f"{k}_fr"], gap[f"{k}_en"]))) for k in ("zone", "service")
        )
        assert said[zone, service] == pytest.approx(float(gap["value"]), rel=1e-12), (zone, service)
