"""Duplicates: proposed with their reason, found as an all-pairs search finds them, never merged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from geosocial import tables
from geosocial.intake.duplicates import ALIKE, NEAR_M, duplicates, email_key, name_key, phone_key, site_key

Row = tuple[str, float, float]


def listed(rows: Sequence[Row], **columns: Any) -> pd.DataFrame:
    size = len(rows)
    empty: dict[str, Any] = {"text": "", "float": math.nan, "int": 0, "bool": False}
    frame = pd.DataFrame({name: [empty[c.dtype]] * size for name, c in tables.PLACES.columns.items()})
    frame = frame.assign(
        source="list",
        source_file="list.csv",
        source_row=range(2, size + 2),
        name=[row[0] for row in rows],
        kind="library",
        x=[row[1] for row in rows],
        y=[row[2] for row in rows],
        outcome="matched",
        **columns,
    )
    return frame.astype({name: "str" for name, c in tables.PLACES.columns.items() if c.dtype == "text"})


def pairs(found: pd.DataFrame) -> list[tuple[int, int, str]]:
    return list(found[["source_row", "other_source_row", "reason"]].itertuples(index=False, name=None))


def test_each_reason() -> None:
    rows: list[Row] = [
        ("Bibliothèque Mile-End", 0, 0),
        ("BIBLIOTHEQUE MILE END", 0.2, 0),  # 3: the same
        ("Bibliothèque du Mile End", 90, 0),  # 4: alike and near
        ("Bibliothèque du Mile End", 900, 0),  # 5: alike, too far
        ("Habitations Village, phase 1", 5000, 0),
        ("Habitations Village, phase 2", 5000, 0),  # 7: another number
        ("Atelier A", 9000, 0),
        ("Tout autre nom", math.nan, math.nan),  # 9: the same telephone as 8
    ]
    phones = ["", "", "", "", "", "", "514 555-0142", "1-514-555-0142 poste 9"]
    found = duplicates(listed(rows), pd.DataFrame({"phone": phones}))
    assert pairs(found) == [(2, 3, "same"), (2, 4, "name"), (3, 4, "name"), (8, 9, "phone")]
    assert found["likeness"].tolist() == ["exact", "probable", "probable", "probable"]
    assert found["distance_m"].tolist()[:3] == [0.2, 90.0, 89.8]
    assert found["distance_m"].isna().tolist() == [False, False, False, True]


def test_a_rejected_row_is_not_proposed() -> None:
    frame = listed([("A", 0, 0), ("A", 0, 0)])
    frame["outcome"] = ["matched", "rejected"]
    assert len(duplicates(frame)) == 0


def test_no_rows_and_no_names() -> None:
    tables.check(duplicates(listed([])), tables.DUPLICATES)
    assert len(duplicates(listed([("", 0, 0), ("", 0, 0)]))) == 0


def test_mail_and_sites() -> None:
    rows: list[Row] = [("A", 0, 0), ("B", 9e3, 0), ("C", 18e3, 0), ("D", 27e3, 0)]
    contacts = pd.DataFrame(
        {
            "email": ["Info@Exemple.org", "mailto:info@exemple.org", "aucun", ""],
            "site": ["", "", "https://www.exemple.org/", "Exemple.org"],
        }
    )
    assert pairs(duplicates(listed(rows), contacts)) == [(2, 3, "email"), (4, 5, "site")]


@pytest.mark.parametrize("text", ["", "311", "12345678901234", "s. o."])
def test_what_is_no_contact(text: str) -> None:
    assert phone_key(text) == email_key(text) == site_key(text.replace(".", "")) == ""


words = st.sampled_from(["centre", "parc", "Mile-End", "jardin", "saint", "1", "2", "Villeray", "theatre"])
place = st.tuples(
    st.lists(words, min_size=1, max_size=3).map(" ".join),
    st.integers(0, 500).map(float),
    st.integers(0, 500).map(float),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(place, min_size=2, max_size=12))
def test_it_finds_what_all_pairs_hold(rows: list[Row]) -> None:
    expected = set()
    for i, (name, x, y) in enumerate(rows):
        for j in range(i + 1, len(rows)):
            a, b = name_key(name), name_key(rows[j][0])
            near = math.hypot(x - rows[j][1], y - rows[j][2]) <= NEAR_M
            same_numbers = [w for w in a.split() if w.isdigit()] == [w for w in b.split() if w.isdigit()]
            if near and same_numbers and fuzz.ratio(a, b) >= ALIKE:
                expected.add((i + 2, j + 2))
    found = duplicates(listed(rows))
    assert {(a, b) for a, b, _ in pairs(found)} == expected


def test_two_twins_are_found_among_a_hundred_thousand_rows() -> None:
    rng = np.random.default_rng(7)
    size = 100_000
    first = np.array(["Centre", "Jardin", "Coop", "Théâtre", "Maison", "Atelier", "Parc", "École"])
    names = [
        f"{first[a]} {chr(97 + b)}{chr(97 + c)}onval {chr(97 + d)}ours"
        for a, b, c, d in rng.integers(0, [8, 26, 26, 26], (size, 4))
    ]
    x, y = rng.uniform(0, 25_000, size), rng.uniform(0, 20_000, size)
    names[50_000], x[50_000], y[50_000] = names[10] + " inc.", x[10] + 60, y[10]
    x[90_000:], y[90_000:] = 1.0, 1.0  # ten thousand rows at one point
    frame = listed(list(zip(names, x.tolist(), y.tolist(), strict=True)))
    found = duplicates(frame)
    assert (12, 50_002, "name") in set(pairs(found))


@pytest.mark.real_data
def test_transit_stops_at_one_corner(shared_data: Path) -> None:
    from geosocial.geo.crs import transform

    stops = pd.read_csv(shared_data / "places" / "stm_stops_2025.csv", dtype=str, keep_default_na=False)
    lon, lat = (next(c for c in stops.columns if c.endswith(end) and "stop" in c) for end in ("lon", "lat"))
    x, y = transform(stops[lon].astype(float), stops[lat].astype(float), 4326, 32188)
    rows = list(zip(stops["stop_name"], x.tolist(), y.tolist(), strict=True))
    found = duplicates(listed(rows))
    assert len(found) > 1_000
    assert (found["distance_m"] <= NEAR_M).all()
    assert (found["similarity"] >= ALIKE).all()
    assert (found["source_row"] < found["other_source_row"]).all()
