"""``geosocial check``: what each file is, how it was read, what is wrong in which row."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Run

NB = "\u00a0"

LIST = """Projets de quartier;;;;
;;;;
Nom;Statut;Latitude;Longitude;Logements
Café <b>Tournesol</b>;existant;45,5;-73,6;12
=1+1;projeté;45,5;abc;x
Le Nid;?;;;7
Total;;;;19
"""


@pytest.fixture
def places(tmp_path: Path) -> Path:
    path = tmp_path / "projets.csv"
    path.write_text(LIST, encoding="cp1252")
    return path


def test_a_report_on_the_terminal(places: Path, geosocial: Run) -> None:
    done = geosocial("check", places, "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "format: CSV · encoding: cp1252 · delimiter: ; · decimal mark: ," in done.stdout
    assert "header in row: 3 · titles in rows: 1 · totals in rows: 7" in done.stdout
    assert "name ← Nom · status ← Statut · capacity ← Logements · latitude ← Latitude" in done.stdout
    assert "row 5: “abc” is not a coordinate (column “Longitude”). (not located)" in done.stdout
    assert "row 6: The status “?” is not known (column “Statut”). (row rejected)" in done.stdout
    assert done.stdout.splitlines()[-1] == "  3 rows read = 1 located + 0 unlocated + 2 rejected"


def test_the_same_in_french(places: Path, geosocial: Run) -> None:
    done = geosocial("check", places, "--lang", "fr")
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.splitlines()[-1]
        == f"  3{NB}enregistrements lus = 1{NB}localisé + 0{NB}non localisé + 2{NB}rejetés"
    )
    assert "séparateur\u00a0: ;" in done.stdout


def test_json(places: Path, geosocial: Run) -> None:
    done = geosocial("check", places, "--json")
    told = json.loads(done.stdout)
    (one,) = told["files"]
    assert one["counts"] == {"located": 1, "unlocated": 0, "rejected": 2}
    assert one["read"] == 3
    assert {(f["row"], f["code"]) for f in one["faults"]} >= {(5, "bad_coordinate"), (6, "unknown_status")}
    assert one["columns"]["name"] == "Nom"
    assert told["refused"] == []


def test_a_page_and_a_workbook_hold_every_row_and_no_live_text(
    places: Path, geosocial: Run, tmp_path: Path
) -> None:
    for name in ("r.html", "r.xlsx"):
        done = geosocial("check", places, "--out", tmp_path / name, "--lang", "en")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == str(tmp_path / name)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "3 rows read = 1 located + 0 unlocated + 2 rejected" in page
    assert "is not a coordinate" in page
    assert "<script" not in page
    assert "<b>Tournesol" not in page
    rows = pd.read_excel(tmp_path / "r.xlsx", sheet_name="Row by row", engine="calamine")
    assert set(rows["Row"]) == {5, 6}
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")], "no temporary file left"


def test_a_refused_file_is_a_line_and_the_others_are_still_read(
    places: Path, geosocial: Run, tmp_path: Path
) -> None:
    (tmp_path / "vide.csv").write_bytes(b"")
    done = geosocial("check", tmp_path / "vide.csv", places, tmp_path / "rien.csv", "--lang", "en")
    assert done.returncode == 1
    assert "vide.csv: the file is empty." in done.stdout
    assert "rien.csv: there is no such file." in done.stdout
    assert "3 rows read" in done.stdout
    assert "Traceback" not in done.stderr


def test_columns_that_the_user_names(geosocial: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("nom,name,A,B\nx,y,45.5,-73.6\n")
    done = geosocial("check", path, "--lang", "en")
    assert "Several columns could be “name”: nom, name. Say which by --column name=…." in done.stdout
    assert "1 row read = 0 located + 1 unlocated" in done.stdout
    options = ["--column", "name=nom", "--column", "latitude=A", "--column", "longitude=B"]
    done = geosocial("check", path, *options, "--lang", "en")
    assert "1 row read = 1 located" in done.stdout
    done = geosocial("check", path, "--column", "nom", "--lang", "en")
    assert done.returncode == 1
    assert "“nom” does not name a column" in done.stderr


def test_a_report_of_an_unknown_format_is_refused_before_anything_is_read(
    places: Path, geosocial: Run, tmp_path: Path
) -> None:
    done = geosocial("check", places, "--out", tmp_path / "r.pdf", "--lang", "en")
    assert done.returncode == 1
    assert "Use one of .html, .xlsx." in done.stderr


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "rows", "differ"),
    [
        ("lieux_interet.geojson", 3_231, 21),
        ("installations_recreatives.geojson", 3_403, 2),
        ("murales.geojson", 203, 6),
    ],
)
def test_declared_boroughs_of_the_real_lists(
    file: str, rows: int, differ: int, shared_data: Path, geosocial: Run
) -> None:
    zones = shared_data / "boundaries" / "limadmin.geojson"
    done = geosocial("check", shared_data / "places" / file, "--zones", zones, "--json", "--lang", "en")
    (one,) = json.loads(done.stdout)["files"]
    assert sum(one["counts"].values()) == one["read"] == rows
    assert set(one["counts"]) == {"matched", "snapped", "outside", "ambiguous", "unlocated", "rejected"}
    assert sum(fault["code"] == "declared_elsewhere" for fault in one["faults"]) == differ
    assert any(f"that do not lie in it: {differ};" in note for note in one["notes"])


def test_zones_mend_positions_and_compare_declarations(geosocial: Run, tmp_path: Path) -> None:
    import shapely

    boxes = {
        "Verdun": shapely.box(-73.6, 45.4, -73.5, 45.5),
        "Outremont": shapely.box(-73.6, 45.5, -73.5, 45.6),
    }
    zones = tmp_path / "zones.geojson"
    features = [
        f'{{"type":"Feature","properties":{{"nom":"{name}"}},"geometry":{shapely.to_geojson(box)}}}'
        for name, box in boxes.items()
    ]
    zones.write_text(f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}', encoding="utf-8")
    places = tmp_path / "places.csv"
    places.write_text(
        "nom,arrondissement,latitude,longitude\n"
        "A,Verdun,45.45,-73.55\n"
        "B,VERDUN,-73.55,45.45\n"  # swapped: one way of it lies inside
        "C,Outremont,45.45,-73.55\n"  # declared elsewhere
        "D,Laval,45.55,-73.55\n"  # no zone of that name
        "E,,48.0,-70.0\n",  # outside
        encoding="utf-8",
    )
    done = geosocial("check", places, "--zones", zones, "--lang", "en")
    assert done.returncode == 0, done.stderr
    law = "5 read = 4 matched + 0 snapped to the nearest + 1 outside + 0 ambiguous + 0 unlocated + 0 rejected"
    assert done.stdout.splitlines()[-1].strip() == law
    assert "row 3: Longitude and latitude, or easting and northing, were swapped." in done.stdout
    assert "row 4: The row declares the zone “Outremont”, and does not lie in it" in done.stdout
    assert "row 5: The row declares the zone “Laval”, which is not recognised" in done.stdout
    assert (
        "(column “arrondissement”): 4; that do not lie in it: 1; whose zone is not recognised: 1."
        in done.stdout
    )


def test_an_error_of_a_formula_is_named_by_row_and_column(geosocial: Run, tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "projets.xlsx"
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("Projets")
    sheet.write_row(0, 0, ["Nom", "Latitude", "Longitude", "Places", "Notes"])
    sheet.write_row(1, 0, ["Café", 45.5, -73.6])
    sheet.write_formula(1, 3, "=10/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ["Nid", 45.5, -73.6, 12])
    sheet.write_formula(2, 4, "=NA()", None, "#N/A")
    book.close()
    done = geosocial("check", file, "--lang", "fr")
    assert done.returncode == 0, done.stderr
    said = f"«{NB}#DIV/0!{NB}» est une erreur du tableur, pas une valeur{NB}: la cellule est lue comme vide"
    assert f"ligne 2{NB}: {said} (colonne «{NB}Places{NB}»)" in done.stdout
    assert f"ligne 3{NB}: «{NB}#N/A{NB}» est une erreur du tableur" in done.stdout
    assert f"(colonne «{NB}Notes{NB}»)" in done.stdout
    # the place counts: only its figure is not known
    assert f"= 2{NB}localisés + 0{NB}non localisé + 0{NB}rejeté" in done.stdout


def test_a_list_from_a_mac_keeps_its_accents_and_the_encoding_is_said(geosocial: Run, tmp_path: Path) -> None:
    text = "Nom;Latitude;Longitude\nCafé de l’Île;45,5;-73,6\nBibliothèque d’été à Noël;45,5;-73,6\n"
    (tmp_path / "mac.csv").write_bytes(text.encode("mac_roman"))
    (tmp_path / "one.csv").write_bytes("Nom;Latitude;Longitude\nCafé;45,5;-73,6\n".encode("mac_roman"))
    done = geosocial("check", tmp_path / "mac.csv", tmp_path / "one.csv", "--lang", "fr")
    assert done.returncode == 0, done.stderr
    assert f"encodage{NB}: Mac Roman" in done.stdout
    assert f"mac.csv{NB}: ses lettres ont été lues en Mac Roman, ce que ses accents montrent" in done.stdout
    assert f"one.csv{NB}: des lettres semblent fausses (CafŽ); lues en cp1252." in done.stdout


def test_a_hidden_sheet_is_not_taken_for_the_list(geosocial: Run, tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "projets.xlsx"
    book = xlsxwriter.Workbook(str(file))
    old, new = book.add_worksheet("2025"), book.add_worksheet("2026")
    for sheet, name in ((old, "Ancien"), (new, "Nouveau"), (new, "Nouvelle")):
        sheet.write_row(0, 0, ["Nom", "Latitude", "Longitude"])
        sheet.write_row(1 + (name == "Nouvelle"), 0, [name, 45.5, -73.6])
    new.activate()
    new.set_first_sheet()
    old.hide()
    book.close()
    done = geosocial("check", file, "--lang", "fr")
    assert f"feuille{NB}: 2026 · feuilles masquées{NB}: 2025" in done.stdout
    assert f"Une feuille masquée n’est lue que si on la nomme{NB}: --sheet «{NB}2025{NB}»." in done.stdout
    assert f"2{NB}enregistrements lus" in done.stdout
    named = geosocial("check", file, "--sheet", "2025")
    assert "The sheet that was read, “2025”, is hidden." in named.stdout
    assert "The other sheets were not read: --sheet “2026”." in named.stdout
    assert "1 row read" in named.stdout


def test_columns_that_are_swapped_or_in_metres_are_said(geosocial: Run, tmp_path: Path) -> None:
    (tmp_path / "swapped.csv").write_text("Nom;Latitude;Longitude\nA;-73,6;45,5\nB;45,5;-73,6\n")
    (tmp_path / "metres.csv").write_text("Nom;X;Y\nA;298000,5;5040000,2\n")
    done = geosocial("check", tmp_path / "swapped.csv", tmp_path / "metres.csv", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "Columns “Latitude” and “Longitude” seem to be swapped, in 1 of the rows that have" in done.stdout
    assert (
        "name their coordinate system by --crs EPSG:…. Around Montréal it is mostly EPSG:32188" in done.stdout
    )


def test_names_of_groups_above_the_header_are_titles(geosocial: Run, tmp_path: Path) -> None:
    text = "Organisme;;;Position;;Offre\nNom;Type;Statut;Latitude;Longitude;Places\n"
    (tmp_path / "t.csv").write_text(text + "A;musée;existant;45,5;-73,6;3\n" * 3, encoding="utf-8")
    done = geosocial("check", tmp_path / "t.csv", "--lang", "en")
    assert "header in row: 2 · titles in rows: 1" in done.stdout
    assert done.stdout.splitlines()[-1] == "  3 rows read = 3 located + 0 unlocated + 0 rejected"
    # a header that names only some of its columns is one all the same
    (tmp_path / "t.csv").write_text("Nom;;Statut\nA;B;existant\nC;D;existant\n", encoding="utf-8")
    done = geosocial("check", tmp_path / "t.csv", "--lang", "en")
    assert done.stdout.splitlines()[-1] == "  2 rows read = 0 located + 2 unlocated + 0 rejected"
