"""Encodings told by how accents stand in words: Mac Roman and cp850 where that is plain, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.errors import InputError
from geosocial.io import plain_csv
from geosocial.io.csv_batches import letters_of
from geosocial.io.letters import NAMES, codec_of, windows
from geosocial.io.sheets import Sheet, read_sheet

CELLS = (
    *(
        "L’Île-Bizard–Sainte-Geneviève",
        "Côte-des-Neiges–Notre-Dame-de-Grâce",
        "Montréal-Nord",
        "Pièce à louer",
    ),
    *(
        "Bibliothèque d’été",
        "Société d’habitation",
        "Forêt",
        "Café Ça va",
        "École Noël",
        "Maïs soufflé",
        "où",
    ),
    *("CENTRE COMMUNAUTAIRE DE LA CÔTE", "Cœur du quartier", "« Le Gîte »", "déjà prêt", "12, rue Élie"),
)
#: What cp850 has no letter for.
PLAIN = str.maketrans({"’": "'", "œ": "oe", "–": "-"})


def read(folder: Path, text: str, codec: str) -> Sheet:
    (folder / "t.csv").write_bytes(text.encode(codec))
    return read_sheet(folder / "t.csv")


@pytest.mark.parametrize("codec", list(NAMES))
def test_the_same_list_says_the_same_in_each_encoding(tmp_path: Path, codec: str) -> None:
    cells = [cell.translate(PLAIN) if codec == "cp850" else cell for cell in CELLS]
    found = read(tmp_path, "\n".join(["nom;places", *(f"{cell};3" for cell in cells)]), codec)
    assert found.frame["nom"].tolist() == cells
    assert found.file.how["encoding"] == NAMES[codec]
    assert "doubtful_letters" not in found.file.how


@given(
    cells=st.lists(st.sampled_from(CELLS), min_size=6, max_size=30, unique=True),
    codec=st.sampled_from(list(NAMES)),
    upper=st.booleans(),
)
def test_a_text_is_never_read_as_another_encoding_than_its_own_or_the_usual_one(
    cells: list[str], codec: str, upper: bool
) -> None:
    text = ";".join(cell.upper() if upper else cell for cell in cells)
    data = text.translate(PLAIN).replace("OE", "oe").encode(codec, errors="ignore")
    found = codec_of(windows(data))
    assert found in {codec, "cp1252"}
    if not upper:
        assert data.decode(found) == data.decode(codec)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_text_have_an_encoding_of_the_list(data: bytes) -> None:
    assert codec_of(windows(data)) in NAMES


def test_where_it_is_not_plain_the_usual_one_is_kept_and_the_words_are_said(tmp_path: Path) -> None:
    found = read(tmp_path, "nom;places\nCafé;3\nNid;4\n", "mac_roman")  # one letter is no evidence
    assert found.frame["nom"].tolist() == ["CafŽ", "Nid"]
    assert (found.file.how["encoding"], found.file.how["doubtful_letters"]) == ("cp1252", "CafŽ")
    with pytest.raises(InputError, match="cannot be decoded"):  # and this one is none in cp1252
        read(tmp_path, "nom;places\nCrème;3\n", "mac_roman")


@pytest.mark.parametrize("text", ["São Žižek Õ", "• un ™ deux\u00a0: 3\u00a0° “x”", "Naïve “quote” – don’t"])
def test_other_words_in_the_usual_encoding_stay(text: str) -> None:
    assert codec_of(windows(text.encode("cp1252"))) == "cp1252"


def test_words_that_were_damaged_before_are_said(tmp_path: Path) -> None:
    twice = "Montréal l’été".encode().decode("cp1252")
    found = read(tmp_path, f"nom;places\n{twice};3\nMontr\ufffdal;4\nÃvora;1\n", "utf-8")
    assert found.file.how["encoding"] == "UTF-8"
    assert found.file.how["doubtful_letters"] == "MontrÃ©al, lâ€™Ã©tÃ©, Montr\ufffdal"
    assert found.frame["nom"].tolist()[2] == "Ãvora"


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
def test_a_large_file_and_one_in_batches_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    lines = ["id,nom", *(f"{n},{CELLS[n % 8].replace(',', ' ')}" for n in range(2_000))]
    small = read(tmp_path, "\n".join(lines) + "\n", codec)
    monkeypatch.setattr(plain_csv, "LARGE", 1)
    large = read_sheet(tmp_path / "t.csv")
    assert large.frame.equals(small.frame)
    assert large.file.how == small.file.how
    assert letters_of(tmp_path / "t.csv") == codec
