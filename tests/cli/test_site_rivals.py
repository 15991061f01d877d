"""What could stand in the stead of a site, by what each model seeks: every swap counted one by one."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geosocial.cli import main
from geosocial.i18n import words
from geosocial.intake.candidates import Wanted
from geosocial.report import charts
from geosocial.report.site_page import content
from geosocial.sites import Asked, Proposal, propose
from geosocial.sites.asked import Model
from geosocial.wording import proposals
from tests.cli.lots import COUNT, Lots, between, existing_costs, from_existing, lots


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Lots:
    return lots(tmp_path_factory.mktemp("lots"))


def asked(city: Lots, *, capacity: str = "", cost: str = "", **given: Any) -> Proposal:
    given.setdefault("spheres", ("culture",))
    wanted = Wanted(path=city.file, identifier="code", crs="EPSG:32188", capacity=capacity, cost=cost)
    return propose(city.study, Asked(**given, settings=False, time_limit=20), wanted)


def worths(city: Lots, kappa: float) -> dict[str, Callable[[Any, bool], float]]:
    """Return what a choice of lots is worth by each model, beside what exists or without; large is good."""
    zone = city.demand["zone_id"].to_numpy()
    some = city.people > 0
    people, total = city.people[some], city.people.sum()
    own = (existing_costs(city) <= city.standard).sum(axis=1)

    def twice(c: Any, existing: bool) -> float:
        times = own * existing + (city.costs[:, list(c)] <= city.standard).sum(axis=1)
        return float(0.5 * city.people[times >= 1].sum() + 0.5 * city.people[times >= 2].sum())

    def least(c: Any, existing: bool) -> float:
        near = city.nearest(c, existing=existing) <= city.standard
        held = {z: city.people[zone == z].sum() for z in set(zone)}
        return min(float(city.people[near & (zone == z)].sum() / h) for z, h in held.items() if h > 0)

    def apart(c: Any, existing: bool) -> float:
        pairs = [between(city, *pair) for pair in itertools.combinations(c, 2)]
        return min(pairs + [from_existing(city, j) for j in c] * existing)

    def away(c: Any, existing: bool) -> Any:
        return city.nearest(c, existing=existing)[some]

    return {
        "mclp": lambda c, existing: city.served(c, existing=existing),
        "backup": twice,
        "maximin": least,
        "dispersion": apart,
        "p-median": lambda c, existing: -float(people @ away(c, existing)),
        "p-center": lambda c, existing: -float(away(c, existing).max()),
        "equity": lambda c, existing: float(
            np.log(people @ np.exp(-kappa * away(c, existing)) / total) / kappa
        ),
        "shortfall": lambda c, existing: (
            -float(people @ np.maximum(away(c, existing) - city.standard, 0) ** 2)
        ),
    }


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize(
    "model", ["mclp", "backup", "maximin", "dispersion", "p-median", "p-center", "equity", "shortfall"]
)
def test_the_best_rivals_of_each_model_are_those_of_every_swap(
    model: Model, existing: bool, city: Lots
) -> None:
    # Beside what exists none of the lots makes the farthest distance shorter: two are imposed.
    include = ("000", "001") if model == "p-center" else ()
    found = asked(city, model=model, number=3, from_scratch=not existing, include=include)
    worth = worths(city, found.result.terms.get("kappa", math.nan))[model]
    codes = city.table["code"].tolist()
    chosen = [codes.index(c) for c in found.told.sites["candidate_id"]]
    rows = found.told.rivals
    assert len(chosen) >= 1
    assert len(rows) == 3 * len(chosen)
    for site in chosen:
        kept = [c for c in chosen if c != site]
        mine = rows[rows["candidate_id"] == codes[site]]
        every = {j: worth([*kept, j], existing) for j in range(COUNT) if j not in chosen}
        names = [codes.index(c) for c in mine["rival_id"]]
        got = [every[j] for j in names]
        assert got == pytest.approx(sorted(every.values(), reverse=True)[:3], rel=1e-9)
        said = mine["least_share"] if model == "maximin" else mine["objective"]
        assert said.tolist() == pytest.approx([abs(value) for value in got], rel=1e-9)
        now = city.served(chosen, existing=existing)
        swapped = [city.served([*kept, j], existing=existing) for j in names]
        assert mine["loss"].tolist() == pytest.approx([now - value for value in swapped], abs=1e-6)


def test_what_exists_alone_is_told_by_each_model(city: Lots) -> None:
    for model in ("p-median", "p-center", "equity", "shortfall", "maximin"):
        found = asked(city, model=model, number=1)
        worth = worths(city, found.result.terms.get("kappa", math.nan))[model]
        assert found.told.today == pytest.approx(abs(worth((), True)), rel=1e-9)


def test_capacities_count_for_rivals(city: Lots) -> None:
    from scipy.optimize import linprog

    found = asked(city, model="capacitated", number=2, from_scratch=True, capacity="places")
    codes = city.table["code"].tolist()
    chosen = [codes.index(c) for c in found.told.sites["candidate_id"]]

    def flow(c: list[int]) -> float:
        place, site = np.nonzero((city.costs[:, c] <= city.standard) & (city.people > 0)[:, None])
        each = np.arange(len(place))
        limits = np.zeros((len(city.people) + len(c), len(place)))
        limits[place, each] = 1
        limits[len(city.people) + site, each] = 1
        room = [*city.people, *(2_000 + 500 * j for j in c)]
        return -float(linprog(-np.ones(len(place)), A_ub=limits, b_ub=room).fun or 0.0)

    for site in chosen:
        kept = [c for c in chosen if c != site]
        every = sorted((flow([*kept, j]) for j in range(COUNT) if j not in chosen), reverse=True)
        mine = found.told.rivals[found.told.rivals["candidate_id"] == codes[site]]
        assert mine["objective"].tolist() == pytest.approx(every[:3], rel=1e-6)
        assert mine["loss"].tolist() == pytest.approx([found.told.after - v for v in every[:3]], abs=1e-3)


def test_a_rival_fits_the_budget(city: Lots) -> None:
    budget = 2_000.0
    found = asked(city, number=2, budget=budget, cost="area")
    price = dict(zip(city.table["code"], city.table["area"], strict=True))
    chosen = found.told.sites["candidate_id"].tolist()
    assert len(found.told.rivals)
    for row in found.told.rivals.to_dict(orient="records"):
        left = sum(price[c] for c in chosen if c != row["candidate_id"])
        assert left + price[row["rival_id"]] <= budget


def test_rivals_of_several_spheres_are_told_in_each(city: Lots) -> None:
    found = asked(city, spheres=("culture", "tourism"), number=2)
    rows = found.told.rivals
    codes = city.table["code"].tolist()
    chosen = [codes.index(c) for c in found.told.sites["candidate_id"].unique()]
    assert set(rows["sphere"]) == {"culture", "tourism"}
    for site in chosen:
        mine = rows[(rows["candidate_id"] == codes[site]) & (rows["sphere"] == "culture")]
        for row in mine.to_dict(orient="records"):
            swap = [*(c for c in chosen if c != site), codes.index(row["rival_id"])]
            assert row["loss"] == pytest.approx(city.served(chosen) - city.served(swap), abs=1e-6)
    # The objective is the mean coverage: that of the best, less the mean of what each sphere loses.
    total = {s.sphere: float(s.weight.sum()) for s in found.problem.spheres}
    for _, pair in rows.groupby(["candidate_id", "rival_id"]):
        fall = sum(loss / total[s] for s, loss in zip(pair["sphere"], pair["loss"], strict=True)) / 2
        assert pair["objective"].tolist() == pytest.approx([found.result.objective - fall] * 2)


def test_who_must_all_be_served_can_rarely_go_elsewhere(city: Lots) -> None:
    """With a standard that the lots can keep, a rival either serves all, at its own price, or leaves some."""
    reach = 1.2 * float(city.nearest(range(COUNT), existing=False)[city.people > 0].max())
    sphere = city.study.spheres["culture"]
    service = sphere.services[0].model_copy(update={"standard_m": reach})
    spheres = city.study.spheres | {"culture": sphere.model_copy(update={"services": (service,)})}
    wanted = Wanted(path=city.file, identifier="code", crs="EPSG:32188")
    given = Asked(("culture",), model="lscp", from_scratch=True, settings=False, time_limit=20)
    found = propose(city.study.model_copy(update={"spheres": spheres}), given, wanted)
    assert found.result.status == "optimal"
    assert len(found.told.rivals)
    codes = city.table["code"].tolist()
    chosen = [codes.index(c) for c in found.told.sites["candidate_id"]]
    for row in found.told.rivals.to_dict(orient="records"):
        swap = [*(c for c in chosen if codes[c] != row["candidate_id"]), codes.index(row["rival_id"])]
        out = city.people[city.nearest(swap, existing=False) > reach].sum()
        assert row["loss"] == pytest.approx(out, abs=1e-6)
        assert math.isnan(row["objective"]) == (out > 0)


def test_the_other_choices_of_an_equity_keep_its_aversion(city: Lots) -> None:
    """With a site imposed κ would be another, and no objective could be held against the best."""
    found = asked(city, model="equity", number=2, rival="003", tolerance=0.05)
    worth = worths(city, found.result.terms["kappa"])["equity"]
    codes = city.table["code"].tolist()
    at = codes.index("003")
    assert found.rival is not None
    best = max(worth(c, True) for c in city.choices(2) if at in c)
    assert found.rival.objective == pytest.approx(-best, rel=1e-6)
    for row in found.others.prices.to_dict(orient="records"):
        j = codes.index(row["candidate_id"])
        free = max(worth(c, True) for c in city.choices(2) if (j in c) != row["chosen"])
        assert row["objective"] == pytest.approx(-free, rel=1e-6)
    near = found.others.near_best.groupby("set")["objective"].first()
    assert (near >= found.result.objective * (1 - 1e-9)).all()


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("p-median", "to the nearest on average instead of"),
        ("p-center", "for those who are farthest instead of"),
        ("dispersion", "apart instead of"),
        ("shortfall", "beyond the standard (root mean square) instead of"),
        ("backup", "weighted mean of those served once and twice"),
    ],
)
def test_a_rival_is_told_by_what_the_model_seeks(
    model: str, said: str, city: Lots, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "s")
    for lang in ("en", "fr"):
        given = ["--sites", "2", "--rival", "000", "--model", model, "--lang", lang, "--quick", "--out", out]
        given += [
            "--sphere",
            "culture",
            "--candidates",
            str(city.file),
            "--id",
            "code",
            "--crs",
            "EPSG:32188",
        ]
        with pytest.raises(SystemExit) as end:
            main(["site", *given, "--json"])
        assert end.value.code in {0, None}
        lines = " ".join(json.loads(capsys.readouterr().out)["lines"])
        assert ("imposed: " in lines) == (lang == "en")
        assert said in lines or lang == "fr" or "as good" in lines
        page = (tmp_path / "s" / f"sites.{lang}.html").read_text(encoding="utf-8")
        # Nobody is told that 0 people fewer would be served, though it would be more.
        assert "0 people fewer" not in page.replace("\u00a0", " ").replace("00 people", "")
        assert (">costs.npz" in page) is False
        positions = "positions of the candidates" if lang == "en" else "positions des candidats"
        assert (positions in page) == (model == "dispersion")


@pytest.mark.parametrize(
    ("given", "first", "never"),
    [
        (
            {"model": "p-center", "number": 1},
            "No site is proposed: none of the candidates would do better",
            "0 ",
        ),
        ({"budget": 1.0, "number": None}, "No candidate that fits the budget of", "Best in"),
        (
            {"model": "dispersion", "number": 1, "from_scratch": True},
            "A site alone has no other to be far from",
            "apart",
        ),
    ],
)
def test_an_answer_without_sites_or_without_a_figure_says_so_first(
    given: dict[str, Any], first: str, never: str, city: Lots
) -> None:
    cost = "area" if "budget" in given else ""
    found = asked(city, cost=cost, exclude=("000",), **given)  # the first lot costs nothing
    lines = list(proposals.lines(words("en"), found, {}))
    assert lines[0].startswith(first)
    assert not any(line.startswith(never) for line in lines)
    page = content(found, words("en"), charts.shapes(found.problem))
    assert page.lead[0] == lines[0]
    assert any("Proposed site" in text for _, text in page.legend) == bool(len(found.told.sites))


def test_what_would_close_is_crossed_and_named_with_its_zone(city: Lots) -> None:
    found = asked(city, number=1, may_close=2)
    closed = found.told.closed
    zones = dict(zip(found.problem.zones["zone_id"], found.problem.zones["name_en"], strict=True))
    page = content(found, words("en"), charts.shapes(found.problem))
    assert str(page.map).count('stroke-width="9"') == len(closed) >= 1
    assert any(text == "Facility that would close" for _, text in page.legend)
    said = next(line for line in page.lead if "would close" in line)
    for row in closed.to_dict(orient="records"):
        assert f"{row['name'] or row['record_id']} ({zones[row['zone_id']]})" in said


def test_the_page_of_several_spheres_tells_each(city: Lots) -> None:
    found = asked(city, spheres=("culture", "tourism"), number=2)
    page = content(found, words("en"), charts.shapes(found.problem))
    side = next(p.table for s in page.sections for p in s.parts if p.key == "side-by-side")
    assert side is not None
    assert [h for h in side.heads if h.startswith("Newly")] == [
        "Newly served (culture)",
        "Newly served (tourism)",
    ]
    sites = found.told.sites
    for sphere in ("culture", "tourism"):
        at = side.heads.index(f"Newly served ({sphere})")
        mine = sites[sites["sphere"] == sphere].sort_values("order")["newly"]
        assert [row[at] for row in side.rows] == [words("en").people(v) for v in mine]
    keys = [p.key for s in page.sections if s.key == "zones" for p in s.parts]
    assert keys == ["by-zone-1", "by-zone-2"]
