"""The reference of the indicators: whole, in both languages, and of every figure that a run writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geosocial.followup.registry import FIGURES
from geosocial.i18n import NBSP, words
from geosocial.measure.indicators import INDICATORS
from geosocial.report import indicators
from geosocial.report.indicators import entries, markdown, page, write_indicators
from geosocial.vocabulary import Lang
from tests.report.test_report import Reader
from tests.wording.city import city

LANGS: tuple[Lang, ...] = ("fr", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_every_indicator_of_a_run_is_on_the_page_and_no_field_is_empty(lang: Lang) -> None:
    results = city(pairs=True)
    carried = set(results.measures["indicator"]) | set(results.overall["indicator"])
    assert carried <= set(INDICATORS)
    assert {key for key, one in INDICATORS.items() if "measures" in one.tables} == carried
    text = page(words(lang))
    ids = {value for name, value in Reader(text).attributes if name == "id"}
    assert set(INDICATORS) <= ids
    for one in entries(words(lang)):
        assert one.label
        assert one.meaning.endswith(".")
        assert one.formula
        assert len(one.facts) == 5
        assert all(name and said for name, said in one.facts)
        for said in (one.label, one.meaning, one.formula, *(said for _, said in one.facts)):
            assert said in Reader(text).text
            assert said in markdown(words(lang))


def test_each_language_has_its_own_words() -> None:
    french, english = (Reader(page(words(lang))) for lang in LANGS)
    # keys and tables are names of columns: the same in every language
    every = (*INDICATORS.values(), *FIGURES.values())
    keys = "|".join(re.escape(t) for one in every for t in (*one.tables, one.key))
    plain = re.sub(keys + "|overall|English", "", french.text)
    assert not re.search(r"\b(the|of|more|share|demand|supply|people)\b", plain)
    assert not re.search(r"\b(besoins|offre|écart|secteur|équipement|mieux)\b", english.text)
    assert [t for t in french.tags if t != "code"] == [t for t in english.tags if t != "code"]
    for text in french.texts:
        assert not re.search(r"(?<=\w) [:»%]|[\s\u00a0][;!?]", text.replace(NBSP, "~")), text


def test_the_page_asks_for_nothing_and_its_links_have_targets(tmp_path: Path) -> None:
    write_indicators(tmp_path / "i.html", words("en"), files={"report": "r.html", "fr": "i.fr.html"})
    text = (tmp_path / "i.html").read_text(encoding="utf-8")
    reader = Reader(text)
    assert not {"script", "img", "iframe", "object", "form"} & set(reader.tags)
    assert "default-src 'none'" in text
    links = {v for n, v in reader.attributes if n in {"href", "src"}}
    assert {v for v in links if not v.startswith("#")} == {"data:,", "r.html", "i.fr.html"}
    ids = [v for n, v in reader.attributes if n == "id"]
    assert len(ids) == len(set(ids))
    assert {v[1:] for v in links if v.startswith("#")} <= set(ids)
    assert indicators.page(words("en")) == indicators.page(words("en"))
