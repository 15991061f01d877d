"""The curve of people served and the sites of a run, against all subsets of small random instances."""

from __future__ import annotations

import itertools
import math
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial import nearness, pipeline
from geosocial.errors import InputError, StudyError
from geosocial.i18n import words
from geosocial.results import only
from geosocial.sites.run import headlines, searching
from geosocial.siting import frontier, mclp
from geosocial.study import SitingSpec, Study, read_study
from geosocial.wording import proposal_sentence
from tests.measure.toy import toy_tables
from tests.wording.city import city

STANDARD = 4.0


@st.composite
def instances(draw: st.DrawFn) -> dict[str, Any]:
    n, m = draw(st.integers(1, 10)), draw(st.integers(1, 7))
    cost = st.sampled_from([0.0, 2.5, 4.0, 4.5, 9.0, math.inf])
    costs = np.array(draw(st.lists(cost, min_size=n * m, max_size=n * m))).reshape(n, m)
    weights = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 0.3, 5.7]), min_size=n, max_size=n)))
    if draw(st.booleans()):
        weights = np.floor(weights)
    roles = draw(
        st.lists(st.sampled_from(["free", "free", "free", "fixed", "forbidden"]), min_size=m, max_size=m)
    )
    return {
        "costs": costs,
        "weights": weights,
        "fixed": [j for j in range(m) if roles[j] == "fixed"],
        "forbidden": [j for j in range(m) if roles[j] == "forbidden"],
        "most": draw(st.integers(0, m)),
    }


def served(costs: Any, weights: Any, sites: Any) -> float:
    near = [min((row[j] for j in sites), default=math.inf) for row in costs]
    return float(sum(w for w, d in zip(weights, near, strict=True) if d <= STANDARD))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(case=instances())
def test_every_point_of_the_curve_is_the_best_of_all_choices(case: dict[str, Any]) -> None:
    costs, weights, m = case["costs"], case["weights"], case["costs"].shape[1]
    given_ = {k: case[k] for k in ("fixed", "forbidden", "most")}
    curve = frontier(costs, weights, standard=STANDARD, **given_)
    free = [j for j in range(m) if j not in {*case["fixed"], *case["forbidden"]}]
    assert curve["number"].tolist() == list(range(1, case["most"] + 1))
    for row in curve.to_dict(orient="records"):
        best = max(
            served(costs, weights, [*case["fixed"], *chosen])
            for size in range(min(row["number"], len(free)) + 1)
            for chosen in itertools.combinations(free, size)
        )
        assert row["served"] == pytest.approx(best)
        assert (row["status"], row["gap"]) == ("optimal", 0)
        assert row["served"] == pytest.approx(served(costs, weights, row["sites"]))
        assert not set(row["sites"]) & set(case["forbidden"])
        assert set(case["fixed"]) <= set(row["sites"])
        assert len(row["sites"]) <= row["number"] + len(case["fixed"])


