"""Addresses looked up in address points: what is placed, what is not, what is said of each row."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial import intake, tables
from geosocial.errors import InputError
from geosocial.intake import Taken
from geosocial.intake.addresses import parse, parse_way
from geosocial.intake.geocode import Found, Reference, Thresholds
from geosocial.intake.placing import geocoder
from geosocial.intake.postal_areas import Area
from geosocial.study import GeocodingSpec, PlacesSpec, Study
from tests.intake.toy import EAST, NORTH, zones

Point = tuple[float, float, str, str, str]
#: x, y, number, street, postal code: two streets of the same name in two towns, a street in two halves.
POINTS: list[Point] = [
    (0, 0, "100", "rue Masson", "H1A1A1"),
    (20, 0, "102", "rue Masson", "H1A1A1"),
    (40, 0, "104", "rue Masson", "H1A1A1"),
    (0, 450, "200", "boulevard Gaétan-Laberge", "H1A2B2"),
    (5_000, 0, "10", "rue Sherbrooke Est", "H2X1A1"),
    (9_000, 0, "10", "rue Sherbrooke Ouest", "H3X1A1"),
    (0, 500, "722", "4e Avenue", "H1A3C3"),
    (8_000, 500, "722", "4e Avenue", "H3X3C3"),
    (3_000, 0, "4245", "rue Roy", ""),
    (3_030, 0, "4249", "rue Roy", ""),
    (3_015, 20, "4247", "rue Roy", ""),
    (60, 40, "", "parc", "H1A4E4"),
]


def reference(points: list[Point] = POINTS, areas: dict[str, Area] | None = None) -> Reference:
    numbers = np.array([int(p[2] or 0) for p in points])
    return Reference(
        x=np.array([p[0] for p in points], dtype=float),
        y=np.array([p[1] for p in points], dtype=float),
        first=numbers,
        last=numbers,
        ways=[parse_way(p[3]) for p in points],
        labels=[p[3] for p in points],
        postal_codes=[p[4] for p in points],
        areas=areas,
    )


def find(text: str, code: str = "", zone: shapely.Geometry | None = None, **rules: object) -> Found:
    thresholds = Thresholds(**rules)  # type: ignore[arg-type]
    return reference().find(parse(text, postal_code=code), zone=zone, thresholds=thresholds)


@pytest.mark.parametrize(
    ("text", "code", "method", "at"),
    [
        ("100, rue Masson, app. 3", "", "address", (0, 0)),
        ("200 boul. Gaetan Laberge", "", "address", (0, 450)),
        ("10 Sherbrooke St. W.", "", "address", (9_000, 0)),
        ("102 Masson", "", "address", (20, 0)),
        # A range has several points; the lowest number is at its place.
        ("4245 - 4249, rue Roy", "", "address", (3_000, 0)),
        # The direction is missing: the postal code says which half.
        ("10 rue Sherbrooke", "H3X 1A1", "address", (9_000, 0)),
        # The same number on the same street of two towns.
        ("722, 4e Avenue", "H1A 3C3", "address", (0, 500)),
        ("722, 4e Avenue", "H3X", "address", (8_000, 500)),
        # Misspelt, and confirmed by the code.
        ("200 boul. Gaétan-Labergue", "H1A 2B2", "spelling", (0, 450)),
        # Not in the list: its postal code is, twice or more, or on the same street.
        ("106 rue Masson", "H1A 1A1", "postal_code", (20, 0)),
        ("210 boul. Gaétan-Laberge", "H1A 2B2", "postal_code", (0, 450)),
    ],
)  # fmt: skip
def test_placed(text: str, code: str, method: str, at: tuple[float, float]) -> None:
    found = find(text, code)
    assert (found.method, (found.x, found.y), found.reason) == (method, at, "")
    assert found.placed
    assert found.score >= 80
    assert found.precision_m >= 150
    assert len(found.candidates) <= 3


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("106 rue Masson", "", "geocode_none"),  # between 104 and nothing: never interpolated
        ("103 rue Masson", "", "geocode_none"),  # between 102 and 104: never interpolated
        ("10 rue Sherbrooke", "", "geocode_ambiguous"),  # Est or Ouest
        ("722, 4e Avenue", "", "geocode_ambiguous"),
        ("722, 5e Avenue", "", "geocode_none"),  # a number is not misspelt
        ("100 rue Masson", "H3X 1A1", "geocode_doubtful"),  # the code is 9 km away
        ("12 rue du Parc", "H1A 4E4", "geocode_doubtful"),  # one point only, of no street
        ("Case postale 12", "H1A 1A1", "geocode_box"),
        ("12 rue Inconnue", "H3X 9Z9", "geocode_coarse"),
        ("Chalet du parc", "", "geocode_unread"),
        ("", "", "geocode_unread"),
    ],
)
def test_not_placed(text: str, code: str, reason: str) -> None:
    found = find(text, code)
    assert found.reason == reason
    assert not found.placed
    assert math.isnan(found.x)
    assert math.isnan(found.precision_m)


def test_the_declared_zone_is_evidence() -> None:
    west, far = shapely.box(-100, -100, 1_000, 1_000), shapely.box(20_000, 0, 21_000, 1_000)
    assert find("722, 4e Avenue", zone=west).x == 0
    doubtful = find("100 rue Masson", zone=far)
    assert doubtful.reason == "geocode_doubtful"
    assert doubtful.candidates[0].label == "100 rue Masson"
    assert doubtful.candidates[0].score == 75
    assert find("106 rue Masson", "H1A 1A1", zone=far).reason == "geocode_doubtful"


def test_thresholds_decide_what_places() -> None:
    assert find("106 rue Masson", "H1A 1A1", coarsest="address").reason == "geocode_doubtful"
    assert find("12 rue Inconnue", "H3X 9Z9", coarsest="fsa").reason == "geocode_coarse"  # of two points
    ring = [(20_000.0 + 100 * k, 0.0, str(k + 1), "rue Ronde", "H9R1A1") for k in range(11)]
    area = reference([*POINTS, *ring]).find(
        parse("12 rue Inconnue", postal_code="H9R 2B2"), thresholds=Thresholds(coarsest="fsa")
    )
    assert (area.method, area.x) == ("fsa", 20_500)
    assert area.precision_m == 2 * 500  # twice as far as the farthest point
    assert find("10 Sherbrooke Est").score == 97
    assert find("10 Sherbrooke Est", accept=98).reason == "geocode_doubtful"


def test_areas_that_are_given() -> None:
    given_areas = {"H9W": Area(70.0, 80.0, 3000.0), "H1A": Area(7.0, 8.0, 3000.0)}
    points = reference(areas=given_areas)
    assert points.fsa_area("H9W1A1") == Area(70.0, 80.0, 3000.0)
    own = points.fsa_area("H1A")
    assert own is not None
    assert own == Area(7.0, 8.0, 3000.0)  # the points of this area are too few to know better
    assert points.fsa_area("G1R") is None
    code = points.postal_area("H1A1A1")
    assert code is not None
    assert (code.x, code.y, code.reach_m, code.points) == (20.0, 0.0, 20.0, 3)


def test_a_stray_point_speaks_against_itself() -> None:
    stray = [*POINTS, (30_000.0, 0.0, "106", "rue Masson", ""), (40_000.0, 0.0, "300", "rue Bleue", "H1A1A1")]
    points = reference(stray)
    assert points.find(parse("106 rue Masson")).reason == "geocode_doubtful"
    assert points.find(parse("300 rue Bleue")).reason == "geocode_doubtful"
    code = points.postal_area("H1A1A1")
    assert code is not None
    assert code.points == 3


def test_no_points_at_all() -> None:
    empty = reference([])
    assert len(empty) == 0
    assert empty.find(parse("100 rue Masson", postal_code="H1A 1A1")).reason == "geocode_none"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["Roy", "Masson", "Roi", "4e", "14e"]),
            st.sampled_from(["", "Est", "Ouest"]),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 40),
    st.sampled_from(["Roy", "Masson", "14e"]),
    st.sampled_from(["", "Est", "Ouest"]),
)
def test_an_address_is_only_placed_on_its_own_number_and_street(
    listed: list[tuple[int, str, str]], number: int, name: str, direction: str
) -> None:
    points = [(1000.0 * i, 0.0, str(n), f"rue {s} {d}", "") for i, (n, s, d) in enumerate(listed)]
    found = reference(points).find(parse(f"{number} rue {name} {direction}"))
    same = [x for (x, *_), row in zip(points, listed, strict=True) if row == (number, name, direction)]
    if found.placed:  # every point is 1 km from the next: two of the same address are two places
        assert same == [found.x]
    elif len(same) == 1:
        others = [r for r in listed if r[0] == number and r[1] == name and r != (number, name, direction)]
        assert others or _has_neighbours(listed, number, name, direction)


def _has_neighbours(listed: list[tuple[int, str, str]], number: int, name: str, direction: str) -> bool:
    """Whether the point is a stray: 1 km or more from all its neighbours in number."""
    return any(s == name and d == direction and n not in {0, number} for n, s, d in listed)


# In a study.

Factory = Callable[..., Study]
Spec = Callable[..., PlacesSpec]
ADDRESSES = (
    "numero,rue,code postal,x,y\n"
    f"100,rue Masson,H1A 1A1,{EAST + 500},{NORTH + 1500}\n"
    f"102,rue Masson,H1A 1A1,{EAST + 520},{NORTH + 1500}\n"
    f"722,4e Avenue,,{EAST + 500},{NORTH + 500}\n"
    f"722,4e Avenue,,{EAST + 1900},{NORTH + 500}\n"
)


def take(study: Study, spec: PlacesSpec, text: str) -> Taken:
    (study.folder / "list.csv").write_text(text, encoding="utf-8")
    (study.folder / "points.csv").write_text(ADDRESSES, encoding="utf-8")
    frame, _, _ = intake.read_zones(study)
    taken = intake.read_places(study, spec, frame, intake.read_geocoder(study))
    tables.check(taken.places, tables.PLACES)
    tables.check(taken.faults, tables.FAULTS)
    tables.check_conservation(intake.conservation([taken]))
    assert set(taken.faults["code"]) <= set(intake.REASONS)
    return taken


GEOCODING = {"file": "points.csv", "crs": "EPSG:32188", "source": "s"}


def test_a_list_of_addresses_alone(city: Factory, places: Spec) -> None:
    spec = places(x="", y="", crs=None, name="nom", address="adresse", postal_code="cp", declared_zone="arr")
    text = (
        "nom,adresse,cp,arr\n"
        "A,\"Bureau 2, 100, rue Masson\",,\n"
        "B,106 rue Masson,H1A 1A1,\n"
        "C,\"722, 4e Avenue\",,\n"
        "D,\"722, 4e Avenue\",,Saint-Éloi\n"
        "E,nulle part,,\n"
    )  # fmt: skip
    taken = take(city(geocoding=GEOCODING), spec, text)
    assert taken.places["outcome"].tolist() == ["matched", "matched", "unlocated", "matched", "unlocated"]
    assert taken.places["zone_id"].tolist() == ["Z1", "Z1", "", "Z4", ""]
    found = taken.faults[["source_row", "code", "action", "column", "value"]]
    assert list(found.itertuples(index=False, name=None)) == [
        (2, "geocoded_address", "flagged", "adresse", "100 rue Masson (100/100, ±\u00a0150\u00a0m)"),
        (3, "geocoded_postal_code", "flagged", "adresse", "H1A1A1 (80/100, ±\u00a0500\u00a0m)"),
        (4, "geocode_ambiguous", "unlocated", "adresse", "722 4e Avenue (100/100); 722 4e Avenue (100/100)"),
        (5, "geocoded_address", "flagged", "adresse", "722 4e Avenue (100/100, ±\u00a0150\u00a0m)"),
        (6, "geocode_unread", "unlocated", "adresse", "nulle part"),
    ]


def test_a_row_with_coordinates_keeps_them(city: Factory, places: Spec) -> None:
    text = f"adresse,x,y\n100 rue Masson,{EAST + 1500},{NORTH + 500}\n100 rue Masson,,\n12 rue Inconnue,,\n"
    taken = take(city(geocoding=GEOCODING), places(address="adresse"), text)
    assert taken.places["zone_id"].tolist() == ["Z4", "Z1", ""]
    assert taken.places["x"].tolist()[:2] == [EAST + 1500, EAST + 500]
    said = {
        (row, code): action
        for row, code, action in zip(
            taken.faults["source_row"], taken.faults["code"], taken.faults["action"], strict=True
        )
    }
    # The row is placed now: that it gave no coordinates is a remark, no longer the reason why it is not.
    assert said == {
        (3, "no_coordinates"): "flagged",
        (3, "geocoded_address"): "flagged",
        (4, "no_coordinates"): "unlocated",
        (4, "geocode_none"): "unlocated",
    }


def test_the_columns_of_the_address_are_recognised(city: Factory, places: Spec) -> None:
    spec = places(x="", y="", crs=None, recognise=True)
    taken = take(city(geocoding=GEOCODING), spec, "Nom,Adresse,Code postal\nA,106 rue Masson,H1A 1A1\n")
    assert taken.faults["code"].tolist() == ["geocoded_postal_code"]
    assert taken.places["zone_id"].tolist() == ["Z1"]


def test_a_study_without_its_address_points_is_refused(city: Factory) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        intake.read_geocoder(city(geocoding={**GEOCODING, "file": "none.csv"}))


def test_without_geocoding_an_address_is_not_looked_up(city: Factory, places: Spec) -> None:
    taken = take(city(), places(address="adresse"), "adresse,x,y\n100 rue Masson,,\n")
    assert taken.places["outcome"].tolist() == ["unlocated"]
    assert taken.faults["code"].tolist() == ["no_coordinates"]


def test_the_address_points_are_an_input(city: Factory) -> None:
    study = city(geocoding=GEOCODING)
    (study.folder / "points.csv").write_text(ADDRESSES, encoding="utf-8")
    made = intake.read_geocoder(study)
    assert made is not None
    assert [(f.role, f.path, f.rows) for f in made.files] == [("geocoding", "points.csv", 4)]
    assert len(made.reference) == 4
    assert intake.read_geocoder(city()) is None


def test_columns_of_address_points(tmp_path: Path) -> None:
    parts = tmp_path / "parts.csv"
    parts.write_text("ADDR_DE,G,L,S,O,X,Y\n12,Rue,de la,Montagne,O,1,2\n")
    spec = GeocodingSpec(
        file=parts, number="ADDR_DE", street=("G", "L", "S", "O"), x="X", y="Y", crs="EPSG:32188", source=""
    )
    found = geocoder(spec, "EPSG:32188").reference.find(parse("12 de la Montagne St. W."))
    assert (found.x, found.y) == (1.0, 2.0)
    assert found.candidates[0].label == "12 Rue de la Montagne O"
    whole = tmp_path / "whole.csv"
    whole.write_text("adresse;longitude;latitude\n12, rue Roy, H1A 1A1;-73,5;45,5\n")
    made = geocoder(GeocodingSpec(file=whole, source=""), "EPSG:32188").reference
    assert made.find(parse("12 rue Roy")).placed
    assert made.postal_area("H1A1A1") is not None


def test_an_address_point_whose_cells_have_slid_is_none(tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("number,street,x,y\n12,rue Roy,1,2\n14,rue Roy, bureau 2,3,4\n16,rue Roy,5,6,\n")
    made = geocoder(GeocodingSpec(file=points, crs="EPSG:32188", source=""), "EPSG:32188").reference
    found = [made.find(parse(f"{number} rue Roy")) for number in (12, 14, 16)]
    assert [(one.x, one.y) for one in (found[0], found[2])] == [(1.0, 2.0), (5.0, 6.0)]
    assert not found[1].placed


def test_the_areas_of_a_file(tmp_path: Path) -> None:
    points, areas = tmp_path / "points.csv", tmp_path / "fsa.csv"
    points.write_text("number,street,x,y\n12,rue Roy,1,2\n")
    areas.write_text("fsa,x,y,r\nH1A,10,20,900\nH2B,30,40,\n")
    spec = GeocodingSpec(
        file=points, crs="EPSG:32188", fsa_file=areas, fsa_reach_m="r", coarsest="fsa", source=""
    )
    made = geocoder(spec, "EPSG:32188")
    found = made.reference.find(parse("99 rue Z", postal_code="H1A 1A1"), thresholds=made.thresholds)
    assert (found.method, found.x, found.y, found.precision_m) == ("fsa", 10.0, 20.0, 900.0)
    assert made.reference.fsa_area("H2B") == Area(30.0, 40.0, 3000.0)
    assert len(made.files) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,x,y\n1,2,3\n", "civic number and street"), ("number,street\n1,rue A\n", "coordinates")],
)
def test_address_points_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        geocoder(GeocodingSpec(file=path, crs="EPSG:32188", source=""), "EPSG:32188")


def test_join_looks_addresses_up(tmp_path: Path) -> None:
    zones().to_file(tmp_path / "zones.gpkg")
    (tmp_path / "points.csv").write_text(ADDRESSES, encoding="utf-8")
    (tmp_path / "list.csv").write_text(
        'nom,adresse,arrondissement\nA,100 rue Masson,\nB,"722, 4e Avenue",Saint-Éloi\nC,9 rue Z,\n',
        encoding="utf-8",
    )
    joined = intake.join_files(
        tmp_path / "list.csv", tmp_path / "zones.gpkg", crs="EPSG:32188", addresses=tmp_path / "points.csv"
    )
    assert dict(joined.counts) == {
        "matched": 2, "snapped": 0, "outside": 0, "ambiguous": 0, "unlocated": 1, "rejected": 0,
    }  # fmt: skip
    frame = joined.frame
    assert frame["zone_id"].tolist() == ["Z1", "Z4", ""]
    assert frame["position_from"].tolist() == ["address", "address", ""]
    assert frame["position_precision_m"].tolist()[:2] == [150.0, 150.0]
    assert frame["position_candidates"].tolist()[0] == "100 rue Masson (100/100)"
    at = frame.geometry.to_crs("EPSG:32188")
    assert at.x.iloc[0] == pytest.approx(EAST + 500, abs=0.01)
    assert str(joined.notes[0]).startswith("Addresses looked up: 3; placed: 2; left without a position: 1.")
    with pytest.raises(InputError, match="look up its column “adresse”"):
        intake.join_files(tmp_path / "list.csv", tmp_path / "zones.gpkg")


@pytest.mark.real_data
def test_the_housing_directory(shared_data: Path) -> None:
    """141 of 505 addresses are in the address points or their postal code is; all have a known area."""
    import csv

    folder = shared_data / "addresses"
    spec = GeocodingSpec(
        file=folder / "address_reference_points.csv",
        fsa_file=folder / "fsa_centroids_from_points.csv",
        source="",
    )
    made = geocoder(spec, "EPSG:32188")
    with (shared_data / "places" / "shq_coop_osbl_montreal_2023.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    addresses = [parse(row["Adresse"], postal_code=row["Code postal"]) for row in rows]
    found = [made.reference.find(address) for address in addresses]
    assert len(rows) == 505
    assert sum(made.reference.fsa_area(address.fsa) is not None for address in addresses) == 505
    known = [f for f in found if any(c.method != "fsa" for c in f.candidates)]
    assert len(known) == 141
    # the others are doubtful: too few points of their code, or a post-office box
    assert sum(f.placed for f in found) == 116
    coarse = [made.reference.find(a, thresholds=Thresholds(coarsest="fsa")) for a in addresses]
    assert sum(f.placed for f in coarse) == 505


@pytest.mark.real_data
def test_wrong_placements_of_rows_held_back(shared_data: Path) -> None:
    """Every fifth of the real address points is looked up in the others: of 200 placements, one is wrong."""
    from benchmarks.geocode import held_back

    assert shared_data.is_dir()
    table, _ = held_back()
    assert {row["evidence"] for row in table} == {"street, number, postal code", "and the zone"}
    for row in table:
        wrong, disputed, placed = (
            int(str(row[k])) for k in ("wrong", "same address, two positions", "placed")
        )
        assert wrong - disputed <= 0.005 * placed, row
        if row["method"] in {"postal_code", "all but fsa"}:
            # those of which the file itself gives two positions included
            assert wrong <= 0.005 * placed, row
