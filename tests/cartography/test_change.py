"""Two editions in the atlas, from a table of changes made by hand."""

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geosocial.cartography import change
from geosocial.cartography.atlas import write_atlas
from geosocial.cartography.views import CANNOT_SAY, MISSING
from geosocial.i18n import words
from geosocial.tables import check
from geosocial.tables.followup import CHANGES
from tests.cartography.test_atlas import Parsed
from tests.measure.toy import toy_results

NB = "\u00a0"
#: before, after, supply, demand, status before and after, of the coverage of culture.
ROWS = {
    "": (0.50, 0.55, 0.04, 0.01, "ok", "ok"),
    "Z0": (0.20, 0.32, 0.12, 0.0, "ok", "ok"),
    "Z1": (0.40, 0.31, -0.04, -0.05, "ok", "low_confidence"),
    "Z2": (0.60, 0.60, 0.0, 0.0, "ok", "ok"),
    "Z3": (0.10, 0.13, 0.03, 0.0, "cannot_say", "ok"),
    "Z4": (math.nan, 0.50, math.nan, math.nan, "missing", "ok"),
}


def changes() -> pd.DataFrame:
    rows = [
        {"zone_id": zone, "sphere": "culture", "service": "main", "indicator": "coverage", "unit": "share"}
        | {"before": before, "after": after, "change": after - before, "supply": supply, "demand": demand}
        | {"boundary": 0.0, "method": 0.0, "quality": 0.0, "status_before": first, "status_after": last}
        | {"undivided": ""}
        for zone, (before, after, supply, demand, first, last) in ROWS.items()
    ]
    return check(pd.DataFrame(rows), CHANGES)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("change") / "atlas.html"
    since = change.Since.of(changes(), dt.date(2025, 11, 20))
    write_atlas(toy_results(), path, since=since)
    found: dict[str, Any] = json.loads(Parsed(path.read_text(encoding="utf-8")).json)
    return found


def culture(data: dict[str, Any]) -> int:
    keys = [data["spheres"][s["sphere"]]["key"] for s in data["services"]]
    return keys.index("culture")


def test_changes_are_in_points_and_what_cannot_be_compared_has_none(data: dict[str, Any]) -> None:
    view = data["services"][culture(data)]["views"][-1]
    assert view["key"] == "change"
    assert view["v"][:3] == pytest.approx([12, -9, 0])
    assert view["v"][3:] == [None] * 5
    assert view["city"] == pytest.approx(5)
    assert (view["min"], view["max"]) == (-12, 12)
    # Z3 could not be said before; Z4 was missing; the others have no row.
    assert view["cls"][3:] == [CANNOT_SAY, *[MISSING] * 4]


def test_a_fall_is_orange_a_gain_purple_and_no_change_on_the_better_side(data: dict[str, Any]) -> None:
    view = data["services"][culture(data)]["views"][-1]
    gain, fall, none = (view["colors"][view["cls"][k]] for k in range(3))
    assert (gain, fall, none) == ("#542788", "#f1a340", "#d8daeb")


def test_it_is_said_in_both_languages(data: dict[str, Any]) -> None:
    fr, en = (data["text"][lang]["services"][culture(data)]["views"][-1] for lang in ("fr", "en"))
    assert fr["a"].replace(NB, " ") == "Culture : couverture de 55 %, contre 50 % le 20 novembre 2025."
    assert en["a"] == "Culture: a coverage of 55%, against 50% on November 20, 2025."
    assert en["b"] == "Largest gains: Champ-du-Moulin. Largest falls: Rivière-Verte."
    assert en["val"][:5] == ["+12", "−9.0", "0", "?", "–"]
    assert en["main"][0] == "+12 points"
    assert en["mainIv"][1] == "40 to 31% · supply −4.0, demand −5.0"
    assert fr["val"][:3] == ["+12", "−9,0", "0"]


def test_without_changes_there_is_no_such_view(tmp_path: Path) -> None:
    path = tmp_path / "atlas.html"
    write_atlas(toy_results(), path)
    data = json.loads(Parsed(path.read_text(encoding="utf-8")).json)
    assert "change" not in [v["key"] for s in data["services"] for v in s["views"]]


def test_signs() -> None:
    assert [change.signed(words("fr"), v) for v in (4.24, -12.4, 0.04, -0.04, math.nan)] == [
        "+4,2",
        "−12",
        "0",
        "0",
        "–",
    ]
