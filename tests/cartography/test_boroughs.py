import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from geosocial.cartography import boroughs, surroundings
from geosocial.cartography.content import content
from geosocial.errors import StudyError
from geosocial.i18n import words
from geosocial.results import Results
from tests.browser.rich import rich_results
from tests.cartography.payloads import PAYLOADS
from tests.cartography.test_atlas import Parsed
from tests.measure.toy import toy_results, toy_study

WORDS: Any = {key: words(key) for key in ("fr", "en")}


@pytest.fixture(scope="module")
def toy() -> Results:
    return toy_results()


@pytest.fixture(scope="module")
def pages(toy: Results, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("boroughs")
    return read(toy, folder)


def read(results: Results, folder: Path, **options: Any) -> dict[str, str]:
    written = boroughs.write_boroughs(results, folder, **options)
    assert [p.name for p in written] == boroughs.names(results)
    assert sorted(folder.iterdir()) == sorted(written)
    return {p.name: p.read_text(encoding="utf-8") for p in written}


def data(text: str, key: str = "page") -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{key}">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_a_page_a_zone_and_an_index(pages: dict[str, str]) -> None:
    assert list(pages)[:3] == ["index.html", "champ-du-moulin.html", "riviere-verte.html"]
    assert len(pages) == 9


def test_the_pages_are_small_and_hold_no_address(pages: dict[str, str]) -> None:
    known = {
        "http://www.w3.org/2000/svg",
        "https://leafletjs.com",
        "https://bugzilla.mozilla.org/show_bug.cgi?id=888319",
    }
    for name, text in pages.items():
        assert len(text.encode()) < (60_000 if name == "index.html" else 260_000)
        assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= known
        assert "<!--" not in text.split("<body>")[1]


def test_the_same_results_give_the_same_bytes(toy: Results, pages: dict[str, str], tmp_path: Path) -> None:
    assert read(toy, tmp_path) == pages


def test_the_content_of_the_atlas_serves_the_pages(
    toy: Results, pages: dict[str, str], tmp_path: Path
) -> None:
    assert read(toy, tmp_path, shown=content(toy, WORDS, lang="fr")) == pages


def test_strips_hold_the_figures_of_the_tables(toy: Results, pages: dict[str, str]) -> None:
    measures = toy.measures.set_index(["zone_id", "sphere", "service", "indicator"])["value"]
    common = data(pages["index.html"], "common")
    fills = {"gap": "gap_share", "coverage": "coverage", "rate": "rate"}
    seen = 0
    for (sphere, spec), service in zip(toy.study.services(), common["services"], strict=True):
        for view in service["views"]:
            if view["key"] not in fills:
                continue
            for zone, shown in zip(toy.zones["zone_id"], view["v"], strict=True):
                value = measures[zone, sphere, spec.key, fills[view["key"]]]
                assert shown is None if math.isnan(value) else shown == pytest.approx(value, abs=1e-6)
                seen += 1
    assert seen == 8 * 6


def test_initiatives_are_those_of_the_zone(pages: dict[str, str]) -> None:
    named = {
        name: [p[2] for p in data(text)["named"]] for name, text in pages.items() if name != "index.html"
    }
    # By hand, from the list of the toy city: one in Z2, one in Z5, one outside, one without a position.
    assert named.pop("cote-des-pins.html") == ["Théâtre de la Côte"]
    assert named.pop("pointe-est.html") == ["Coop L’Élan <b>sportif</b>"]
    assert set(map(tuple, named.values())) == {()}
    assert [row["named"] for row in data(pages["index.html"])["rows"]] == [0, 0, 1, 0, 0, 1, 0, 0]


def test_neighbours_share_a_border(toy: Results) -> None:
    # Two columns and four rows; corners touch too: each has those beside, above, below and across.
    found = surroundings.neighbours(toy)
    assert found[0] == [1, 2, 3]
    assert found[3] == [0, 1, 2, 4, 5]
    assert all(k in found[j] for k, row in enumerate(found) for j in row)


def test_an_island_has_its_nearest_neighbour(toy: Results) -> None:
    shapes = list(toy.zones.geometry)
    shapes[7] = shapely.box(300_500, 5_043_100, 301_000, 5_043_900)
    shapes[6] = shapely.box(290_000, 5_040_100, 291_000, 5_040_500)
    zones = toy.zones.set_geometry(shapes, crs=toy.zones.crs)
    found = surroundings.neighbours(replace(toy, zones=zones))
    # east of the city its nearest is Z5 (row 2, 100 m lower); west of it Z0, in the same row
    assert (found[7], found[6]) == ([5], [0])


def test_facilities_here_and_at_the_neighbours(toy: Results, pages: dict[str, str]) -> None:
    page, keys = data(pages["champ-du-moulin.html"]), [s for s, _ in toy.study.services()]
    here = [f for f in page["supply"][keys.index("housing")] if f[4]]
    assert [f[3] for f in here] == [56, 80]
    around = [f for f in page["supply"][keys.index("culture")] if not f[4]]
    assert around
    assert all(page["box"][0] - 1 < f[0] < page["box"][2] + 1 for f in around)


def test_a_box_holds_its_zone(toy: Results, pages: dict[str, str]) -> None:
    for zone, (name, text) in zip(toy.zones.to_crs(4326).geometry, list(pages.items())[1:], strict=True):
        page = data(text)
        assert page["box"] == pytest.approx(zone.bounds, abs=2e-5), name
        drawn = {k: shapely.geometry.shape(g) for k, g in page["zones"]}
        assert drawn[page["z"]].symmetric_difference(zone).area < 1e-6


def hostile(toy: Results, shift: int) -> Results:
    import pandas as pd

    names = [PAYLOADS[(k + shift) % len(PAYLOADS)] for k in range(len(toy.zones))]
    row = toy.places[toy.places["name"].str.startswith("Théâtre")]
    count = len(PAYLOADS)
    named = pd.concat([row] * count, ignore_index=True).assign(
        name=list(PAYLOADS), source_row=range(100, 100 + count), record_id=list(PAYLOADS)
    )
    return replace(
        toy,
        study=toy_study(name={"fr": PAYLOADS[1], "en": PAYLOADS[2]}),
        zones=toy.zones.assign(name_fr=names, name_en=names[::-1]),
        places=pd.concat([toy.places, named], ignore_index=True),
    )


def test_hostile_names_add_no_element_and_stand_in_the_data_alone(
    toy: Results, pages: dict[str, str], tmp_path: Path
) -> None:
    plain = Parsed(pages["cote-des-pins.html"])
    for shift in range(0, len(PAYLOADS), 8):
        folder = tmp_path / str(shift)
        results = hostile(toy, shift)
        written = list(read(results, folder).items())
        assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) for name, _ in written)
        for number, (_, text) in enumerate(written[1:]):
            parsed = Parsed(text)
            assert [tag for tag, _ in parsed.elements] == [tag for tag, _ in plain.elements]
            assert not [a for _, attributes in parsed.elements for a in attributes if a.startswith("on")]
            assert data(text, "common")["text"]["fr"]["zones"][number] == results.zones["name_fr"][number]
        assert [p[2] for p in data(written[3][1])["named"]][-len(PAYLOADS) :] == list(PAYLOADS)


