"""``geosocial site``: the best of all choices, one by one; one-line refusals; a certificate that holds."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from geosocial import pipeline
from geosocial.cli import main
from geosocial.cli.site import MODELS
from geosocial.sites import Model
from geosocial.study import read_study


@pytest.fixture(scope="module")
def lots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve lots of the embedded study's places, with areas and a hostile name."""
    demand = pipeline.compute(read_study(None)).demand
    some = (
        demand[demand["zone_id"] != ""]
        .sort_values("residents", ascending=False, kind="stable")
        .iloc[::90][:12]
    )
    path = tmp_path_factory.mktemp("lots") / "lots.csv"
    table = pd.DataFrame(
        {"code": [f"L{n:02d}" for n in range(12)], "name": "=1+1<b>", "x": some["x"], "y": some["y"]}
    )
    table["area"] = np.arange(12) * 100
    table["use"] = ["vacant", "Bâti"] * 6
    table.to_csv(path, index=False)
    return path


def test_the_models_of_the_help_are_those_of_the_room() -> None:
    assert get_args(Model) == MODELS


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["site", *args])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_the_best_of_all_triples(lots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "--sphere",
        "culture",
        "--sites",
        "3",
        "--candidates",
        str(lots),
        "--id",
        "code",
        "--crs",
        "EPSG:32188",
    ]
    code, out, _ = run(
        capsys, *given, "--where", "use=vacant", "--rival", "L00", "--json", "--out", str(tmp_path / "s")
    )
    assert code == 0
    told = json.loads(out)
    found = pipeline.compute(read_study(None))
    spec = found.study.spheres["culture"].services[0]
    demand, cost = found.demand, pipeline.reaches(found.study, found.zones, found.places, found.demand)
    pairs = cost["culture", spec.key].own
    near = np.zeros(len(demand), bool)
    near[pairs.rows()[pairs.data <= (spec.standard_m or 0)]] = True
    table = pd.read_csv(lots)
    table = table[table["use"] == "vacant"]
    people = np.where(demand["zone_id"] != "", demand[spec.demand].fillna(0), 0.0)
    reach = [
        np.hypot(demand["x"] - x, demand["y"] - y).to_numpy() * found.study.detour <= (spec.standard_m or 0)
        for x, y in zip(table["x"], table["y"], strict=True)
    ]
    values = {
        triple: float(people[near | np.logical_or.reduce([reach[k] for k in triple])].sum())
        for triple in itertools.combinations(range(len(reach)), 3)
    }
    assert told["status"] == "optimal"
    assert told["after"] == pytest.approx(max(values.values()))
    assert told["before"] == pytest.approx(float(people[near].sum()))
    assert sum(s["newly"] for s in told["sites"]) == pytest.approx(told["after"] - told["before"])
    assert sum(s["newly"] for s in told["site_zones"]) == pytest.approx(told["after"] - told["before"])
    with_rival = max(v for triple, v in values.items() if table["code"].iloc[list(triple)].eq("L00").any())
    fewer = told["after"] - with_rival
    assert fewer >= 0
    assert [f["served"] for f in told["frontier"]] == pytest.approx(
        [
            max(
                float(people[near | np.logical_or.reduce([reach[k] for k in c])].sum())
                for c in itertools.combinations(range(len(reach)), n)
            )
            for n in (1, 2, 3)
        ]
    )
    # The certificate holds, until a figure is changed.
    code, out, _ = run(capsys, "--check", str(tmp_path / "s"), "--lang", "en")
    assert (code, "holds" in out) == (0, True)
    file = tmp_path / "s" / "certificate.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(record | {"objective": record["objective"] + 1}), encoding="utf-8")
    code, _, err = run(capsys, "--check", str(tmp_path / "s"), "--lang", "fr")
    assert code == 1
    assert "ne tient pas" in err


def test_identical_input_gives_identical_bytes(
    lots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "--sphere",
        "culture",
        "--sites",
        "2",
        "--candidates",
        str(lots),
        "--id",
        "code",
        "--crs",
        "EPSG:32188",
    ]
    for name in ("a", "b"):
        assert run(capsys, *given, "--out", str(tmp_path / name))[0] == 0
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
    # What a spreadsheet would run is text.
    assert "'=1+1" in (tmp_path / "a" / "sites.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--sphere", "nowhere"], "nowhere"),
        (["--sphere", "housing"], "housing"),
        (["--sphere", "culture", "--include", "nope"], "nope"),
        (["--sphere", "culture", "--weight", "cats"], "cats"),
        (["--sphere", "culture", "--service", "x"], "x"),
        (["--sphere", "culture", "--where", "__import__('os')"], "__import__"),
        (["--sphere", "culture", "--where", "area>=many"], "many"),
        (["--sphere", "culture", "--where", "price>=3"], "price"),
        (["--sphere", "culture", "--where", "area>99999"], "lots.csv"),
        ([], "--sphere"),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_refusals_are_one_line(
    lots: Path, extra: list[str], said: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--candidates", str(lots), "--id", "code", "--crs", "EPSG:32188", "--lang", lang]
    code, out, err = run(capsys, *given, *extra)
    assert (code, out) == (1, "")
    last = err.strip().splitlines()[-1]
    assert said in err
    assert "Traceback" not in err
    assert last
