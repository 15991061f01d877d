"""A column of both coordinates of a place is read as one for each, only where it surely is one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.intake.inspect import inspect
from geosocial.intake.pairs import pair, with_pairs
from geosocial.vocabulary import fold
from geosocial.vocabulary.zone_names import fold_name

HALF = [f"Lieu {k};bibliothèque;45,{500 + k} / -73,{600 - k}" for k in range(3)]


def sheet(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("45,512 ; -73,561", ("45,512", "-73,561")),
        ("45.512,-73.561", ("45.512", "-73.561")),
        ("45,512, -73,561", ("45,512", "-73,561")),
        ("(45.5° / −73.5°)", ("45.5", "−73.5")),
        ("45.5\u00a0-73.5", ("45.5", "-73.5")),
        ("45,512", None),  # one number with a decimal comma
        ("45,512,73,561", None),  # nothing says which comma divides
        ("45; -73; 12", None),
        ("12, rue X", None),
        ("", None),
    ],
)
def test_two_numbers_in_a_cell(cell: str, found: tuple[str, str] | None) -> None:
    assert pair(cell) == found


@given(
    st.integers(-90_000, 90_000),
    st.integers(-180_000, 180_000),
    st.sampled_from([" ; ", ";", " / ", " ", ", "]),
    st.sampled_from([".", ","]),
)
def test_what_is_written_is_read_back(y: int, x: int, between: str, mark: str) -> None:
    one, two = (f"{value / 1000:.3f}".replace(".", mark) for value in (y, x))
    assert pair(f"{one}{between}{two}") == (one, two)


def test_the_columns_are_named_after_theirs_and_nothing_is_lost() -> None:
    told = with_pairs(sheet(Nom=["A", "B", "C"], Coordonnées=["45,5 ; -73,6", "—", "45,6 ; -73,7"]))
    assert told["Latitude (Coordonnées)"].tolist() == ["45,5", "—", "45,6"]
    assert told["Longitude (Coordonnées)"].tolist() == ["-73,6", "", "-73,7"]
    assert told["Coordonnées"].tolist() == ["45,5 ; -73,6", "—", "45,6 ; -73,7"]
    metres = with_pairs(sheet(Position=["291683.5 5046134.6"]))
    assert list(metres.columns) == ["Position", "X (Position)", "Y (Position)"]
    assert metres["X (Position)"].tolist() == ["291683.5"]
    turned = with_pairs(sheet(**{"Long/Lat": ["-73.6, 45.5"]}))
    assert turned["Latitude (Long/Lat)"].tolist() == ["45.5"]


@pytest.mark.parametrize(
    "table",
    [
        sheet(Position=["directrice", "adjoint"]),  # no numbers
        sheet(Remarques=["45,5 ; -73,6"]),  # a header that says nothing of places
        sheet(Coordonnées=["45,5 ; -73,6"], Latitude=["45,5"]),  # columns of its own
        sheet(Coordonnées=["45,5 ; -73,6"], GPS=["45,5 ; -73,6"]),  # which of them?
        sheet(Coordonnées=["45,5 ; -73,6", "a", "b"]),  # less than half
    ],
)
def test_what_is_not_surely_such_a_column_is_left(table: pd.DataFrame) -> None:
    assert with_pairs(table) is table


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Arr. Rosemont—Petite-Patrie", "Rosemont–Petite-Patrie"),
        ("ARR VERDUN", "Verdun"),
        ("Arrondissement d’Anjou", "Anjou"),
        ("Arrondissement de Lachine", "Lachine"),
        ("Arrondissement du Sud-Ouest", "Sud-Ouest"),
        ("Arrondissement de LaSalle", "LaSalle"),
    ],
)
def test_arr_before_a_borough_is_no_part_of_its_name(written: str, meant: str) -> None:
    assert fold_name(written) == fold_name(meant)


@pytest.mark.parametrize("name", ["Arras", "Arrondissement 3", "Arrondissement"])
def test_other_names_stay_whole(name: str) -> None:
    assert fold_name(name) == fold(name)


def test_check_says_what_it_took_and_what_it_did_not(tmp_path: Path) -> None:
    from geosocial.i18n import words
    from geosocial.report.inspection import lines, tell

    path = tmp_path / "liste.csv"
    path.write_text(
        "\n".join([";Nom usuel;Type;Coordonnées;Places;Note", *(f";{row};n/d;x" for row in HALF)]), "utf-8"
    )
    found = inspect(path)
    assert found[0].counts == {"located": 3, "unlocated": 0, "rejected": 0}  # n/d is no number that is wrong
    told = list(lines(tell(words("fr"), found, ()), words("fr")))
    assert "latitude ← Latitude (Coordonnées)" in told[2]
    assert (
        told[3].strip() == "Colonnes non employées\u00a0: Note."
    )  # neither the divided column nor the margin
