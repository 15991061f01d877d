"""The public directory: what is in it, what never is, and what the report says of it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyogrio
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from geosocial import pipeline
from geosocial import tables as contracts
from geosocial.errors import InputError, StudyError
from geosocial.followup.directory import cell_centre
from geosocial.i18n import words
from geosocial.report import directory, published, tables
from geosocial.results import Results
from geosocial.study import read_study
from geosocial.vocabulary import Lang
from tests.cartography.payloads import PAYLOADS

ESS = "http://purl.org/essglobal/vocab/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
GR = "http://purl.org/goodrelations/v1#name"
#: What the list holds and the public must not see.
SECRETS = ("514 555-0142", "jeanne.tremblay@exemple.ca", "Jeanne Tremblay", "12, rue Secrète", "514-555-0199")
TOML = """
format = 1
id = "toy"
name = { fr = "Jouet", en = "Toy" }
edition = 2026-11-22
crs = "EPSG:32188"
detour = 1.3
detour_source = "Assumption"
snap_m = 0

[sources.own]
title = "Own"
publisher = "Own"
year = "2026"
licence = "CC0"

[zones]
file = "zones.geojson"
crs = "EPSG:32188"
id = "id"
name_fr = "nom"
name_en = "name"
source = "own"

[demand]
file = "demand.csv"
crs = "EPSG:32188"
id = "id"
x = "x"
y = "y"
unit_label = "block"
source = "own"
[[demand.columns]]
key = "residents"
column = "residents"
label = { fr = "Population", en = "Residents" }
unit = "people"

[[places]]
key = "list"
file = "list.csv"
crs = "EPSG:32188"
label = { fr = "Liste", en = "List" }
id = "id"
name = "name"
kind = "kind"
legal_form = "form"
status = "status"
x = "x"
y = "y"
phone = "phone"
email = "email"
source = "own"

[[places]]
key = "figures"
file = "list.csv"
crs = "EPSG:32188"
label = { fr = "Chiffres", en = "Figures" }
kind = "kind"
x = "x"
y = "y"
shown = false
source = "own"

[[spheres.culture.services]]
label = "Culture"
facility = { fr = "une bibliothèque", en = "a library" }
kinds = ["library"]
demand = "residents"
standard_m = 1000
standard_source = "Assumption"
norm_source = "Assumption"