def test_the_marks_of_the_shell_are_never_data(toy: Results, tmp_path: Path) -> None:
    names = [boroughs.DATA, boroughs.TITLE, "<!--page-->", "CONTENT", *["x"] * 4]
    text = read(replace(toy, zones=toy.zones.assign(name_fr=names)), tmp_path)
    for page in list(text.values())[1:]:
        assert data(page, "common")["text"]["fr"]["zones"] == names


def test_a_page_may_open_in_english(toy: Results, tmp_path: Path) -> None:
    text = read(toy, tmp_path, lang="en")["vieux-bourg.html"]
    assert '<html lang="en-CA">' in text
    assert "<title>Old Borough – Toy city</title>" in text


def test_a_zone_without_a_shape_is_refused(toy: Results, tmp_path: Path) -> None:
    zones = toy.zones.copy()
    zones.geometry = [shapely.Polygon(), *zones.geometry.iloc[1:]]
    with pytest.raises(StudyError, match="no shape"):
        boroughs.write_boroughs(replace(toy, zones=zones), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_french_is_spaced_as_in_quebec(toy: Results, pages: dict[str, str]) -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [t for v in value.values() for t in texts(v)]
        return [t for v in value for t in texts(v)] if isinstance(value, list) else [str(value)]

    wrong = re.compile(
        r"(?<!\u00a0)[:»%$](?!\w)|«(?!\u00a0)|[\s\u00a0][;!?]|'|\d \d{3}|\b(?:nan|none|null)\b"
    )
    own = "|".join({c.label.fr.casefold() for c in toy.study.demand.columns})
    found = texts(data(pages["index.html"], "common")["text"]["fr"])
    for text in list(pages.values())[1:]:
        found += texts(data(text)["text"]["fr"])
    said = [re.sub(own, "", t.casefold()) for t in found]
    assert len(said) > 300
    assert [t for t in said if wrong.search(t)] == []


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, dict[str, str]]:
    results = rich_results()
    return results, read(results, tmp_path_factory.mktemp("rich"))


def test_proposed_sites_stand_on_the_page_of_their_zone(rich: tuple[Results, dict[str, str]]) -> None:
    _, written = rich
    found = {name: data(text) for name, text in written.items() if name != "index.html"}
    # By hand, one site in each of Z1, Z2 and Z6; Z1 goes from 20 to 60 % of 5,000 people.
    assert {name for name, page in found.items() if page["sites"]} == {
        "riviere-verte.html", "cote-des-pins.html", "lanse-a-lorme.html"
    }  # fmt: skip
    (site,) = found["riviere-verte.html"]["sites"]
    assert (site[1], *site[4:]) == (1, "Terrain <b>0</b>", 2000.0, 98_000)
    (unpriced,) = found["cote-des-pins.html"]["sites"]
    assert unpriced[6] is None, "missing is not zero"
    (said,) = found["riviere-verte.html"]["text"]["en"]["sites"]
    assert said == "Culture: with the 3 proposed sites, coverage here goes from 20 to 60%: 2,000 people more."
    (other,) = found["saint-elie.html"]["text"]["en"]["sites"]
    assert other == "Culture: with the 3 proposed sites, coverage here does not change."


def test_dots_are_the_people_beyond(rich: tuple[Results, dict[str, str]]) -> None:
    results, written = rich
    services, seen = results.study.services(), 0
    for zone, text in zip(results.zones["zone_id"], list(written.values())[1:], strict=True):
        page = data(text)
        for k, (sphere, spec) in enumerate(services):
            rows = results.beyond
            mine = (rows["zone_id"] == zone) & (rows["sphere"] == sphere) & (rows["service"] == spec.key)
            people = rows.loc[mine, "demand"].sum()
            assert len(page["beyond"][k]) == 2 * math.floor(people / page["per"] + 0.5)
            assert people / page["per"] <= surroundings.MOST
            seen += people > 0
    assert seen > 3
