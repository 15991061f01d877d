"""What stands behind a verdict on the page and the terminal: figures worked out by hand on the toy city."""

from __future__ import annotations

import doctest

import pytest

from geosocial.i18n import NBSP, words
from geosocial.report import gaps
from geosocial.report.evidence import evidence
from geosocial.report.html import page
from geosocial.report.parts import Part
from geosocial.report.workbook import workbook
from geosocial.results import Results, only
from geosocial.vocabulary import Lang
from tests.wording.city import city


@pytest.fixture(scope="module")
def toy() -> Results:
    return city(pairs=True)


@pytest.fixture(scope="module")
def careful() -> Results:
    return city(pairs=True, status={"max_unknown": 1, "care_across": True})


def parts(toy: Results, lang: Lang, sphere: str = "culture") -> dict[str, Part]:
    return {p.key.removeprefix("k-"): p for p in evidence(words(lang), toy, sphere, "main", key="k")}


def rows(part: Part) -> tuple[tuple[str, ...], ...]:
    assert part.table is not None
    return part.table.rows


def test_ranks_and_what_changes_them_for_the_underserved(toy: Results) -> None:
    firm = parts(toy, "en")["firm"]
    assert firm.text == ("Underserved: 1 zone, of which 1 whatever the setting tried.",)
    assert rows(firm) == (("Rivière-Verte", "10/10", "1", "1", "–"),)


def test_methods_that_do_not_conclude_alike(toy: Results) -> None:
    # Z0: 1 facility for 4,000 people, 2.5 for 10,000, the city 5 for 22,800; a quarter within 1 km.
    # Z3: 1 for 5,000, below; but 80 % within 1 km, above the 9,500 of 22,800 of all.
    methods = parts(toy, "en")["methods"]
    assert [r[:3] for r in rows(methods)] == [
        ("Champ-du-Moulin", f"2.50{NBSP}\u2007", f"25%{NBSP}▼"),
        ("Old Borough", f"2.00{NBSP}▼", f"80%{NBSP}\u2007"),
    ]
    assert methods.table is not None
    assert methods.table.total[:3] == ("All together", f"2.19{NBSP}\u2007", f"42%{NBSP}\u2007")
    # six zones are judged: Z6 cannot be said, Z7 is missing
    assert methods.text == ("Same conclusion by all three: 4 zones. Not the same: 2 zones.",)


def test_what_the_neighbours_add(toy: Results) -> None:
    # Z2 has no facility: a quarter of it is within 1 km of one across the boundary, 1,000 of 22,800
    edge = parts(toy, "fr")["edge"]
    assert rows(edge) == (("Côte-des-Pins", f"25,0{NBSP}%", f"0,0{NBSP}%", "25,0"),)
    assert f"41,7{NBSP}% avec" in edge.text[0]
    assert f"37,3{NBSP}% sans" in edge.text[0]


def test_the_facilities_that_are_missed_most(toy: Results) -> None:
    missed = parts(toy, "en")["missed"]
    assert rows(missed)[0] == ("Public library, row 3", "Old Borough", "Old Borough", "4,000", "80.0%")
    assert [r[3] for r in rows(missed)] == ["4,000", "2,000", "1,000"]
    assert missed.table is not None
    assert missed.table.note == "Rows of: Cultural places."


def test_a_zone_of_which_nothing_is_said_stands_nowhere(toy: Results) -> None:
    shown = parts(toy, "en", "recreation")
    assert "L’Anse-à-l’Orme" not in str([p.table for p in shown.values()])


