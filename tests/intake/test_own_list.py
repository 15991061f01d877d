"""A study that starts from somebody's own list: the columns told, the file copied, the places counted."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from pyproj import Transformer

from geosocial import pipeline
from geosocial.errors import InputError
from geosocial.i18n import words
from geosocial.intake.own_addresses import own_addresses
from geosocial.intake.own_list import own_list
from geosocial.intake.templates import study_text, write_study
from geosocial.study import GeocodingSpec, embedded_study, read_study
from geosocial.vocabulary import general_kinds, kinds, spheres
from geosocial.wording import rows_to_see, uncounted

DAY = dt.date(2026, 11, 28)
#: As offices keep it: two lines of title, Windows-1252, semicolons, decimal commas, words of their own.
MESSY = (
    "Table de quartier – inventaire;;;;;\r\n;;;;;\r\nNo;Nom de l’organisme;Volet;Lat.;Long.;Type\r\n"
    "1;Théâtre du Coin;culture;45,5231;-73,5814;\r\n"
    "2;Salle des Voisins;Arts et culture;45,5235;-73,5818;\r\n"
    "3;Studio À voir;culture;45,5240;-73,5810;entreprise culturelle\r\n"
    "4;Ressourcerie;dév. durable;45,5241;-73,5811;\r\n"
    "5;Sans position;culture;;;\r\n"
    "6;Rien de connu;astrologie;45,5241;-73,5811;\r\n"
)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "Inventaire « 2026 ».csv"
    path.write_bytes(MESSY.encode("cp1252"))
    return path


def test_each_sphere_has_one_general_kind() -> None:
    assert sorted(general_kinds()) == sorted(spheres())
    assert sum(kind.general for kind in kinds().values()) == len(spheres())


def test_a_messy_list_becomes_a_study_that_counts_its_places(messy: Path, tmp_path: Path) -> None:
    own = own_list(messy)
    assert own.columns == {
        "id": "No",
        "name": "Nom de l’organisme",
        "sphere": "Volet",
        "kind": "Type",
        "longitude": "Long.",
        "latitude": "Lat.",
    }
    folder = tmp_path / "study"
    written = {p.name for p in write_study(folder, lang="fr", today=DAY, own=own, complete=True)}
    assert "places.xlsx" not in written
    assert (folder / messy.name).read_bytes() == messy.read_bytes()
    assert f"`{messy.name}`" in (folder / "README.md").read_text(encoding="utf-8")
    results = pipeline.compute(read_study(folder))
    assert results.conservation[["read", "matched", "unlocated", "rejected"]].iloc[0].tolist() == [6, 4, 1, 1]
    kind = dict(zip(results.places["record_id"], results.places["kind"], strict=True))
    assert [kind[number] for number in "124"] == ["culture_place", "culture_place", "sustainable_place"]
    # The two cultural places are in one borough; the third is an enterprise, which no service counts.
    supply = results.supply
    counted = supply[(supply["kind"] == "culture_place") & (supply["count"] > 0)]
    assert counted["count"].tolist() == [2]
    assert uncounted(words("en"), results) == [
        (
            "Our places: 1 place is not counted in culture: no service counts its kind, “cultural "
            'enterprise”. To count it, add "culture_enterprise" to kinds under [[spheres.culture.services]] '
            "of the study."
        )
    ]
    seen = rows_to_see(words("en"), results, most=1)
    assert seen[0].startswith(f"{messy.name}, row 9: ") or seen[0].startswith(f"{messy.name}, row 8: ")
    assert seen[1] == "… and 1 more row: see tables/faults.csv."


def test_complete_makes_an_empty_zone_zero_and_not_missing(messy: Path, tmp_path: Path) -> None:
    for complete in (False, True):
        folder = tmp_path / f"study-{complete}"
        write_study(folder, lang="en", today=DAY, own=own_list(messy), complete=complete)
        assert read_study(folder).places[0].complete is complete


def test_the_first_service_of_each_sphere_counts_the_general_kind() -> None:
    made = tomllib.loads(study_text(embedded_study().read_text(encoding="utf-8"), "x", DAY))
    for sphere, kind in general_kinds().items():
        first, *rest = made["spheres"][sphere]["services"]
        assert first["kinds"][-1] == kind
        assert not any(kind in service["kinds"] for service in rest)


def test_a_layer_is_described_by_its_geometry(tmp_path: Path) -> None:
    layer = tmp_path / "lieux.geojson"
    frame = gpd.GeoDataFrame(
        {"nom": ["A", "B"], "domaine": ["culture", "loisir"]},
        geometry=gpd.points_from_xy([-73.58, -73.59], [45.52, 45.53]),
        crs="EPSG:4326",
    )
    frame.to_file(layer, driver="GeoJSON")
    own = own_list(layer)
    assert own.columns == {"name": "nom", "sphere": "domaine"}
    assert own.file == 'file = "lieux.geojson"'


def test_headers_are_quoted(tmp_path: Path) -> None:
    path = tmp_path / 'a"b.csv'
    path.write_text('Domaine,Nom,lat,lon\nculture,"x",45.5,-73.5\n', encoding="utf-8")
    own = own_list(path)
    assert tomllib.loads(own.file) == {"file": 'a"b.csv', "crs": "EPSG:4326"}
    told = {"name": "Nom", "sphere": "Domaine", "x": "lon", "y": "lat"}
    assert tomllib.loads("\n".join(own.options)) == told


def test_a_list_that_says_neither_sphere_nor_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column says the sphere or the kind"):
        own_list(path)


def test_words_of_a_published_list_are_read_by_its_crosswalk(tmp_path: Path) -> None:
    path = tmp_path / "plein-air.csv"
    path.write_text("NOM,TYPE,LAT,LON\nParc A,Plein air,45.52,-73.58\nParc B,Sportif,45.53,-73.59\n")
    own = own_list(path)
    assert 'crosswalk = "montreal_facilities"' in own.options
    folder = tmp_path / "study"
    write_study(folder, lang="fr", today=DAY, own=own)
    results = pipeline.compute(read_study(folder))
    assert results.places["kind"].tolist() == ["outdoor_facility", "outdoor_facility"]


#: Addresses alone: one that the points have, a misspelt one with its code, a code alone, an unknown one.
ADDRESSED = (
    "nom,domaine,adresse,code postal\n"
    'Théâtre,culture,"10, rue des Marguerites",\n'
    'Salle,culture,"12, rue des Margerites",H2X 1A1\n'
    "Studio,culture,,H2X 1A1\n"
    'Ailleurs,culture,"999, rue Inconnue",\n'
)
POINTS = (
    "numero,rue,code postal,lon,lat\n"
    "10,rue des Marguerites,H2X 1A1,-73.5814,45.5231\n"
    "12,rue des Marguerites,H2X 1A1,-73.5816,45.5232\n"
    "14,rue des Marguerites,H2X 1A1,-73.5818,45.5233\n"
    "16,rue des Marguerites,H2X 1A1,-73.5820,45.5234\n"
)


@pytest.fixture
def addressed(tmp_path: Path) -> Path:
    path = tmp_path / "adresses.csv"
    path.write_text(ADDRESSED, encoding="utf-8")
    return path


def test_a_list_of_addresses_needs_address_points_and_says_so(addressed: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no address points .* “adresse”. Give .* --addresses FILE"):
        own_list(addressed)
    bare = tmp_path / "bare.csv"
    bare.write_text("nom,domaine\nA,culture\n", encoding="utf-8")
    for given in (False, True):
        with pytest.raises(InputError, match="no columns of coordinates were recognised"):
            own_list(bare, addresses=given)


def test_a_list_of_addresses_is_placed_by_address_points(addressed: Path, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(POINTS, encoding="utf-8")
    points = own_addresses(file)
    assert points.columns == {
        "street_number": "numero",
        "street": "rue",
        "postal_code": "code postal",
        "longitude": "lon",
        "latitude": "lat",
    }
    folder = tmp_path / "study"
    own = own_list(addressed, addresses=True)
    write_study(folder, lang="fr", today=DAY, own=own, addresses=points)
    assert (folder / file.name).read_text(encoding="utf-8") == POINTS
    results = pipeline.compute(read_study(folder))
    counts = results.conservation[["read", "matched", "unlocated"]].iloc[0].tolist()
    assert counts == [4, 3, 1]
    at = results.places["name"] == "Salle"
    # Its point by pyproj, apart from the study.
    east, north = Transformer.from_crs(4326, 32188, always_xy=True).transform(-73.5816, 45.5232)
    assert results.places.loc[at, ["x", "y"]].iloc[0].tolist() == pytest.approx([east, north])
    assert {"geocoded_address", "geocoded_spelling", "geocoded_postal_code"} <= set(results.faults["code"])


def test_a_run_of_a_list_of_addresses_without_points_says_what_is_missing(
    addressed: Path, tmp_path: Path
) -> None:
    file = tmp_path / "points.csv"
    file.write_text(POINTS, encoding="utf-8")
    folder = tmp_path / "study"
    own = own_list(addressed, addresses=True)
    write_study(folder, lang="fr", today=DAY, own=own, addresses=own_addresses(file))
    study = read_study(folder)
    with pytest.raises(InputError, match=r"no address points .* “adresse”"):
        pipeline.compute(study.model_copy(update={"geocoding": None}))


def test_the_section_of_address_points_that_is_a_comment_is_a_section() -> None:
    text = study_text(embedded_study().read_text(encoding="utf-8"), "x", DAY)
    start = text.index("# [geocoding]")
    lines = text[start : text.index("\n\n", start)].splitlines()
    read = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
    assert read["geocoding"]["source"] in read["sources"]
    GeocodingSpec.model_validate(read["geocoding"])


def test_points_in_metres_whose_system_nobody_names_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("numero,rue,x,y\n10,rue des Marguerites,300000,5040000\n", encoding="utf-8")
    with pytest.raises(InputError, match="--crs EPSG"):
        own_addresses(file)
    assert 'crs = "EPSG:32188"' in own_addresses(file, crs="EPSG:32188").section


def test_words_that_are_not_known_are_written_to_be_taught(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [("A", "Maison verte", 45.52), ("B", "Maison verte", 45.521), ("C", "Bureau de poste", 45.522)]
    rows += [("D", 'Salle \\ à "louer"', 45.523)]
    lines = [f'{name};"{kind.replace(chr(34), chr(34) * 2)}";{lat};-73.58' for name, kind, lat in rows]
    path.write_text("Nom de l'équipement;Catégorie;Latitude;Longitude\n" + "\n".join(lines), encoding="utf-8")
    own = own_list(path)
    assert own.columns["name"] == "Nom de l'équipement"
    strange = r"words that are not known: 3 (“Maison verte”; “Bureau de poste”; “Salle \ à " + '"louer"”)'
    assert strange in str(own.notes[-1])
    folder = tmp_path / "study"
    write_study(folder, lang="fr", today=DAY, own=own)
    assert pipeline.compute(read_study(folder)).conservation["rejected"].tolist() == [4]
    text = (folder / "study.toml").read_text(encoding="utf-8")
    taught = re.sub(r"^# (kind_words\..*)", r"\1", text, flags=re.MULTILINE)
    taught = taught.replace('"Maison verte" = ""', '"Maison verte" = "culture_place"')
    (folder / "study.toml").write_text(taught, encoding="utf-8")
    study = read_study(folder)
    told = {"Maison verte": "culture_place", "Bureau de poste": "", 'Salle \\ à "louer"': ""}
    assert study.places[0].kind_words == told
    results = pipeline.compute(study)
    assert results.conservation[["matched", "rejected"]].iloc[0].tolist() == [4, 0]
    assert results.places["kind"].tolist() == ["culture_place", "culture_place", "", ""]


def test_a_column_that_does_not_hold_what_its_header_says_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("nom,domaine,état,lat,lon\nA,culture,QC,45.52,-73.58\nB,loisir,QC,45.53,-73.59\n")
    own = own_list(path)
    assert "status" not in own.columns
    assert "is not taken as “status”: it holds QC" in str(own.notes[0])
    assert own_list(path, columns={"status": "état"}).columns["status"] == "état"