@pytest.mark.parametrize("seed", range(6))
def test_the_few_that_matter_give_the_curve_of_all(seed: int) -> None:
    """Clustered places, where the relaxed problem is not always whole: each point is that of its own MCLP."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 5_000, (12, 2))
    place = np.concatenate([c + rng.normal(0, 500, (40, 2)) for c in centre])
    weights = rng.integers(1, 90, len(place)).astype(float) + (seed % 2) * rng.random(len(place))
    candidate = place[rng.choice(len(place), 90, replace=False)]
    costs = np.hypot(*(place[:, None] - candidate).transpose(2, 0, 1))
    curve = frontier(np.where(costs <= 700, costs, np.inf), weights, standard=700, most=8)
    assert (curve["status"] == "optimal").all()
    one_by_one = [mclp(costs, weights, sites=n, standard=700).objective for n in range(1, 9)]
    assert curve["served"].tolist() == pytest.approx(one_by_one, rel=1e-9)


def test_a_search_without_time_states_what_it_cannot_rule_out() -> None:
    rng = np.random.default_rng(1)
    costs, weights = rng.uniform(0, 10, (60, 25)), rng.random(60)
    curve = frontier(costs, weights, standard=2, most=4, interrupt=lambda: True)
    full = frontier(costs, weights, standard=2, most=4)
    assert set(curve["status"]) <= {"optimal", "interrupted"}
    for cut, best in zip(curve.to_dict(orient="records"), full["served"], strict=True):
        assert cut["served"] <= best * (1 + 1e-9) <= cut["bound"] * (1 + 2e-9)


def test_a_toy_city_against_all_its_subsets() -> None:
    toy = toy_tables()
    found = city(toy, siting={"most": 2})
    demand, zone = toy.demand, toy.demand["zone_id"].to_numpy()
    position = demand[["x", "y"]].to_numpy()
    inside = np.flatnonzero(zone != "")
    assert [s for s, _ in headlines(found.study)] == found.proposed_curve["sphere"].unique().tolist()
    for sphere, service in headlines(found.study):
        d0 = float(service.standard_m or 0)
        between = np.hypot(*(position[:, None] - position).transpose(2, 0, 1)) * found.study.detour <= d0
        weight = np.where(zone != "", demand[service.demand].fillna(0).to_numpy(), 0.0)
        today = toy.costs[sphere, service.key] <= d0
        curve = found.proposed_curve[found.proposed_curve["sphere"] == sphere]
        sites = found.proposed[found.proposed["sphere"] == sphere]
        zones = found.proposed_zones[found.proposed_zones["sphere"] == sphere]
        for row in curve.to_dict(orient="records"):
            number = int(row["number"])
            best = max(
                weight[today | between[:, list(chosen)].any(axis=1)].sum()
                for chosen in itertools.combinations(inside, number)
            )
            assert row["served"] == pytest.approx(best)
            assert row["share"] == pytest.approx(best / weight.sum())
            mine = sites[sites["number"] == number]
            chosen = [demand["demand_id"].tolist().index(c) for c in mine["candidate_id"]]
            now = today | between[:, chosen].any(axis=1)
            assert mine["newly"].sum() == pytest.approx(best - weight[today].sum())
            assert mine["newly"].is_monotonic_decreasing
            for part in zones[zones["number"] == number].to_dict(orient="records"):
                here = zone == part["zone_id"]
                assert part["served"] == pytest.approx(weight[here & now].sum())
        # One more than the last row would serve nobody more.
        if len(curve) <= 2:
            most = max(
                weight[today | between[:, list(c)].any(axis=1)].sum()
                for c in itertools.combinations(inside, len(curve))
            )
            assert most == pytest.approx(curve["served"].iloc[-1])


@pytest.fixture(scope="module")
def montreal() -> Any:
    return pipeline.compute(read_study(None))


def test_montreal_is_proved_and_starts_at_the_coverage_of_today(montreal: Any) -> None:
    curve = montreal.proposed_curve
    assert curve["sphere"].unique().tolist() == [
        "culture",
        "recreation",
        "sustainable_development",
        "tourism",
    ]
    assert (curve["status"] == "optimal").all()
    assert (curve["gap"] == 0).all()
    overall = montreal.overall[montreal.overall["indicator"] == "coverage"].set_index(["sphere", "service"])
    for sphere, service in headlines(montreal.study):
        key, mine = (sphere, service.key), curve[curve["sphere"] == sphere]
        assert mine["number"].tolist() == list(range(11))
        assert mine["share"].iloc[0] == pytest.approx(overall.loc[key, "value"])
        assert mine["gain"].iloc[1:].is_monotonic_decreasing
    # Counted by hand from positions: the best single site for culture.
    demand, spec = montreal.demand, montreal.study.spheres["culture"].services[0]
    reach = nearness.reaches(montreal.study, montreal.zones, montreal.places, demand)["culture", "main"].own
    near = np.zeros(len(demand), bool)
    near[reach.rows()[reach.data <= spec.standard_m]] = True
    x, y = demand["x"].to_numpy(), demand["y"].to_numpy()
    people = np.where(near | (demand["zone_id"] == ""), 0.0, demand["residents"].fillna(0))
    gains = [
        people[np.hypot(x - a, y - b) * montreal.study.detour <= spec.standard_m].sum()
        for a, b in zip(x, y, strict=True)
    ]
    first = curve[(curve["sphere"] == "culture") & (curve["number"] == 1)].iloc[0]
    assert first["gain"] == max(gains)
    site = montreal.proposed[(montreal.proposed["sphere"] == "culture") & (montreal.proposed["number"] == 1)]
    assert site["candidate_id"].tolist() == [demand["demand_id"].iloc[int(np.argmax(gains))]]


def test_leaving_what_is_measured_beside_ends_the_search(montreal: Any) -> None:
    reach = nearness.reaches(montreal.study, montreal.zones, montreal.places, montreal.demand)
    costs = nearness.nearest_costs(montreal.study, reach, montreal.demand)
    running = set(threading.enumerate())
    with (
        pytest.raises(KeyboardInterrupt),
        searching(montreal.study, montreal.zones, montreal.demand, costs) as searched,
    ):
        raise KeyboardInterrupt
    assert set(threading.enumerate()) <= running
    # what was found by then is there, and says of itself whether it was proved
    assert set(searched().proposed_curve["status"]) <= {"optimal", "interrupted"}


def test_one_sphere_keeps_its_sites(montreal: Any) -> None:
    part = only(montreal, "tourism")
    for name in ("proposed", "proposed_curve", "proposed_zones"):
        assert getattr(part, name)["sphere"].unique().tolist() == ["tourism"]


def test_the_sentence_of_a_proposal(montreal: Any) -> None:
    said = proposal_sentence(words("en"), montreal, "culture", "main", 3).replace("\u00a0", " ")
    assert said == (
        "3 new sites would bring 65,100 people more within 1 km of a cultural facility: coverage from 55% to "
        "58%. Proved: no other choice of as many sites serves more."
    )
    french = proposal_sentence(words("fr"), montreal, "culture", "main", 3).replace("\u00a0", " ")
    assert french.startswith("Avec 3 nouveaux emplacements, 65 100 personnes de plus à 1 km ou moins d’un")
    assert proposal_sentence(words("en"), montreal, "housing", "main", 3) == ""


def asked(**changes: Any) -> Study:
    study = read_study(None)
    return study.model_copy(update={"siting": SitingSpec(**{"most": 2, "spheres": ("culture",), **changes})})


def test_a_list_of_candidates_imposed_and_left_out(tmp_path: Any, montreal: Any) -> None:
    some = montreal.demand[montreal.demand["zone_id"] != ""].iloc[::400].reset_index(drop=True)
    table = pd.DataFrame({"code": [f"{n:03d}" for n in range(len(some))], "x": some["x"], "y": some["y"]})
    table["prix"] = [f"{n + 1} 000 $" if n % 2 else "à voir" for n in range(len(some))]
    table["x"] = ["?" if n == 4 else str(x) for n, x in enumerate(some["x"])]
    table.to_csv(tmp_path / "lots.csv", index=False)
    given_ = {"file": tmp_path / "lots.csv", "id": "code", "crs": "EPSG:32188", "source": "census"}
    found = pipeline.compute(asked(candidates=given_, include=("003",), exclude=("001", "002")))
    two = found.proposed[found.proposed["number"] == 2]
    assert "003" in set(two["candidate_id"])
    # the price of a site is that of its own row: 4 000 $ for the fourth; what is no price is missing
    for frame in (found.proposed, found.candidates):
        for code, cost in zip(frame["candidate_id"], frame["cost"], strict=True):
            n = int(code)
            assert cost == 1_000 * (n + 1) if n % 2 else math.isnan(cost)
    assert not {"001", "002", "004"} & set(found.proposed["candidate_id"])
    assert found.proposed_curve["number"].tolist() == [0, 1, 2]
    fault = found.faults[found.faults["source"] == "candidates"].iloc[0]
    assert (fault["source_row"], fault["column"]) == (6, "x")
    assert "candidates" in [f.role for f in found.inputs]
    with pytest.raises(InputError, match="nobody"):
        pipeline.compute(asked(include=("nobody",)))


@pytest.mark.parametrize(
    ("bad", "said"),
    [("most = 0", "siting.most"), ('spheres = ["x"]', "siting.spheres: x"), ("colour = 1", "siting.colour")],
)
def test_faults_of_the_section_are_named(tmp_path: Any, bad: str, said: str) -> None:
    from geosocial.study import embedded_study

    text = embedded_study().read_text(encoding="utf-8")
    head = text[: text.index("[siting]")]
    (tmp_path / "study.toml").write_text(f"{head}[siting]\n{bad}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=said.replace(".", r"\.")):
        read_study(tmp_path)
