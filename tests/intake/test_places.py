"""Lists: typed, located, joined; every row accounted for, with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosocial import intake, tables
from geosocial.errors import InputError, UnknownCrsError
from geosocial.intake import Taken
from geosocial.study import PlacesSpec, Study
from tests.intake.toy import EAST, NORTH, write_geojson

Factory = Callable[..., Study]
Spec = Callable[..., PlacesSpec]


def take(study: Study, spec: PlacesSpec, text: str, encoding: str = "utf-8") -> Taken:
    if text:
        (study.folder / "list.csv").write_text(text, encoding=encoding)
    zones, _, _ = intake.read_zones(study)
    taken = intake.read_places(study, spec, zones)
    tables.check(taken.places, tables.PLACES)
    tables.check(taken.faults, tables.FAULTS)
    tables.check(taken.declared, tables.DECLARED)
    tables.check(taken.unmapped, tables.UNMAPPED)
    tables.check_conservation(intake.conservation([taken]))
    assert set(taken.faults["code"]) <= set(intake.REASONS)
    return taken


def faults(taken: Taken) -> list[tuple[int, str, str, str, str]]:
    return list(
        taken.faults[["source_row", "code", "action", "column", "value"]].itertuples(index=False, name=None)
    )


def test_a_row_walks_from_the_sheet_to_its_zone(city: Factory, places: Spec) -> None:
    spec = places(
        id="no", name="nom", sphere="domaine", kind="genre", legal_form="forme", status="état",
        count="nb", capacity="log", declared_zone="arr",
    )  # fmt: skip
    taken = take(
        city(),
        spec,
        "no;nom;domaine;genre;forme;État;nb;log;arr;x;y\n"
        f"007;Biblio;Culture;library;npo;Existing;2;;le nord-ouest;{EAST + 500};{NORTH + 1500}\n",
    )
    row = taken.places.iloc[0].to_dict()
    assert {k: row[k] for k in ("source", "source_file", "source_row", "record_id", "name")} == {
        "source": "list", "source_file": "list.csv", "source_row": 2, "record_id": "007", "name": "Biblio",
    }  # fmt: skip
    assert (row["sphere"], row["kind"], row["legal_form"], row["status"]) == (
        "culture",
        "library",
        "npo",
        "existing",
    )
    assert (row["count"], row["x"], row["y"]) == (2.0, EAST + 500, NORTH + 1500)
    assert math.isnan(row["capacity"])
    assert (row["outcome"], row["zone_id"], row["snap_m"]) == ("matched", "Z1", 0.0)
    assert (row["declared_zone"], row["declared_zone_id"]) == ("le nord-ouest", "Z1")
    assert row["shown"]
    assert row["counted"]
    assert faults(taken) == []
    assert taken.file.how["encoding"] == "UTF-8"


def test_every_outcome_is_counted_once(city: Factory, places: Spec) -> None:
    e, n = EAST, NORTH
    text = (
        "nom,statut,x,y\n"
        f"dedans,existing,{e + 500},{n + 500}\n"  # 2 matched
        f"limite,existing,{e + 1000},{n + 500}\n"  # 3 matched, on the boundary of Z3 and Z4
        f"près,existing,{e - 100},{n + 500}\n"  # 4 snapped, 100 m from Z3
        f"loin,existing,{e - 300},{n + 500}\n"  # 5 outside: more than 250 m
        "vide,existing,,\n"  # 6 unlocated
        f"texte,existing,ici,{n}\n"  # 7 unlocated
        "zéro,existing,0,0\n"  # 8 unlocated
        f"statut,peut-être,{e + 500},{n + 500}\n"  # 9 rejected
        f"sans,,{e + 500},{n + 500}\n"  # 10 rejected
    )
    taken = take(city(), places(name="nom", status="statut"), text)
    counts = intake.conservation([taken]).iloc[0].to_dict()
    assert counts == {
        "source": "list", "read": 9,
        "matched": 2, "snapped": 1, "outside": 1, "ambiguous": 0, "unlocated": 3, "rejected": 2,
    }  # fmt: skip
    assert faults(taken) == [
        (4, "snapped", "snapped", "", "100\u00a0m"),
        (5, "outside", "flagged", "", ""),
        (6, "no_coordinates", "unlocated", "x", ""),
        (7, "bad_coordinate", "unlocated", "x", "ici"),
        (8, "zero_coordinates", "unlocated", "", ""),
        (9, "unknown_status", "rejected", "statut", "peut-être"),
        (10, "no_status", "rejected", "statut", ""),
    ]
    on_edge = taken.places.iloc[1]
    assert (on_edge["zone_id"], on_edge["other_zone_id"], on_edge["on_boundary"]) == ("Z3", "Z4", True)
    rejected = taken.places.iloc[7]
    assert (rejected["zone_id"], rejected["counted"], rejected["shown"]) == ("", False, False)
    assert math.isnan(rejected["x"])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("-1", "negative_number"),
        ("douze", "bad_number"),
        ("1,234", "ambiguous_number"),
        ("inf", "bad_number"),
    ],
)
def test_numbers_that_reject_a_row(city: Factory, places: Spec, cell: str, code: str) -> None:
    taken = take(city(), places(count="nb"), f"nb;x;y\n{cell};{EAST + 1};{NORTH + 1}\n")
    assert faults(taken) == [(2, code, "rejected", "nb", cell)]
    assert taken.places["outcome"].tolist() == ["rejected"]


def test_missing_numbers_are_missing_and_said(city: Factory, places: Spec) -> None:
    spec = places(kind="genre", count="nb", capacity="log")
    text = f"genre,nb,log,x,y\npublic_dwelling,,,{EAST + 1},{NORTH + 1}\nlibrary,3,,{EAST + 1},{NORTH + 1}\n"
    taken = take(city(), spec, text)
    assert [c for _, c, *_ in faults(taken)] == ["no_count", "no_capacity"]  # a library owes no capacity
    assert taken.places["sphere"].tolist() == ["housing", "culture"]
    assert np.isnan(taken.places["count"][0])
    assert taken.places["outcome"].tolist() == ["matched", "matched"]


def test_words_that_reject_a_row(city: Factory, places: Spec) -> None:
    spec = places(sphere="s", kind="k", legal_form="f")
    here = f"{EAST + 1},{NORTH + 1}"
    rows = ["astrologie,,", ",château,", ",,secte", "housing,library,", "Culture,,"]
    text = "s,k,f,x,y\n" + "".join(f"{row},{here}\n" for row in rows)
    taken = take(city(), spec, text)
    assert [(r, c, v) for r, c, _, _, v in faults(taken)] == [
        (2, "unknown_sphere", "astrologie"),
        (3, "unknown_kind", "château"),
        (4, "unknown_legal_form", "secte"),
        (5, "sphere_kind_mismatch", "housing"),
    ]
    assert taken.places["outcome"].tolist() == ["rejected"] * 4 + ["matched"]


def test_a_crosswalk_leaves_what_serves_no_sphere(city: Factory, places: Spec) -> None:
    spec = places(kind="type", crosswalk="montreal_points_of_interest")
    here = f"{EAST + 1},{NORTH + 1}"
    types = ["Bibliothèque publique", "Caserne", "Aréna de luxe", "Caserne", ""]
    text = "type,x,y\n" + "".join(f"{kind},{here}\n" for kind in types)
    taken = take(city(), spec, text)
    assert taken.places["kind"].tolist() == ["library", "", "", "", ""]
    assert taken.unmapped[["category", "records"]].to_numpy().tolist() == [
        ["Caserne", 2],
        ["Aréna de luxe", 1],
    ]
    assert taken.places["outcome"].eq("matched").all()


def test_declared_zones_are_compared_with_positions(city: Factory, places: Spec) -> None:
    e, n = EAST, NORTH
    text = (
        "arr,x,y\n"
        f"Le Nord–Ouest,{e + 500},{n + 1500}\n"  # Z1: agrees, but for its dash
        f"Le Nord-Ouest,{e + 1500},{n + 1500}\n"  # lies in Z2
        f"St-Eloi,{e + 1500},{n + 500}\n"  # alias of Z4: agrees
        f"Nulle part,{e + 500},{n + 500}\n"  # not recognised
        f"Saint-Éloi,{e + 1000},{n + 500}\n"  # on the boundary of Z3 and Z4: agrees
        f"Sud-Ouest,{e - 10},{n + 500}\n"  # snapped to Z3, but no zone covers it
        f",{e + 500},{n + 500}\n"  # declares nothing
        "Saint-Éloi,,\n"  # unlocated: nothing to compare
    )
    taken = take(city(), places(declared_zone="arr"), text)
    columns = ["source_row", "declared_zone", "declared_zone_id", "zone_id"]
    assert taken.declared[columns].to_numpy().tolist() == [
        [3, "Le Nord-Ouest", "Z1", "Z2"],
        [5, "Nulle part", "", "Z3"],
        [7, "Sud-Ouest", "Z3", ""],
    ]
    assert taken.places["zone_id"].tolist()[5] == "Z3"


def test_degrees_are_checked(city: Factory, places: Spec) -> None:
    spec = places(x="lon", y="lat", crs="EPSG:4326")
    text = "lon;lat\n-73,55;45,51\n-73.55;145.51\n-273.55;45.51\n-73.55;NaN\n"
    taken = take(city(), spec, text)
    assert [(r, c, col) for r, c, _, col, _ in faults(taken) if c != "outside"] == [
        (3, "coordinate_range", "lat"),
        (4, "coordinate_range", "lon"),
        (5, "bad_coordinate", "lat"),
    ]
    assert taken.places["x"].notna().tolist() == [True, False, False, False]


def test_degrees_may_carry_their_marks(city: Factory, places: Spec) -> None:
    spec = places(x="lon", y="lat", crs="EPSG:4326")
    plain = take(city(), spec, "lon;lat\n" + "-73.55;45.51\n" * 4)
    text = (
        'lon;lat\n73.55W;45.51N\n-73,55°;45,51°\n-73.55W;"45° 30\' 36"" N"\n73.55° O;45.51\n45.51N;73.55W\n'
    )
    taken = take(city(), spec, text)
    assert taken.places["x"][:4].tolist() == pytest.approx(plain.places["x"].tolist(), abs=1e-6)
    assert taken.places["y"][:4].tolist() == pytest.approx(plain.places["y"].tolist(), abs=1e-6)
    # a letter of the other axis is not guessed at
    assert [(r, c, col) for r, c, _, col, _ in faults(taken) if c != "outside"] == [
        (6, "bad_coordinate", "lon"),
        (6, "bad_coordinate", "lat"),
    ]


def test_columns_of_coordinates_need_a_crs(city: Factory, places: Spec) -> None:
    with pytest.raises(UnknownCrsError, match="columns “x” and “y” is not named"):
        take(city(), places(crs=None), "x,y\n1,2\n")


def test_a_missing_column_is_named_with_those_that_exist(city: Factory, places: Spec) -> None:
    with pytest.raises(InputError, match="column “Type” not found; the columns are: genre, x, y") as refused:
        take(city(), places(kind="Type"), "genre,x,y\nlibrary,1,2\n")
    assert "list.csv" in str(refused.value)


def test_ragged_rows(city: Factory, places: Spec) -> None:
    here = f"{EAST + 1},{NORTH + 1}"
    taken = take(city(), places(name="nom"), f"x,y,nom,note\n{here},A\n{here},B, Inc.,à voir\n")
    assert faults(taken) == [
        (2, "short_row", "flagged", "", ""),
        (3, "long_row", "rejected", "", "à voir"),
    ]
    assert taken.places["outcome"].tolist() == ["matched", "rejected"]


def test_repeated_identifiers_are_said_and_kept(city: Factory, places: Spec) -> None:
    here = f"{EAST + 1},{NORTH + 1}"
    taken = take(city(), places(id="no"), f"no,x,y\n1,{here}\n1,{here}\n,{here}\n")
    assert [(r, c) for r, c, *_ in faults(taken)] == [(2, "repeated_id"), (3, "repeated_id")]
    assert taken.places["record_id"].tolist() == ["1", "1", "list:4"]


def test_geometry_of_every_sort(city: Factory, places: Spec) -> None:
    study = city()
    line = {"type": "LineString", "coordinates": [[-73.5, 45.5], [-73.4, 45.5]]}
    multi = {"type": "MultiPoint", "coordinates": [[-73.5, 45.5]]}
    empty = {"type": "MultiPoint", "coordinates": []}
    far = {"type": "Point", "coordinates": [-73.5, 91]}
    zero = {"type": "Point", "coordinates": [0, 0]}
    write_geojson(
        study.folder / "list.geojson", *((g, {"nom": "a"}) for g in (multi, line, None, empty, zero))
    )
    taken = take(study, places(file="list.geojson", x="", y="", crs=None), "")
    assert [(r, c, a) for r, c, a, *_ in faults(taken) if c != "outside"] == [
        (3, "shape_position", "flagged"),
        (4, "no_geometry", "unlocated"),
        (5, "no_geometry", "unlocated"),
        (6, "zero_coordinates", "unlocated"),
    ]
    assert taken.places["outcome"].tolist() == ["outside", "outside", "unlocated", "unlocated", "unlocated"]
    write_geojson(study.folder / "far.geojson", (far, {"nom": "a"}))
    with pytest.raises(UnknownCrsError, match="not degrees"):
        take(study, places(file="far.geojson", x="", y="", crs=None), "")


def test_a_list_with_a_header_only_is_an_empty_list(city: Factory, places: Spec) -> None:
    taken = take(city(), places(), "nom,x,y\n")
    assert len(taken.places) == 0
    assert taken.file.rows == 0


def test_conservation_counts_the_file_not_the_records(city: Factory, places: Spec) -> None:
    from dataclasses import replace

    from geosocial.errors import ConservationError

    taken = take(city(), places(), f"x,y\n{EAST + 1},{NORTH + 1}\n{EAST + 2},{NORTH + 1}\n")
    lost = replace(taken, places=taken.places.iloc[:1])
    with pytest.raises(ConservationError, match="2 rows were read but 1 have an outcome"):
        tables.check_conservation(intake.conservation([lost]))


def test_a_hundred_thousand_rows_are_typed_to_the_last(places: Spec, tmp_path: Path) -> None:
    from geosocial.intake.faults import Faults
    from geosocial.intake.records import type_rows
    from geosocial.intake.source import open_source

    size = 100_000
    frame = pd.DataFrame(
        {"sphere": "culture", "kind": "library", "nb": [str(i % 7) for i in range(size)], "log": ""}
    )
    frame.to_csv(tmp_path / "list.csv", index=False)
    source = open_source(tmp_path / "list.csv")
    spec = places(sphere="sphere", kind="kind", count="nb", capacity="log")
    typed = type_rows(source, spec, Faults("list", "list.csv", source.rows.tolist()))
    assert typed.table["count"].sum() == sum(i % 7 for i in range(size))


word = st.sampled_from(
    ["", "culture", "sport", "library", "Existing", "1", "-1", "x", "1e400", "NaN", "300100", "5040100"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[word] * 6), min_size=1, max_size=6))
def test_no_row_is_ever_lost(city: Factory, places: Spec, rows: list[tuple[str, ...]]) -> None:
    spec = places(sphere="s", kind="k", status="t", count="n")
    text = "s,k,t,n,x,y\n" + "".join(",".join(row) + "\n" for row in rows)
    taken = take(city(), spec, text)
    kept = [i for i, row in enumerate(rows, 2) if any(row)]
    assert taken.places["source_row"].tolist() == kept
    spoken = set(taken.faults["source_row"])
    silent = taken.places.loc[~taken.places["source_row"].isin(spoken), "outcome"]
    assert set(silent) <= {"matched"}


def test_contacts_are_read_by_their_headers_to_find_a_place_that_is_listed_twice(
    city: Factory, places: Spec
) -> None:
    from geosocial.intake import duplicates

    a, b = f"{EAST + 1},{NORTH + 1}", f"{EAST + 900},{NORTH + 900}"
    text = (
        f"x,y,nom,téléphone,courriel,site web\n{a},Alpha,514 555-0142,,\n{b},Bêta,1-514-555-0142 poste 2,,\n"
    )
    text += f"{a},Gamma,,Info@Exemple.org,https://www.exemple.org/\n{b},Delta,,info@exemple.org,\n"
    taken = take(city(), places(recognise=True), text)
    assert taken.contacts["site"].tolist() == ["", "", "https://www.exemple.org/", ""]
    found = duplicates(taken.places, taken.contacts)
    assert found[["source_row", "other_source_row", "reason"]].to_numpy().tolist() == [
        [2, 3, "phone"],
        [4, 5, "email"],
    ]
    named = take(city(), places(phone="téléphone"), text)
    assert named.contacts["phone"].tolist()[0] == "514 555-0142"
    assert not named.contacts["email"].any()


def test_the_strategic_direction_and_words_of_the_lists_own(city: Factory, places: Spec) -> None:
    here = f"{EAST + 1},{NORTH + 1}"
    spec = places(
        kind="type",
        direction="orientation",
        crosswalk="montreal_points_of_interest",
        kind_words={"caserne": "museum", "Bibliothèque publique": ""},
    )
    text = "type,orientation,x,y\n" + "".join(
        f"{kind},{direction},{here}\n"
        for kind, direction in (
            ("Caserne", "Grands projets"),
            ("Bibliothèque publique", "QUALITY OF LIFE"),
            ("Caserne", ""),
            ("Caserne", "nowhere"),
        )
    )
    taken = take(city(), spec, text)
    assert taken.places["kind"].tolist()[:3] == ["museum", "", "museum"]
    assert taken.places["direction"].tolist()[:3] == ["major_projects", "quality_of_life", ""]
    assert taken.places["outcome"].tolist()[3] == "rejected"
    assert [(r, c, col) for r, c, action, col, _ in faults(taken) if action == "rejected"] == [
        (5, "unknown_direction", "orientation")
    ]
    with pytest.raises(ValueError, match=r"kind_words: ecocentre \(recycling_centre\?\)"):
        city(places=[spec.model_dump(mode="json") | {"kind_words": {"a": "ecocentre"}}])
