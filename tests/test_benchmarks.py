"""The country that the benchmarks make up, and the figures of the benchmarks that no machine changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from benchmarks import collect, country, facts, plots, summary
from benchmarks.harness import Case, race


def test_the_country_is_the_same_for_the_same_seed_and_as_large_as_asked() -> None:
    one, two, other = country.country(0.01), country.country(0.01), country.country(0.01, seed=1)
    assert len(one.corner) == 4_900
    assert np.array_equal(one.corner, two.corner)
    assert not np.array_equal(one.corner, other.corner)
    # rank–size: the second town has half the blocks of the first, the fourth a quarter
    held = np.diff(one.first)
    np.testing.assert_allclose(held[[1, 3]] / held[0], [1 / 2, 1 / 4], atol=0.02)


def test_every_address_is_inside_a_block_and_no_two_blocks_overlap() -> None:
    made = country.country(0.002)
    blocks = np.asarray(shapely.polygons(made.corner))
    assert shapely.is_valid(blocks).all()
    assert np.isclose(shapely.area(shapely.union_all(blocks)), shapely.area(blocks).sum())
    parts = list(country.addresses(made))
    x, y = (np.concatenate([part[axis] for part in parts]) for axis in (0, 1))
    assert len(x) == 32_000
    point, block = shapely.STRtree(blocks).query(shapely.points(x, y), predicate="within")
    assert np.array_equal(np.unique(point), np.arange(len(x)))
    # block by block they are as many as were drawn for it
    drawn = np.random.default_rng([made.seed, 1]).multinomial(made.addresses, made.weight)
    assert np.array_equal(np.bincount(block, minlength=len(blocks)), drawn)


def test_zones_share_their_crooked_borders() -> None:
    made = country.country(0.01)
    zones = country.areas(made, 12)
    assert zones.geometry.is_valid.all()
    whole = shapely.union_all(zones.geometry.to_numpy())
    assert np.isclose(whole.area, zones.area.sum(), rtol=1e-9)  # neither a gap nor an overlap
    assert not shapely.get_num_interior_rings(whole)
    assert (shapely.get_num_coordinates(zones.geometry.to_numpy()) > 30).all()


def kept() -> dict[str, Any]:
    return collect.stored()


def test_figures_that_no_machine_changes_are_those_of_the_table() -> None:
    assert facts.facts() == kept()["facts"]


@pytest.mark.parametrize("path", collect.PLACES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_pages_show_what_was_measured(path: Path) -> None:
    lang, tables = collect.PLACES[path]
    for mark in tables:
        shown = collect.shown(path.read_text(encoding="utf-8"), mark)
        assert shown == collect.TABLES[mark](kept()["records"], lang)


def test_the_page_of_results_is_written_from_the_records() -> None:
    assert collect.TABLE.read_text(encoding="utf-8") == collect.page(kept())


def test_every_record_says_where_and_with_what_it_was_measured() -> None:
    for name, record in kept()["records"].items():
        assert record["benchmark"] == name
        assert record["machine"]["processor"]
        assert {"python", "numpy", "geosocial"} <= set(record["versions"])
        assert record["rows"]
        assert name in collect.TITLES


def test_a_table_is_placed_between_its_marks_only() -> None:
    page = "before\n<!-- one -->\nold\n<!-- /one -->\n<!-- two -->\nkept\n<!-- /two -->\nafter\n"
    placed = collect.placed(page, "one", "| new \\1 |")
    assert placed == page.replace("old", "\n| new \\1 |\n")
    assert collect.shown(placed, "one") == "| new \\1 |"
    assert collect.placed("no marks", "one", "| new |") == "no marks"


def test_losses_are_bold_and_peers_are_told_once() -> None:
    def row(operation: str, seconds: float) -> dict[str, Any]:
        return {"n": 5_000, "operation": operation, "seconds": seconds}

    rows = [
        row("geosocial counts_within", 0.02),
        row("SciPy cKDTree, counts only", 0.01),
        row("geopandas buffer, sjoin within", 0.8),
        row("geopandas buffer, sjoin contains", 0.5),
    ]
    records = {"counts": {"rows": rows, "load": 2.0, "machine": {"cores": 2}}}
    english = summary.table(records, "en").splitlines()
    assert english[2:] == [
        "| facilities within 800 m of 5,000 places | 20\u00a0ms | **SciPy 0.5**, geopandas 25 |"
    ]
    french = summary.table(records, "fr").splitlines()
    records["counts"]["load"] = 9.0
    busy = summary.table(records, "en").splitlines()[-1]
    assert busy == "Measured on a busy machine (load 9 on 2 cores): ratios hold, seconds are too long."
    assert french[2].endswith("de 5\u00a0000 lieux | 20\u00a0ms | **SciPy 0,5**, geopandas 25 |")


def test_growth_is_drawn_in_both_languages_with_the_same_bytes_each_time(tmp_path: Path) -> None:
    rows = [
        {"n": n, "operation": operation, "seconds": n * factor}
        for n in (10, 1_000)
        for operation, factor in (("geosocial nearest", 1e-6), ("SciPy cKDTree", 1e-5))
    ]
    records = {"nearest": {"rows": rows}}
    one, two = plots.draw(records, tmp_path / "one"), plots.draw(records, tmp_path / "two")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert [path.name for path in one] == ["one.fr.svg", "one.en.svg"]
    assert b"Seconds by size" in one[1].read_bytes()
    found = plots.series(records["nearest"], "en")
    sizes, seconds, heavy = found["geosocial"]
    assert sizes == [10, 1_000]
    assert seconds == pytest.approx([1e-5, 1e-3])
    assert heavy is True
    assert found["SciPy"][2] is False


def test_the_peak_of_a_case_is_what_it_adds() -> None:
    case = Case("40 MB", lambda _: np.ones(5_000_000))
    race([case], 1)
    if not np.isnan(case.peak_mb):  # Linux tells it
        assert 35 < case.peak_mb < 60
    assert len(case.seconds) == len(case.processor) == 1
