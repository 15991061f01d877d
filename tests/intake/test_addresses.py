"""Addresses of Québec as people write them: each record of the vocabulary, each form that the lists have."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.intake.addresses import Address, civic_numbers, parse, parse_way, postal

WORDS = tomllib.loads(resources.files("geosocial.vocabulary").joinpath("addresses.toml").read_text("utf-8"))


def parts(address: Address) -> tuple[int, int, str, str, str, str]:
    return address.number, address.last, address.generic, address.name, address.direction, address.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Forms of the directory of the Société d’habitation du Québec.
        ("Bureau 101 , 3601, boul. Gaétan-Laberge", (3601, 3601, "boulevard", "gaetan laberge", "", "101")),
        ("5310, rue Molson, bureau 733", (5310, 5310, "rue", "molson", "", "733")),
        ("5039, rue St-Ambroise app 7", (5039, 5039, "rue", "st ambroise", "", "7")),
        ("709-A, rue Chatham", (709, 709, "rue", "chatham", "", "")),
        ("1405A, rue de Chambly", (1405, 1405, "rue", "chambly", "", "")),
        ("a/s SOCAM , 2125, rue Saint-Patrick", (2125, 2125, "rue", "st patrick", "", "")),
        ("Appartement G-015 , 990, rue Saint-Urbain", (990, 990, "rue", "st urbain", "", "g-015")),
        ("11 975, rue Dulongpré, app. 2", (11975, 11975, "rue", "dulongpre", "", "2")),
        ("6555, chemin de la , Côte-des-Neiges, bur.400", (6555, 6555, "chemin", "cote neiges", "", "400")),
        ("70 54e Avenue Pointe-aux-Trembles", (70, 70, "avenue", "54e", "", "")),
        ("4880, boulvard Robert", (4880, 4880, "boulevard", "robert", "", "")),
        ("1, carré Cummings", (1, 1, "carre", "cummings", "", "")),
        ("990, du Couvent, bureau 100", (990, 990, "", "couvent", "", "100")),
        # Forms of the list of municipal buildings.
        ("330 Avenue  80e (LSL) , Montréal", (330, 330, "avenue", "80e", "", "")),
        ("11301 Boulevard de l' Acadie , Montréal", (11301, 11301, "boulevard", "acadie", "", "")),
        ("14150 Boulevard  Gouin O, PFD", (14150, 14150, "boulevard", "gouin", "O", "")),
        ("Rue  Notre-Dame E, Montréal", (0, 0, "rue", "notre dame", "E", "")),
        ("75 Rue du Square-Dorchester ( , Montréal", (75, 75, "rue", "square dorchester", "", "")),
        # Numbers: ranges, last, with a unit before.
        ("4245 - 4249, rue Sherbrooke O.", (4245, 4249, "rue", "sherbrooke", "O", "")),
        ("4245 à 4249 boul. Lévesque", (4245, 4249, "boulevard", "levesque", "", "")),
        ("4245-49 rue Jean-Talon E.", (4245, 4249, "rue", "jean talon", "E", "")),
        ("305-4245 av. du Parc", (4245, 4245, "avenue", "parc", "", "305")),
        ("12e avenue 3450", (3450, 3450, "avenue", "12e", "", "")),
        ("3450, 12e Avenue", (3450, 3450, "avenue", "12e", "", "")),
        ("3450, 12 e avenue", (3450, 3450, "avenue", "12e", "", "")),
        ("Rue Sherbrooke Est 3450", (3450, 3450, "rue", "sherbrooke", "E", "")),
        ("345 1re Avenue", (345, 345, "avenue", "1e", "", "")),
        ("345, Première Avenue", (345, 345, "avenue", "1e", "", "")),
        ("16 1/2 rue Roy", (16, 16, "rue", "roy", "", "")),
        ("Rang 4 125", (125, 125, "rang", "4", "", "")),
        ("avenue 80", (0, 0, "avenue", "80e", "", "")),
        ("route 132", (0, 0, "route", "132", "", "")),
        # English.
        ("4245 Sherbrooke St. W.", (4245, 4245, "rue", "sherbrooke", "O", "")),
        ("1200 St. Catherine St. W.", (1200, 1200, "rue", "st catherine", "O", "")),
        ("6691 Côte Saint-Luc Road", (6691, 6691, "chemin", "cote st luc", "", "")),
        ("6691, ch. de la Côte-Saint-Luc", (6691, 6691, "chemin", "cote st luc", "", "")),
        ("4245 Park Avenue, suite 400", (4245, 4245, "avenue", "parc", "", "400")),
        ("#204, 1200 Ontario St E", (1200, 1200, "rue", "ontario", "E", "204")),
        ("Ste 400, 200 Peel", (200, 200, "", "peel", "", "400")),
        ("3450 rue Masson Montréal QC", (3450, 3450, "rue", "masson", "", "")),
        ("2e étage, 1200 rue Ontario Est", (1200, 1200, "rue", "ontario", "E", "2e etage")),
        # A direction or a kind of way that is the name.
        ("345 rue du Nord", (345, 345, "rue", "nord", "", "")),
        ("345 rue du Parc", (345, 345, "rue", "parc", "", "")),
        # Not an address.
        ("", (0, 0, "", "", "", "")),
        ("Chalet", (0, 0, "", "chalet", "", "")),
        ("𝟛 ٣٤٥٠", (3, 3, "", "", "", "")),
    ],
)
def test_forms(text: str, expected: tuple[int, int, str, str, str, str]) -> None:
    assert parts(parse(text)) == expected


def test_what_is_not_the_street() -> None:
    address = parse("a/s de la SOCAM, 1945, rue Mullins, bureau 110, Montréal (Québec) H3K-1N9")
    assert (address.care_of, address.unit, address.municipality) == ("a/s de la socam", "110", "montreal")
    assert (address.postal_code, address.fsa, address.letter) == ("H3K1N9", "H3K", "")
    assert parse("722, 4e Avenue , C.P. 97549, Verdun").box
    assert parse("Case postale 65005 , Succursale Charlevoix") == Address(box=True)
    assert parse("1405A, rue de Chambly").letter == "A"
    assert parse("10 rue X H1A 1A1", postal_code="H2B 2B2", city="Verdun").postal_code == "H2B2B2"
    assert parse("10 rue X, Lachine", city="Verdun").municipality == "verdun"


@pytest.mark.parametrize("family", ["generics", "generics_after"])
def test_each_kind_of_way(family: str) -> None:
    for key, found in WORDS[family].items():
        for word in found:
            if family == "generics" and word != "cote":
                assert parse_way(f"{word} Tupper") == ("tupper", "", key)
                assert parse_way(f"{word.upper()}. de la Tupper E.") == ("tupper", "E", key)
            assert parse_way(f"Tupper {word}.")[2] == key


def test_each_direction_link_and_name() -> None:
    for key, found in WORDS["directions"].items():
        for word in found:
            assert parse_way(f"rue Tupper {word}") == ("tupper", key, "rue")
            assert parse_way(f"Tupper Street {word.upper()}.") == ("tupper", key, "rue")
    for word in WORDS["links"]["words"]:
        assert parse_way(f"rue {word} Tupper")[0] == "tupper"
    for word, other in WORDS["names"].items():
        assert parse_way(f"rue {word} Tupper")[0] == f"{other} tupper"


def test_each_unit_and_box() -> None:
    for word in WORDS["units"]["words"]:
        before, after = parse(f"{word} 12, 345 rue Roy"), parse(f"345 rue Roy, {word} 12")
        assert parts(before)[:4] == parts(after)[:4] == (345, 345, "rue", "roy")
        assert before.unit == after.unit == "12"
    for word in WORDS["boxes"]["words"]:
        assert parse(f"{word} 12") == Address(box=True)
    for word in WORDS["care_of"]["words"]:
        assert parse(f"{word} Jeanne Mance, 345 rue Roy").number == 345


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H4G 0A5", "H4G0A5"), ("h4g-0a5", "H4G0A5"), (" H4G  0A5 (QC)", "H4G0A5"), ("H4G.0A5", "H4G0A5"),
        ("H1X 3LO", "H1X3L0"), ("H1X3LI", "H1X3L1"), ("H4G", "H4G"), ("HOP", "H0P"), ("", ""),
        ("D4G 0A5", ""), ("H4G 0A", ""), ("90210", ""), ("QC H4G 0A5 Canada", "H4G0A5"), ("XH4G0A5", ""),
    ],
)  # fmt: skip
def test_postal_codes(text: str, expected: str) -> None:
    assert postal(text) == expected


def test_civic_numbers() -> None:
    for text, expected in {
        "3601": (3601, 3601), "4245-4249": (4245, 4249), "4245 - 4249": (4245, 4249), "1405A": (1405, 1405),
        "": (0, 0), "s.n.": (0, 0), " 12 ": (12, 12), "0": (0, 0),
    }.items():  # fmt: skip
        assert civic_numbers(text) == expected


@given(st.text(max_size=400), st.text(max_size=12))
def test_any_text_is_read(text: str, code: str) -> None:
    address = parse(text, postal_code=code)
    assert 0 <= address.number <= address.last <= 999_999
    assert len(address.postal_code) in {0, 3, 6}
    assert address == parse(text, postal_code=code)


@given(
    st.integers(1, 29_999),
    st.sampled_from(["Roy", "Saint-Denis", "de la Montagne", "d’Iberville", "12e", "Émile-Duployé"]),
    st.sampled_from([k for k in WORDS["generics"] if k not in {"cote", "rang", "route", "autoroute"}]),
    st.sampled_from(["", "Est", "O.", "nord"]),
)
def test_every_order_is_one_address(number: int, name: str, generic: str, direction: str) -> None:
    french = f"{generic} {name} {direction}".strip()
    expected = parse(f"{number}, {french}")
    assert expected.number == number
    assert expected.generic == generic
    for text in (
        f"{number} {french}",
        f"{french.upper()}, {number}",
        f"{french} {number}",
        f"bureau 3, {number}, {french}, Montréal",
        f"a/s X Y, {number} {french}",
    ):
        assert (parse(text).number, parse(text).way) == (number, expected.way), text
