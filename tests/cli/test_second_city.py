"""Another city, made by ``new`` and files alone: a whole run holds nothing of the embedded study."""

from __future__ import annotations

import re
import shlex
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pypdf
import pytest

from geosocial.study import read_study
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
CITY = ROOT / "examples" / "second-city"
#: Words, places and systems of Montréal; the folder and the file called boroughs are names of the contract.
MONTREAL = re.compile(
    r"montr[ée]al|32188|\bMTM\b|qu[ée]b[eé]c|arrondissement|borough(?!s[/.])|ville liée|linked town"
    r"|statisti(?:que|cs) canada|verdun|lachine|outremont|2016 census|recensement de 2016",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run of the example, in both languages."""
    import subprocess
    import sys

    out = tmp_path_factory.mktemp("city") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "geosocial", "run", str(CITY), "--out", str(out), "--lang", "both"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (out / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return out


def text(file: Path) -> str:
    if file.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return file.read_bytes().decode("utf-8", "replace")


def test_no_output_holds_a_word_of_montreal(ran: Path) -> None:
    files = [file for file in ran.rglob("*") if file.is_file()]
    kinds = {file.suffix for file in files}
    assert {".html", ".pdf", ".csv", ".xlsx", ".gpkg", ".json"} <= kinds
    assert {"report.fr.pdf", "report.en.pdf", "report.fr.html", "report.en.html", "atlas.html"} <= {
        file.name for file in files
    }
    found = {
        (file.name, match.group(0)) for file in files for match in [MONTREAL.search(text(file))] if match
    }
    assert found == set()
    for lang in ("fr", "en"):
        assert "Puerto Alondra" in text(ran / "report" / f"report.{lang}.pdf")


def test_every_row_is_accounted_for_and_the_damaged_one_is_mended(ran: Path) -> None:
    said = (ran / "said.txt").read_text(encoding="utf-8")
    # 41 rows of the inventory: one without a position, one whose word nobody has taught the study
    assert "41 read = 39 matched" in said
    assert "Ludoteca" in said
    faults = pd.read_csv(ran / "tables" / "faults.csv", dtype=str, keep_default_na=False)
    codes = sorted(zip(faults["source_row"], faults["code"], strict=True))
    assert ("11", "no_coordinates") in codes  # row 8 of the list, below a title, a blank and a header
    assert ("19", "repaired_swap") in codes
    assert ("32", "unknown_kind") in codes
    declared = pd.read_csv(ran / "tables" / "declared.csv", dtype=str, keep_default_na=False)
    assert declared["source_row"].tolist() == ["26"]  # it says another barrio than the one in which it lies


def test_the_coverage_is_that_of_a_count_by_hand(ran: Path) -> None:
    """Residents of the sections whose inner point is within the standard of a library or a theatre."""
    study = read_study(CITY)
    sections = gpd.read_file(CITY / "secciones.geojson").to_crs(study.crs)
    inner = sections.representative_point()
    table = pd.read_excel(CITY / "equipamientos.xlsx", header=2, dtype=str, engine="calamine")
    chosen = table[
        table["Clase"].isin(["Biblioteca municipal", "Teatro"]) & (table["Situación"] == "Abierto")
    ]
    east, north = (pd.to_numeric(chosen[axis].str.replace(",", ".")) for axis in "XY")
    reach = 900 / study.detour
    near = [((point.x - east) ** 2 + (point.y - north) ** 2).min() ** 0.5 <= reach for point in inner]
    covered = sections.loc[near, "población"].sum()
    measures = pd.read_csv(ran / "tables" / "overall.csv")
    row = measures[(measures["sphere"] == "culture") & (measures["indicator"] == "coverage")]
    assert float(row["value"].iloc[0]) == pytest.approx(covered / sections["población"].sum(), abs=1e-9)


def test_new_makes_the_study_that_the_readme_says(geosocial: Run, tmp_path: Path) -> None:
    printed = next(
        line
        for line in (CITY / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("geosocial new")
    )
    arguments = [part.replace("puerto-alondra", str(tmp_path / "city")) for part in shlex.split(printed)[1:]]
    made = geosocial(*arguments, cwd=CITY)
    assert made.returncode == 0, made.stderr
    assert "COD_BARRIO" in made.stdout
    written = (tmp_path / "city" / "study.toml").read_text(encoding="utf-8")
    assert not MONTREAL.search(re.sub(r'"=borough"', "", written))
    assert not MONTREAL.search((tmp_path / "city" / "README.md").read_text(encoding="utf-8"))
    study = tomllib.loads(written)
    assert study["crs"] == "EPSG:25830"
    assert study["zones"]["id"] == "COD_BARRIO"
    assert study["demand"]["columns"][0]["column"] == "población"
    gaps = geosocial("gaps", tmp_path / "city")
    assert gaps.returncode == 0, gaps.stderr


def test_zones_alone_and_a_layer_without_residents_are_refused(geosocial: Run, tmp_path: Path) -> None:
    alone = geosocial("new", tmp_path / "a", "--zones", CITY / "barrios.geojson")
    assert (alone.returncode, (tmp_path / "a").exists()) == (1, False)
    assert "[study-settings]" in alone.stderr
    zones = CITY / "barrios.geojson"
    without = geosocial("new", tmp_path / "a", "--zones", zones, "--demand", zones)
    assert without.returncode == 1
    assert "no column of residents was recognised" in without.stderr
    named = geosocial(
        "new",
        tmp_path / "a",
        "--zones",
        zones,
        "--demand",
        CITY / "secciones.geojson",
        "--residents",
        "hogares",
    )
    assert named.returncode == 0, named.stderr
    assert 'column = "hogares"' in (tmp_path / "a" / "study.toml").read_text(encoding="utf-8")


def metric_city(folder: Path) -> tuple[Path, Path, Path]:
    """Two zones in EPSG:2949, blocks and places with coordinates in metres that name no system."""
    from shapely.geometry import box

    zones = gpd.GeoDataFrame(
        {"CODE": ["A1", "B2"], "NOM_QUARTI": ["Île-aux-Pères", "Hôtel-de-Ville"]},
        geometry=[box(200_000, 5_030_000, 203_000, 5_033_000), box(203_000, 5_030_000, 206_000, 5_033_000)],
        crs="EPSG:2949",
    )
    zones.to_file(folder / "quartiers.shp", encoding="cp1252")
    (folder / "ilots.csv").write_bytes(
        "IDIDU;X_m;Y_m;Pop_tot_2021\r\n1;201000,5;5031000,5;900\r\n2;204000,5;5031000,5;x\r\n".encode(
            "cp1252"
        )
    )
    (folder / "lieux.tsv").write_bytes(
        "N° fiche\tNom\tType d'équipement\tCoord. X (m)\tCoord. Y (m)\r\n"
        "7\tChez nous\tBibliothèque\t201000,5\t5031200,5\r\n".encode("cp1252")
    )
    return folder / "quartiers.shp", folder / "ilots.csv", folder / "lieux.tsv"


def test_metres_whose_system_is_not_named_are_refused_by_new_with_what_can_be_said(
    geosocial: Run, tmp_path: Path
) -> None:
    zones, blocks, places = metric_city(tmp_path)
    given = ("--zones", zones, "--demand", blocks, "--places", places)
    refused = geosocial("new", tmp_path / "town", *given)
    assert (refused.returncode, (tmp_path / "town").exists()) == (1, False)
    assert (
        "“X_m” and “Y_m” is not named. In the system of the zones its rows lie among them" in refused.stderr
    )
    assert "--crs EPSG:2949" in refused.stderr
    # a list alone: nothing is known that its rows could lie among
    alone = geosocial("new", tmp_path / "town", "--places", places)
    assert alone.returncode == 1
    assert "Name it: --crs EPSG:…" in alone.stderr
    named = geosocial("new", tmp_path / "town", *given, "--crs", "EPSG:2949", "--name", "Val-d’Or")
    assert named.returncode == 0, named.stderr
    study = tomllib.loads((tmp_path / "town" / "study.toml").read_text(encoding="utf-8"))
    assert (study["id"], study["name"]["fr"]) == ("town", "Val-d’Or")
    assert study["demand"]["columns"][0]["column"] == "Pop_tot_2021"
    assert study["demand"]["crs"] == study["places"][0]["crs"] == "EPSG:2949"
    assert study["places"][0]["id"] == "N° fiche"


def test_a_metric_system_is_not_taken_for_columns_of_degrees(geosocial: Run, tmp_path: Path) -> None:
    zones, blocks, places = metric_city(tmp_path)
    places.write_text("name,kind,lon,lat\nA,library,-72.5,45.4\n", encoding="utf-8")
    given = ("--zones", zones, "--demand", blocks, "--places", places, "--crs", "EPSG:2949")
    made = geosocial("new", tmp_path / "town", *given)
    assert made.returncode == 0, made.stderr
    study = tomllib.loads((tmp_path / "town" / "study.toml").read_text(encoding="utf-8"))
    assert (study["demand"]["crs"], study["places"][0]["crs"]) == ("EPSG:2949", "EPSG:4326")


def test_zones_of_several_layers_and_people_without_an_identifier(geosocial: Run, tmp_path: Path) -> None:
    zones, blocks, places = metric_city(tmp_path)
    frame, layers = gpd.read_file(zones), tmp_path / "l'été à la ville.gpkg"
    frame.to_file(layers, layer="secteurs d'été")
    frame.assign(geometry=frame.centroid).to_file(layers, layer="milieux")
    rows = ["201000;5031000;900", "204000;5031000;50"]
    blocks.write_text("\n".join(["X_m;Y_m;Population", *rows, *rows]) + "\n", encoding="utf-8")
    given = ("--zones", layers, "--demand", blocks, "--places", places, "--crs", "EPSG:2949")
    made = geosocial("new", tmp_path / "town", *given)
    assert made.returncode == 0, made.stderr
    study = tomllib.loads((tmp_path / "town" / "study.toml").read_text(encoding="utf-8"))
    assert (study["zones"]["layer"], study["demand"]["id"]) == ("secteurs d'été", "")
    done = geosocial("gaps", tmp_path / "town", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    ids = pd.read_parquet(tmp_path / "out" / "tables" / "demand.parquet")["demand_id"]
    assert ids.tolist() == ["2", "3", "4", "5"]


def test_two_years_of_residents_are_not_chosen_between(geosocial: Run, tmp_path: Path) -> None:
    zones, blocks, _ = metric_city(tmp_path)
    blocks.write_text("id,lon,lat,POP_2016,POP_2021\n1,-72.5,45.4,5,6\n", encoding="utf-8")
    done = geosocial("new", tmp_path / "town", "--zones", zones, "--demand", blocks)
    assert done.returncode == 1
    assert "no column of residents was recognised" in done.stderr


@pytest.mark.parametrize("column", ["COD_BARRIO", "NOMBRE"])
def test_figures_by_zone_are_no_places_where_people_live(geosocial: Run, tmp_path: Path, column: str) -> None:
    zones = gpd.read_file(CITY / "barrios.geojson")
    named = zones[column]
    pd.DataFrame({"année": 2021, column: named, "population": 100}).to_csv(tmp_path / "p.csv", index=False)
    arguments = (
        "new",
        tmp_path / "made",
        "--zones",
        CITY / "barrios.geojson",
        "--demand",
        tmp_path / "p.csv",
    )
    refused = geosocial(*arguments)
    assert refused.returncode == 1
    assert f"figures by zone (column “{column}”)" in refused.stderr
    assert not (tmp_path / "made").exists()


def test_people_told_at_one_place_a_zone_are_cautioned_against(geosocial: Run, tmp_path: Path) -> None:
    zones = gpd.read_file(CITY / "barrios.geojson")
    zones.assign(population=100).to_file(tmp_path / "people.gpkg")
    made = tmp_path / "made"
    arguments = ("--zones", CITY / "barrios.geojson", "--demand", tmp_path / "people.gpkg")
    assert geosocial("new", made, *arguments).returncode == 0
    for lang, said in (
        ("en", "one single place, so coverage is 0 or 100% there"),
        ("fr", "en un seul point"),
    ):
        told = geosocial("gaps", made, "--lang", lang)
        assert said in told.stderr
        assert f"{len(zones)} of {len(zones)} zones" in told.stderr or lang == "fr"
    # The blocks of the example are several a zone.
    assert "single place" not in geosocial("gaps", CITY, "--lang", "en").stderr
