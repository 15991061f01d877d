"""The time of ``geosocial site`` is that of all its searches together, and what it leaves out is said."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosocial.i18n import words
from geosocial.intake.candidates import Wanted
from geosocial.sites import Asked, Proposal, propose
from geosocial.sites.asked import Time
from geosocial.wording import proposals
from tests.cli.lots import Lots, lots


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Lots:
    return lots(tmp_path_factory.mktemp("lots"))


def asked(city: Lots, **given: Any) -> Proposal:
    wanted = Wanted(path=city.file, identifier="code", crs="EPSG:32188")
    return propose(city.study, Asked(("culture",), **given), wanted)


@given(st.floats(0, 100), st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_searches_that_keep_to_their_part_keep_to_the_whole(limit: float, parts: list[float]) -> None:
    """Each search may take its part or less: together they never take more than the limit."""
    spent = 0.0
    whole = Time(limit, now=lambda: spent)
    for k, part in enumerate(parts):
        left = whole.left(len(parts) - k)
        assert left is not None
        assert left == pytest.approx((limit - spent) / (len(parts) - k), abs=1e-9)
        spent += part * left
    assert spent <= limit * (1 + 1e-9)
    if all(part == 1 for part in parts):
        assert spent == pytest.approx(limit)


def test_time_runs_from_the_first_search_and_none_is_without_end() -> None:
    clock = itertools.count(100)
    whole = Time(10, now=lambda: float(next(clock)))
    assert [whole.left() for _ in range(12)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    assert whole.over
    assert Time().left(7) is None
    assert not Time().over


@pytest.mark.parametrize("model", ["mclp", "p-median", "maximin", "dispersion"])
def test_without_time_the_best_found_is_told_and_what_is_left_out(model: Any, city: Lots) -> None:
    found = asked(city, model=model, number=2, tolerance=0.05, rival="003", time_limit=0)
    assert found.answered
    say = words("en")
    lines = list(proposals.lines(say, found, {}))
    left = "Left out, for want of time: "
    told = next(line for line in lines if line.startswith(left))
    assert "sets near the best" in told
    assert ("by number of sites and " in told or "by number of sites, " in told) == (model == "mclp")
    assert ("other settings" in told) == (model == "mclp")
    assert not len(found.others.near_best)
    assert not len(found.others.tried)
    french = list(proposals.lines(words("fr"), found, {}))
    assert any(line.startswith("Laissé de côté, faute de temps\u00a0: ") for line in french)


def test_with_time_nothing_is_left_out_and_every_table_is_there(city: Lots) -> None:
    found = asked(city, number=2, tolerance=0.05, rival="003", time_limit=120)
    assert found.others.skipped == ()
    assert set(found.others.tried["status"]) == {"optimal"}
    assert set(found.others.prices["status"]) == {"optimal"}
    assert len(found.others.frontier) == 2
    without = asked(city, number=2, tolerance=0.05, rival="003", time_limit=None)
    for name, table in found.tables().items():
        assert table.equals(without.tables()[name]), name
