"""``geosocial indicators``: the registry on the terminal, as a page, as Markdown, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from geosocial.followup.registry import FIGURES
from geosocial.measure.indicators import INDICATORS
from geosocial.vocabulary import Lang
from tests.cli.conftest import Run

NB = "\u00a0"


def test_the_terminal_names_every_indicator_in_both_languages(geosocial: Run) -> None:
    formulas: dict[Lang, str] = {"en": "Formula: ", "fr": f"Formule{NB}: "}
    for lang, formula in formulas.items():
        done = geosocial("indicators", "--lang", lang)
        assert (done.returncode, done.stderr) == (0, "")
        for one in (*INDICATORS.values(), *FIGURES.values()):
            assert f"{one.key} – {one.label[lang]}\n" in done.stdout
            assert one.meaning[lang] in done.stdout
            assert formula + one.formula in done.stdout


def test_json_has_both_languages(geosocial: Run) -> None:
    told = json.loads(geosocial("indicators", "--json").stdout)["indicators"]
    assert [one["key"] for one in told] == [*INDICATORS, *FIGURES]
    assert all(value for one in told for value in one.values())
    assert told[0]["label"] == {"fr": "Couverture", "en": "Coverage"}


def test_a_page_and_markdown(geosocial: Run, tmp_path: Path) -> None:
    for name in ("i.html", "i.md"):
        done = geosocial("indicators", "--out", tmp_path / name, "--lang", "fr")
        assert (done.returncode, done.stdout) == (0, f"{tmp_path / name}\n")
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert all(one.label.fr in text for one in INDICATORS.values())
    assert (tmp_path / "i.md").read_text(encoding="utf-8").startswith("# Indicateurs\n")


def test_another_format_is_refused(geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("indicators", "--out", tmp_path / "i.pdf")
    assert done.returncode == 1
    assert "Use one of .html, .md." in done.stderr
    assert not (tmp_path / "i.pdf").exists()