[directory]
"""
HOME = 'home_based = { list = "domicile" }\n'
#: id, name, kind, legal form, status, x, y, at home
ROWS: tuple[tuple[object, ...], ...] = (
    ("A", "Atelier Un", "library", "cooperative", "existing", 300_100, 5_040_100, "non"),
    ("B", "Maison B", "library", "npo", "existing", 300_620, 5_040_999, "oui"),
    ("C", "Studio C", "library", "npo", "existing", 300_499.9, 5_040_500, "peut-être"),
    ("D", "En projet", "library", "npo", "planned", 300_200, 5_040_200, ""),
    ("E", "Dehors", "library", "npo", "existing", 290_000, 5_040_200, ""),
    ("F", "", "library", "npo", "existing", 300_200, 5_040_300, ""),
    ("G", "Appelez 514-555-0199", "library", "npo", "existing", 300_200, 5_040_300, ""),
    ("H", "Rejetée", "library", "npo", "aucun mot connu", 300_200, 5_040_300, ""),
    *((f"K{n}", f"Est {n}", "library", "", "existing", 302_100 + n, 5_040_100, "") for n in range(5)),
)


def square(west: float, east: float) -> dict[str, object]:
    ring = [[west, 5.04e6], [east, 5.04e6], [east, 5.042e6], [west, 5.042e6], [west, 5.04e6]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_study(folder: Path, rows: Iterable[tuple[object, ...]] = ROWS, more: str = HOME) -> Path:
    zones = [("W", "Ouest", "West", 300_000, 302_000), ("O", "Est", "East", 302_000, 304_000)]
    features = [
        {"type": "Feature", "properties": {"id": z, "nom": fr, "name": en}, "geometry": square(w, e)}
        for z, fr, en, w, e in zones
    ]
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "demand.csv").write_text("id,x,y,residents\n1,300500,5040500,900\n2,302500,5040500,900\n")
    heads = ["id", "name", "kind", "form", "status", "x", "y", "domicile"]
    heads += ["phone", "email", "contact", "address"]
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *((*row, *SECRETS[:4]) for row in rows)])
    (folder / "study.toml").write_text(TOML + more, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return pipeline.compute(read_study(write_study(tmp_path_factory.mktemp("toy"))))


@pytest.fixture(scope="module")
def folder(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run") / "directory"
    directory.write_directory(results, made)
    return made


def expanded(file: Path) -> list[dict[str, Any]]:
    """Expand a JSON-LD file; anything that would be fetched fails."""

    def refuse(url: str, _options: object) -> NoReturn:
        raise AssertionError(f"would fetch {url}")

    document = json.loads(file.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": refuse})
    return found


def of_type(nodes: list[dict[str, Any]], iri: str) -> list[dict[str, Any]]:
    return [n for n in nodes if iri in n.get("@type", [])]


def labels(node: dict[str, Any]) -> dict[str, str]:
    return {v["@language"]: v["@value"] for v in node[SKOS + "prefLabel"]}


def test_json_ld_expands_without_a_network_into_initiatives_with_both_labels(folder: Path) -> None:
    nodes = expanded(folder / "directory.jsonld")
    known = {n["@id"]: n for n in nodes}
    found = {n[GR][0]["@value"]: n for n in of_type(nodes, ESS + "SSEInitiative")}
    assert list(found) == ["Atelier Un", "Maison B", "Studio C", *(f"Est {n}" for n in range(5))]
    one = found["Atelier Un"]
    assert one["@id"] == "urn:geosocial:toy/initiatives/list/A"
    sphere, kind = (known[s["@id"]] for s in one[ESS + "economicSector"])
    assert labels(sphere) == {"fr": "Culture", "en": "Culture"}
    assert labels(kind) == {"fr": "bibliothèque publique", "en": "public library"}
    assert kind[SKOS + "broader"] == [{"@id": sphere["@id"]}]
    assert one[ESS + "legalForm"] == [{"@id": "http://purl.org/essglobal/standard/legal-form/L2"}]
    form = known[found["Maison B"][ESS + "legalForm"][0]["@id"]]
    assert form["@id"].startswith("urn:geosocial:toy/")
    assert labels(form)["en"] == "non-profit organisation"
    assert ESS + "legalForm" not in found["Est 0"]
    (address,) = one[ESS + "hasAddress"]
    assert address["@type"] == [ESS + "Address"]
    town = {v["@language"]: v["@value"] for v in address["http://www.w3.org/2006/vcard/ns#locality"]}
    assert town == {"fr": "Ouest", "en": "West"}
    # every term is one of a vocabulary that we know, every @id is absolute
    keys = {k for n in nodes for k in n}
    assert all(k.startswith(("@", "http://")) for k in keys)
    assert all(n["@id"].startswith(("urn:geosocial:toy/", "http://purl.org/")) for n in nodes)


def test_json_ld_and_geojson_give_one_position(folder: Path) -> None:
    wgs = "http://www.w3.org/2003/01/geo/wgs84_pos#"
    told = {}
    for node in of_type(expanded(folder / "directory.jsonld"), ESS + "SSEInitiative"):
        (point,) = node[ESS + "hasAddress"][0][wgs + "location"]
        told[node[GR][0]["@value"]] = [float(point[wgs + k][0]["@value"]) for k in ("long", "lat")]
    layer = pyogrio.read_dataframe(folder / "initiatives.geojson")
    assert layer.crs.to_epsg() == 4326
    assert told == {n: [p.x, p.y] for n, p in zip(layer["name"], layer.geometry, strict=True)}


def test_a_home_is_moved_to_the_centre_of_its_cell(folder: Path) -> None:
    document = json.loads((folder / "initiatives.geojson").read_text(encoding="utf-8"))
    found = {f["properties"]["id"]: f for f in document["features"]}
    # x 300,620 lies in 300,500–301,000, y 5,040,999 in 5,040,500–5,041,000; an unknown word hides too
    by_hand = {"A": (300_100, 5_040_100), "B": (300_750, 5_040_750), "C": (300_250, 5_040_750)}
    degrees = pyproj.Transformer.from_crs("EPSG:32188", "EPSG:4326", always_xy=True)
    for key, place in by_hand.items():
        expected = degrees.transform(*place)
        assert found[key]["geometry"]["coordinates"] == [round(v, 5) for v in expected], key
        assert found[key]["properties"]["blurred"] is (key != "A")
        assert found[key]["properties"]["blurred_to_m"] == (None if key == "A" else 500)
    assert not any(found[f"K{n}"]["properties"]["blurred"] for n in range(5))
    nodes = {
        n[GR][0]["@value"]: n for n in of_type(expanded(folder / "directory.jsonld"), ESS + "SSEInitiative")
    }
    comment = "http://www.w3.org/2000/01/rdf-schema#comment"
    assert len(nodes["Maison B"][ESS + "hasAddress"][0][comment]) == 2
    assert comment not in nodes["Atelier Un"][ESS + "hasAddress"][0]


@given(st.floats(-1e7, 1e7), st.sampled_from([100.0, 250.0, 500.0, 1000.0]))
def test_a_cell_centre_is_within_half_a_cell_and_stays_where_it_is(value: float, size: float) -> None:
    once = cell_centre(np.array([value]), size)
    assert abs(once[0] - value) <= size / 2 + 1e-6
    assert cell_centre(once, size)[0] == once[0]


def test_nothing_of_a_person_is_in_the_files(folder: Path) -> None:
    for name in directory.NAMES:
        text = (folder / name).read_text(encoding="utf-8")
        for secret in SECRETS:
            assert secret not in text
        for word in ("phone", "email", "contact", "Secr"):
            assert word not in text, (name, word)


def test_why_each_record_is_left_out(results: Results) -> None:
    why = results.directory.set_index("record_id")["withheld"].to_dict()
    left = {"D": "not_existing", "E": "in_no_zone", "F": "without_name", "G": "contact", "H": "rejected"}
    assert {k: v for k, v in why.items() if v} == left
    hidden = results.directory[results.directory["withheld"] != ""]
    assert hidden["x"].isna().all()
    assert hidden["y"].isna().all()
    assert set(results.directory["source"]) == {"list"}, "a list without names is not published"


def test_small_counts_are_suppressed_and_said(results: Results) -> None:
    counts = {r["zone_id"]: r for r in results.directory_cells.to_dict(orient="records")}
    assert math.isnan(counts["W"]["records"])
    assert counts["W"]["suppressed"]
    assert (counts["O"]["records"], counts["O"]["suppressed"]) == (5.0, False)
    first, second = published.parts(words("en"), results)
    assert first.table is not None
    assert {row[0]: row[1] for row in first.table.rows} == {
        "Published where they are": "6",
        "Published at the centre of a cell of 500\u00a0m: home-based": "2",
        "Left out: row rejected": "1",
        "Left out: planned or closed": "1",
        "Left out: in no zone, or without a position": "1",
        "Left out: without a name": "1",
        "Left out: telephone number or e-mail in the name or identifier": "1",
    }
    assert first.table.total == ("Total", "13")
    assert second.table is not None
    assert second.table.rows == (("West", "<\u00a05"), ("East", "5"))
    assert second.table.total == ()
    assert "1 of 2" in second.text[0]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_list_that_does_not_say_what_is_a_home_is_named(tmp_path: Path, lang: Lang) -> None:
    silent = pipeline.compute(read_study(write_study(tmp_path, more="")))
    said = " ".join(published.parts(words(lang), silent)[0].text)
    assert {"fr": "Liste", "en": "List"}[lang] in said
    assert not silent.directory["blurred"].any()


def test_the_same_study_gives_the_same_bytes(results: Results, folder: Path, tmp_path: Path) -> None:
    directory.write_directory(results, tmp_path)
    for name in directory.NAMES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    rows = [(n, p, "library", "npo", "existing", 300_100 + n, 5_040_100, "") for n, p in enumerate(PAYLOADS)]
    own = pipeline.compute(read_study(write_study(tmp_path, rows)))
    directory.write_directory(own, tmp_path / "out")
    written = [str(n) for n in own.places.loc[own.places["source"] == "list", "name"]]
    shown = [p for p in written if p.strip()]
    nodes = of_type(expanded(tmp_path / "out" / "directory.jsonld"), ESS + "SSEInitiative")
    assert [n[GR][0]["@value"] for n in nodes] == shown
    document = json.loads((tmp_path / "out" / "initiatives.geojson").read_text(encoding="utf-8"))
    assert [f["properties"]["name"] for f in document["features"]] == shown
    for name in directory.NAMES:
        assert not set("<>&") & set((tmp_path / "out" / name).read_text(encoding="utf-8")), name


def test_what_the_section_names_must_be_there(tmp_path: Path) -> None:
    write_study(tmp_path, more='lists = ["figures"]\n')
    with pytest.raises(StudyError, match=r"directory\.lists: figures"):
        read_study(tmp_path)
    write_study(tmp_path, more='base = "javascript:x"\n')
    with pytest.raises(StudyError, match=r"directory\.base"):
        read_study(tmp_path)
    write_study(tmp_path, more='home_based = { list = "chez_soi" }\n')
    with pytest.raises(InputError, match="chez_soi"):
        pipeline.compute(read_study(tmp_path))


def test_an_address_of_publication_begins_every_identifier(tmp_path: Path) -> None:
    own = pipeline.compute(
        read_study(write_study(tmp_path, more='base = "https://exemple.org/repertoire"\n'))
    )
    directory.write_directory(own, tmp_path / "out")
    nodes = of_type(expanded(tmp_path / "out" / "directory.jsonld"), ESS + "SSEInitiative")
    assert nodes[0]["@id"] == "https://exemple.org/repertoire/initiatives/list/A"


def test_the_run_of_the_embedded_study_writes_and_lists_it(tmp_path: Path) -> None:
    from geosocial.report import files

    study = read_study()
    assert study.published == ("initiatives",)
    own = pipeline.compute(study)
    assert files.directory_names(own) == ["directory/initiatives.geojson", "directory/directory.jsonld"]
    directory.write_directory(own, tmp_path)
    layer = pyogrio.read_dataframe(tmp_path / "initiatives.geojson")
    places = own.places[own.places["source"] == "initiatives"]
    ready = places[(places["status"] == "existing") & (places["zone_id"] != "")]
    assert list(layer["name"]) == list(ready["name"])
    assert layer["zone_id"].tolist() == ready["zone_id"].tolist()


def test_the_tables_of_the_run_hold_every_column_in_words(results: Results) -> None:
    written = tables.frames(results)
    for contract in contracts.PUBLISHED:
        for column in contract.columns:
            assert written[contract.name][column].equals(getattr(results, contract.name)[column])
    meant = written["dictionary"][written["dictionary"]["table"].isin(["directory", "directory_cells"])]
    assert {"withheld", "suppressed", "zone_fr"} <= set(meant["column"])
