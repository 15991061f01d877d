"""The page of explanations: each figure of the report leads to its own, in the words of the verb."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from geosocial import pipeline, wording
from geosocial.i18n import words
from geosocial.report.explain import explain
from geosocial.report.explanations import explanations, write_explanations
from geosocial.report.html import page
from geosocial.results import Results
from geosocial.study import read_study
from geosocial.vocabulary import Lang
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.cartography.test_boroughs import hostile

LANGS: tuple[Lang, Lang] = ("fr", "en")


class Read(HTMLParser):
    """The identifiers of a page with the text below each, and its links of the class of figures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.under: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self._open: list[str] = []
        self._link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        self.tags.add(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "div":
            self._open.append(found.get("id", ""))
        if tag == "a" and found.get("class") == "q":
            self._link = found["href"]
            self.links.append((self._link, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._open.pop()
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        for key in filter(None, self._open):
            self.under[key] = self.under.get(key, "") + data
        if self._link:
            self.links[-1] = (self._link, self.links[-1][1] + data)


@pytest.fixture(scope="module")
def results() -> Results:
    return pipeline.compute(read_study())


def told(results: Results, lang: Lang, folder: Path) -> Read:
    file = folder / f"explain.{lang}.html"
    write_explanations(results, file, words(lang), files={"report": f"report.{lang}.html"})
    return Read(file.read_text(encoding="utf-8"))


def number(text: str, lang: Lang) -> float:
    """Return the first number of a text, a percentage as a share."""
    (found, share) = re.findall(r"(−?\d[\d\u00a0,.]*)(\u00a0?%)?", text)[0]
    plain = found.replace("\u00a0", "").replace("−", "-")
    plain = plain.replace(",", ".") if lang == "fr" else plain.replace(",", "")
    return float(plain) / (100 if share else 1)


@pytest.mark.parametrize("lang", LANGS)
def test_every_figure_of_the_report_leads_to_its_explanation(
    results: Results, lang: Lang, tmp_path: Path
) -> None:
    explained = told(results, lang, tmp_path)
    assert len(explained.ids) == len(set(explained.ids))
    report = Read(page(results, words(lang), files={"explain": f"explain.{lang}.html"}))
    found = wording.figures(results)
    zones = {wording.anchor(z): z for z in ("", *found.names)}
    services = {wording.anchor(s, v.key): (s, v.key) for s, v in results.study.services()}
    checked = 0
    for href, text in report.links:
        file, at = href.split("#")
        assert file == f"explain.{lang}.html"
        assert at in explained.ids, href
        parts = at.split(".")
        if len(parts) != 4:
            continue
        figure = found.value(zones[parts[2]], *services[".".join(parts[:2])], parts[3])
        if math.isnan(figure.value):
            continue
        shown = number(text, lang)
        # the report rounds: a share to a tenth of a point or to a point, a count to one
        near = 0.0051 if figure.unit == "share" else 0.051 if figure.unit == "per_100" else 0.501
        assert abs(shown - figure.value) <= near, (at, text)
        assert abs(number(explained.under[at].replace("\n", ""), lang) - shown) <= 2 * near, (at, text)
        checked += 1
    # each of 19 boroughs and all together: four figures of six services, five at a glance with the demand
    assert checked > 500
    rest = {href.split("#")[1] for href, _ in report.links}
    assert {a for a in rest if a.startswith("progress.")} == {f"progress.{n}" for n in range(2, 13)}
    assert {"containment", "accessibility", "own_coverage"} <= {a.rsplit(".", 1)[1] for a in rest}
    assert {"directions.2", "projects.2", "tables.closures", "tables.methods", "tables.hub_zones"} <= rest


@pytest.mark.parametrize("lang", LANGS)
def test_its_words_are_those_of_the_verb(results: Results, lang: Lang) -> None:
    say = words(lang)
    whole = explanations(say, results)
    zones = ("", *wording.figures(results).names)
    for block, (sphere, spec) in zip(whole.services, results.study.services(), strict=True):
        for place, zone in zip(block.places, zones, strict=True):
            lines: set[str] = set()
            for figure in place.figures:
                key = figure.anchor.rsplit(".", 1)[1]
                verb = explain(say, results, zone_id=zone, sphere=sphere, service=spec.key, indicator=key)
                assert verb.sentence.endswith(f"{figure.value}.")
                lines |= {line for part in verb.parts for line in part.lines}
            assert set(place.calculation) <= lines
            assert set(place.records) <= lines
        # what the figures share stands once: settings and inputs of the service, definition of each measure
        verbs = [
            explain(
                say,
                results,
                zone_id="",
                sphere=sphere,
                service=spec.key,
                indicator=f.anchor.rsplit(".", 1)[1],
            )
            for f in block.places[0].figures
        ]
        lines = {line for verb in verbs for part in verb.parts for line in part.lines}
        assert {line for part in block.shared for line in part.lines} <= lines
        assert {line for _, said in block.measures for line in said} <= lines


def test_the_sentence_of_an_indicator_of_the_plan_is_worked_out(results: Results) -> None:
    plan = explanations(words("en"), results).topics[0].figures
    # 168 of 120 → 200: 48 of 80 is 60 %; 911 of 1,826 days are gone, 50 %
    assert plan[0].anchor == "progress.2"
    assert plan[0].text.endswith("168 a year on the way from 120 to 200: 60% of the way in 50% of the time.")


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_that_a_user_typed_is_code(lang: Lang, tmp_path: Path) -> None:
    for shift in range(0, len(PAYLOADS), 8):
        read = told(hostile(rich_results(), shift), lang, tmp_path)
        assert not read.tags & {"script", "img", "svg", "iframe", "base", "form", "object", "template"}
        assert all(re.fullmatch(r"[A-Za-z0-9_.~-]+", key) for key in read.ids)
    anchors = {wording.anchor("culture", "main", payload, "gap") for payload in PAYLOADS}
    assert len(anchors) == len(PAYLOADS)
    assert all(re.fullmatch(r"culture\.main\.[A-Za-z0-9_~-]+\.gap", key) for key in anchors)


def test_no_key_and_no_missing_value_is_told(results: Results) -> None:
    whole = explanations(words("fr"), results)
    for block in whole.services:
        for place in block.places:
            text = " ".join((*(f"{f.name} {f.value}" for f in place.figures), *place.calculation))
            assert not re.search(r"\b(nan|None|null|inf|gap|standard|zone_id)\b", text), text
