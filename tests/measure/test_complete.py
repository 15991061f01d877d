"""A list may be complete for the zones of some kinds only: silence is zero there, and unknown elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from geosocial.measure import supply
from tests.measure.toy import toy_study, toy_tables


def test_silence_is_zero_in_boroughs_and_missing_in_towns() -> None:
    toy = toy_tables()
    *_, borough, town = toy.zones["zone_id"]
    zones = toy.zones.assign(kind=["borough"] * (len(toy.zones) - 1) + ["town"])
    elsewhere = toy.places[~toy.places["zone_id"].isin([borough, town])]
    plain = toy_study()
    lists = tuple(p.model_copy(update={"complete": ("borough",)}) for p in plain.places)
    table = supply.by_zone(elsewhere, zones, plain.model_copy(update={"places": lists})).set_index("zone_id")
    fed = set(elsewhere.loc[elsewhere["counted"], "kind"])
    silent = table[table["kind"].isin(fed)]
    assert set(silent.loc[borough, "status"]) == {"ok"}
    assert set(silent.loc[borough, "count"]) == {0.0}
    assert set(silent.loc[town, "status"]) == {"missing"}
    assert np.isnan(silent.loc[town, "count"].to_numpy(dtype=float)).all()


@pytest.mark.parametrize("complete", [True, False])
def test_naming_every_kind_of_zone_is_saying_true_and_none_is_saying_false(complete: bool) -> None:
    toy = toy_tables()
    plain = toy_study()
    kinds = tuple(set(toy.zones["kind"])) if complete else ()

    def said(value: object) -> object:
        lists = tuple(p.model_copy(update={"complete": value}) for p in plain.places)
        study = plain.model_copy(update={"places": lists})
        return supply.by_zone(toy.places, toy.zones, study)

    by_name, plainly = said(kinds), said(complete)
    assert by_name.equals(plainly)  # type: ignore[attr-defined]