def test_without_pairs_there_is_only_the_ranking() -> None:
    assert list(parts(city(), "en")) == ["firm"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_both_languages_show_the_same_rows(toy: Results, lang: Lang) -> None:
    here, there = parts(toy, lang), parts(toy, "en")
    assert [len(rows(p)) if p.table else 0 for p in here.values()] == [
        len(rows(p)) if p.table else 0 for p in there.values()
    ]
    text = page(toy, words(lang))
    assert all(f'id="s-1-{key}"' in text for key in ("firm", "methods", "edge", "missed"))
    assert "nan" not in str(list(here.values()))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_to_be_read_with_care_is_marked_ranked_and_never_hatched(
    careful: Results, toy: Results, lang: Lang
) -> None:
    from geosocial.report.outline import outline

    say = words(lang)
    marked = {(s.sphere.key, r.zone_id) for s in outline(say, careful).services for r in s.rows if r.care}
    table = careful.ranking[careful.ranking["status"] == "low_confidence"]
    assert marked == set(zip(table["sphere"], table["zone_id"], strict=True)) != set()
    assert (table["rank"] > 0).all()
    for service, plain in zip(outline(say, careful).services, outline(say, toy).services, strict=True):
        assert service.map.fills == plain.map.fills
        for row in service.rows:
            mark = service.map.marks.get(row.zone_id, "")
            assert mark.endswith("*") == row.care
        assert bool(service.care) == any(r.care for r in service.rows)
    note = "À lire avec prudence" if lang == "fr" else "To be read with care"
    assert note in page(careful, say)
    assert note not in page(toy, say)
    assert any(line.startswith(f"* {note}") for line in gaps.lines(say, careful))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_account_of_a_figure_never_says_that_a_ranked_zone_is_not_ranked(
    careful: Results, lang: Lang
) -> None:
    from geosocial.report.explain import explain

    say = words(lang)
    held = careful.measures
    held = held[(held["status"] == "low_confidence") & (held["indicator"] == "gap")]
    assert len(held)
    for row in held.itertuples():
        told = " ".join(
            line
            for part in explain(
                say,
                careful,
                zone_id=str(row.zone_id),
                sphere=str(row.sphere),
                service=str(row.service),
                indicator="gap",
            ).parts
            for line in part.lines
        )
        assert say.t("It is not ranked.") not in told
        assert ("Il est classé quand même." if lang == "fr" else "It is ranked all the same.") in told


def test_a_terminal_shows_no_figure_of_what_cannot_be_said(toy: Results) -> None:
    text = list(gaps.lines(words("en"), toy))
    (line,) = [one for one in text[10:] if "L’Anse-à-l’Orme" in one and "cannot say" in one][:1]
    assert line.split() == ["–", "L’Anse-à-l’Orme", *["–"] * 6, "cannot", "say", "–"]
    assert all(one == one.rstrip() and one.isprintable() for one in (x.replace(NBSP, " ") for x in text))


def test_one_sphere_alone(toy: Results) -> None:
    one = only(toy, "recreation")
    assert list(one.study.spheres) == ["recreation"]
    for name in ("measures", "overall", "ranking", "settings", "methods", "closures", "supply"):
        whole, part = getattr(toy, name), getattr(one, name)
        wanted = whole[whole["sphere"] == "recreation"].reset_index(drop=True)
        assert part.equals(wanted), name
    assert one.places is toy.places
    assert len(workbook(one)) < len(workbook(toy))


def test_the_examples_of_the_docstrings_run() -> None:
    found = doctest.testmod(gaps)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("width", [200, 120, 100, 80])
def test_a_narrow_terminal_does_without_some_columns_and_says_which(toy: Results, width: int) -> None:
    whole = list(gaps.lines(words("en"), toy))
    text = list(gaps.lines(words("en"), toy, width=width))
    heads = [line for line in text if line.startswith("Rank")]
    notes = [line for line in text if line.startswith("Left out for want of width: ")]
    assert all(len(line) <= max(width, 90) for line in heads)
    for head in (line for line in whole if line.startswith("Rank")):
        assert "Verdict" in head
        assert "Changed most by" in head
    assert len(notes) == sum("Changed most by" not in line for line in heads)
    assert all("Changed most by" in line for line in notes)
    assert (text == whole) is (width == 200)
