"""The workbook about itself: every column of every sheet is explained, every parameter of the run stands."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from geosocial import __version__, pipeline
from geosocial.i18n import words
from geosocial.report.book import columns, says
from geosocial.report.dictionary import meanings
from geosocial.report.workbook import workbook
from geosocial.results import Results
from geosocial.study import read_study
from geosocial.vocabulary import Lang


@pytest.fixture(scope="module")
def results() -> Results:
    # with the date of an earlier edition the sheets of the changes stand too
    found = pipeline.compute(read_study())
    return replace(found, earlier=found.study.edition)


def rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]


@pytest.mark.parametrize(
    ("langs", "names"),
    [
        (("fr", "en"), ("Dictionnaire des données", "Paramètres de l’exécution")),
        (("en",), ("Data dictionary", "Run parameters")),
    ],
)
def test_every_column_of_every_sheet_is_in_the_dictionary(
    results: Results, langs: tuple[Lang, ...], names: tuple[str, str]
) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(results, langs=langs)))
    (own,) = (n for n in book.sheet_names if n.startswith(names[0][:20]))
    told = [(r[0], r[1].replace(" · ", "\n")) for r in rows(book, own)[1:]]
    held = [
        (name, head)
        for name in book.sheet_names[1:]  # the first one explains the others
        for head in rows(book, name)[0]
    ]
    assert told == held
    assert all(r[2] and r[3] for r in rows(book, own)[1:])
    assert own in book.sheet_names
    assert len(book.sheet_names) > 20


def test_a_meaning_is_said_in_each_language_and_none_is_a_leftover(results: Results) -> None:
    french, english = words("fr"), words("en")
    known = columns()
    tables = meanings()
    for header, said in known["any"].items():
        if isinstance(said, str):
            table, column = said.split(".")
            assert column in tables["any"] or column in tables[table], said
        one, other = (says(w, results, "", header) for w in (french, english))
        assert one
        assert other
        assert one != other, header
    source = "".join(
        p.read_text(encoding="utf-8") for p in (Path(__file__).parents[2] / "geosocial").rglob("*.py")
    )
    for header in known["any"]:
        assert f'"{header}"' in source, header


def test_the_parameters_are_those_of_the_run(results: Results) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(results)))
    (name,) = (n for n in book.sheet_names if n.startswith("Paramètres"))
    held = {r[0]: r[1] for r in rows(book, name)[1:]}
    assert held["geosocial"] == __version__
    assert "pandas" in held
    assert held["study.toml: spheres.culture.services[0].standard_m"] == "1000.0"
    assert held["study.toml: detour"] == "1.3"
    assert held["study.toml: robustness.standard_factors"] == "0.5, 0.75, 1.0, 1.25, 1.5, 2.0"
    # every key of the study that has a value, as run.json has it
    study = json.loads(json.dumps(results.study.model_dump(mode="json", exclude={"folder"})))

    def leaves(value: object) -> int:
        if isinstance(value, dict):
            return sum(leaves(v) for v in value.values())
        if isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
            return sum(leaves(v) for v in value)
        return int(value not in (None, "", [], {}))

    assert sum(key.startswith("study.toml: ") for key in held) == leaves(study)
