"""Two editions: movements by hand, mixtures that end where they should, parts that add up, by brute force."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial import tables
from geosocial.followup.editions import identities, mixed, movements, shapley
from geosocial.tables.contract import rows, typed

NAN = math.nan


def record(identifier: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "source": "list", "source_file": "list.csv", "source_row": 2, "record_id": identifier,
        "name": identifier, "sphere": "culture", "kind": "library", "category": "", "legal_form": "",
        "direction": "", "status": "existing", "count": 1.0, "capacity": NAN, "x": 0.0, "y": 0.0,
        "outcome": "matched", "zone_id": "Z1", "other_zone_id": "", "on_boundary": False, "snap_m": 0.0,
        "declared_zone": "", "declared_zone_id": "", "shown": True, "counted": True,
    }  # fmt: skip
    return row | values


def places(*records: dict[str, Any]) -> pd.DataFrame:
    numbered = [row | {"source_row": n} for n, row in enumerate(records, 2)]
    return typed(pd.DataFrame(numbered, columns=list(tables.PLACES.columns)), tables.PLACES)


BEFORE = places(
    record("stays"),
    record("goes"),
    record("closes"),
    record("opens", status="planned"),
    record("moves"),
    record("nudged"),
    record("found", x=NAN, y=NAN, outcome="unlocated", zone_id="", snap_m=NAN),
    record("reclassified"),
    record("grows", count=2.0),
    record("both"),
    record("planned away", status="planned"),
    record("old list", source="old"),
)
AFTER = places(
    record("stays"),
    record("closes", status="closed"),
    record("opens"),
    record("moves", x=101.0, zone_id="Z2"),
    record("nudged", x=100.0),
    record("found"),
    record("reclassified", kind="museum"),
    record("grows", count=3.0),
    record("both", kind="theatre", y=-500.0),
    record("new"),
    record("announced", status="planned"),
    record("new list", source="other"),
)


def test_what_became_of_each_by_hand() -> None:
    found = movements(BEFORE, AFTER, moved_m=100)
    assert sorted(zip(found["record_id"], found["movement"], strict=True)) == sorted([
        ("goes", "closed"), ("closes", "closed"), ("opens", "opened"), ("moves", "moved"),
        ("nudged", "corrected"), ("found", "corrected"), ("reclassified", "reclassified"),
        ("grows", "resized"), ("both", "moved"), ("both", "reclassified"), ("planned away", "unlisted"),
        ("old list", "unlisted"),
        ("new", "opened"), ("announced", "listed"), ("new list", "listed"),
    ])  # fmt: skip
    moved = next(row for row in rows(found) if row["record_id"] == "moves")
    assert (moved["zone_id"], moved["other_zone_id"], moved["distance_m"]) == ("Z1", "Z2", 101)
    assert movements(BEFORE, BEFORE, moved_m=100).empty


def test_a_list_without_identifiers_is_known_by_what_it_says() -> None:
    one = places(
        record("list:2", name="", x=5.0), record("list:3", name="", x=5.0), record("list:4", name="", x=9.0)
    )
    other = places(record("list:2", name="", x=9.0), record("list:3", name="", x=5.0))
    assert len(set(identities(one))) == 3
    found = movements(one, other, moved_m=100)
    assert found["movement"].tolist() == ["closed"]
    # the same rows in another order are the same
    again = places(*reversed(rows(one)))
    assert movements(
        one, again.assign(record_id=[f"list:{r}" for r in again["source_row"]]), moved_m=100
    ).empty


def facts(table: pd.DataFrame) -> set[tuple[Any, ...]]:
    columns = ["source", "record_id", "kind", "status", "count", "x", "y", "zone_id"]
    return {tuple(None if v != v else v for v in row) for row in table[columns].itertuples(index=False)}  # noqa: PLR0124


def test_a_mixture_takes_supply_and_quality_of_their_editions() -> None:
    def of(*, supply: bool, quality: bool) -> dict[str, dict[str, Any]]:
        table = mixed(BEFORE, AFTER, supply=supply, quality=quality, moved_m=100)
        tables.check(table, tables.PLACES)
        return {row["record_id"]: row for row in rows(table)}

    assert mixed(BEFORE, AFTER, supply=False, quality=False, moved_m=100) is BEFORE
    assert mixed(BEFORE, AFTER, supply=True, quality=True, moved_m=100) is AFTER
    later_supply, later_quality = of(supply=True, quality=False), of(supply=False, quality=True)
    assert set(later_supply) == {
        "stays", "closes", "opens", "moves", "nudged", "found", "reclassified", "grows", "both", "new",
        "announced", "old list",
    }  # fmt: skip
    assert set(later_quality) == {
        "stays", "goes", "closes", "opens", "moves", "nudged", "found", "reclassified", "grows", "both",
        "planned away", "new list",
    }  # fmt: skip
    assert later_supply["closes"]["status"] == "closed"
    assert later_supply["moves"]["x"] == 101
    assert later_supply["nudged"]["x"] == 0
    assert later_supply["grows"]["count"] == 3
    assert (later_supply["both"]["kind"], later_supply["both"]["y"]) == ("library", -500)
    assert later_supply["found"]["outcome"] == "unlocated"
    assert later_quality["closes"]["status"] == "existing"
    assert later_quality["moves"]["x"] == 0
    assert later_quality["nudged"]["x"] == 100
    assert (later_quality["both"]["kind"], later_quality["both"]["y"]) == ("theatre", 0)
    assert later_quality["found"]["outcome"] == "matched"
    # nothing changed: every mixture is the edition itself
    assert facts(mixed(BEFORE, BEFORE, supply=True, quality=False, moved_m=100)) == facts(BEFORE)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_parts_are_the_mean_over_all_orders_and_add_up(size: int, seed: int) -> None:
    factors = [f"f{k}" for k in range(size)]
    generator = np.random.default_rng(seed)
    known: dict[frozenset[str], np.ndarray] = {}
    asked: list[frozenset[str]] = []

    def value(later: frozenset[str]) -> np.ndarray:
        asked.append(later)
        return known.setdefault(later, generator.normal(size=3))

    parts = shapley(value, factors)
    assert len(asked) == len(set(asked)) == 2**size
    whole = known[frozenset(factors)] - known[frozenset()]
    assert sum(parts.values()) == pytest.approx(whole, abs=1e-9)
    orders = list(permutations(factors))
    for factor in factors:
        gains = [
            known[frozenset(order[: order.index(factor) + 1])]
            - known[frozenset(order[: order.index(factor)])]
            for order in orders
        ]
        assert parts[factor] == pytest.approx(np.mean(gains, axis=0), abs=1e-9)


def test_no_factor_no_part() -> None:
    assert shapley(lambda _: np.zeros(2), []) == {}
