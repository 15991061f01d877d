"""Two editions of a small study: each change goes to the factor that was changed, and the parts add up.

Two squares of some 1.6 km; a library in each of them, 1,000 + 600 people in the west, 2,000 and an unknown
number in the east. Everything is changed on disk, as a user would.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geosocial import pipeline
from geosocial.comparison import Comparison, compare
from geosocial.errors import InputError, MissingFileError
from geosocial.intake.edition import MANIFEST, read_edition
from geosocial.provenance import MANIFEST as WRITTEN
from geosocial.study import read_study
from geosocial.tables import FACTORS, PLACES, check
from tests.cli.conftest import DEMAND, STUDY, ZONES

PLACES_CSV = """id,name,kind,status,lat,lon,borough
A,Bibliothèque A,library,existing,45.51,-73.61,Ouest
B,Bibliothèque B,library,existing,45.519,-73.5815,Est–L’Île
"""
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study folder and its run."""
    root = tmp_path_factory.mktemp("editions")
    (root / "a").mkdir()
    (root / "a" / "study.toml").write_text(STUDY, encoding="utf-8")
    (root / "a" / "zones.geojson").write_text(json.dumps(ZONES), encoding="utf-8")
    (root / "a" / "projects.csv").write_text(PLACES_CSV, encoding="utf-8")
    (root / "a" / "demand.csv").write_text(DEMAND, encoding="utf-8")
    run(root / "a", root / "run-a")
    return root


def run(study: Path, out: Path) -> None:
    pipeline.write(pipeline.compute(read_study(study)), out, langs=("fr",))


def edit(file: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


def shifted(folder: Path) -> None:
    """Move the boundary between the two squares a little to the east."""
    text = (folder / "zones.geojson").read_text(encoding="utf-8")
    moved = text.replace("[-73.60, 45.5]", "[-73.59, 45.5]").replace("[-73.60, 45.52]", "[-73.59, 45.52]")
    moved = moved.replace("[-73.6, 45.5]", "[-73.585, 45.5]").replace("[-73.6, 45.52]", "[-73.585, 45.52]")
    assert moved != text
    (folder / "zones.geojson").write_text(moved, encoding="utf-8")


SUPPLY = edit("projects.csv", "B,Bibliothèque B,library,existing", "B,Bibliothèque B,library,closed")
DEMAND_ = edit("demand.csv", "-73.59,2000", "-73.59,2500")
METHOD = edit("study.toml", "standard_m = 1000", "standard_m = 1800")
QUALITY = edit("projects.csv", "-73.5815", "-73.5816")


def compared(editions: Path, tmp_path: Path, *changes: Change) -> Comparison:
    folder, out = tmp_path / "b", tmp_path / "run-b"
    shutil.copytree(editions / "a", folder)
    for change in changes:
        change(folder)
    run(folder, out)
    found = compare(read_edition(editions / "run-a"), read_edition(out))
    assert_whole(found)
    return found


def assert_whole(found: Comparison) -> None:
    """Every change has its parts, which add up to it, or a reason; unchanged factors have no part."""
    assert found.reproduced == (True, True)
    table = found.changes
    divided = table[table["undivided"] == ""]
    assert len(divided)
    total = divided[list(FACTORS)].sum(axis=1)
    assert np.allclose(total, divided["change"], rtol=1e-12, atol=1e-9)
    for factor in set(FACTORS) - set(found.factors):
        assert (divided[factor].abs() < 1e-9).all(), factor
    undivided = table[table["undivided"] != ""]
    assert undivided[list(FACTORS)].isna().all(axis=None)


def part(found: Comparison, factor: str, indicator: str = "coverage", zone: str = "") -> float:
    table = found.changes
    row = table[(table["zone_id"] == zone) & (table["indicator"] == indicator)]
    return float(row[factor].iloc[0])


def test_a_run_of_the_same_study_gives_the_same_figures(editions: Path, tmp_path: Path) -> None:
    run(editions / "a", tmp_path / "again")
    for file in sorted((editions / "run-a" / "tables").glob("*.csv")):
        assert file.read_bytes() == (tmp_path / "again" / "tables" / file.name).read_bytes(), file.name
    found = compare(read_edition(editions / "run-a"), read_edition(tmp_path / "again"))
    assert (found.factors, found.reproduced) == ((), (True, True))
    assert found.movements.empty
    assert not found.changes["change"].fillna(0).any()


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        (SUPPLY, "supply"),
        (DEMAND_, "demand"),
        (shifted, "boundary"),
        (METHOD, "method"),
        (QUALITY, "quality"),
    ],
    ids=["supply", "demand", "boundary", "method", "quality"],
)
def test_one_change_is_one_factor(editions: Path, tmp_path: Path, change: Change, factor: str) -> None:
    found = compared(editions, tmp_path, change)
    assert found.factors == (factor,)
    divided = found.changes[found.changes["undivided"] == ""]
    assert np.allclose(divided[factor], divided["change"], rtol=1e-12, atol=1e-9)
    assert divided["change"].abs().max() > 0


def test_the_parts_of_two_factors_by_hand(editions: Path, tmp_path: Path) -> None:
    """The mean over both orders, from the runs in which one thing alone was changed."""
    both = compared(editions, tmp_path, METHOD, DEMAND_)
    assert both.factors == ("demand", "method")
    single = {}
    for name, change in (("method", METHOD), ("demand", DEMAND_)):
        folder = tmp_path / name
        folder.mkdir()
        single[name] = compared(editions, folder, change)
    table = both.changes
    row = table[(table["zone_id"] == "") & (table["indicator"] == "gap")].iloc[0]
    v = {"": row["before"], "md": row["after"]}
    for name, key in (("method", "m"), ("demand", "d")):
        other = single[name].changes
        v[key] = float(other[(other["zone_id"] == "") & (other["indicator"] == "gap")]["after"].iloc[0])
    assert row["method"] == pytest.approx(((v["m"] - v[""]) + (v["md"] - v["d"])) / 2)
    assert row["demand"] == pytest.approx(((v["d"] - v[""]) + (v["md"] - v["m"])) / 2)


def test_everything_at_once_adds_up(editions: Path, tmp_path: Path) -> None:
    found = compared(editions, tmp_path, QUALITY, SUPPLY, DEMAND_, METHOD, shifted)
    # what closed is no longer there to be corrected: its position is that of its edition
    assert {"supply", "demand", "boundary", "method"} <= set(found.factors)
    assert part(found, "change") != 0


def test_missing_in_an_edition_has_a_reason_and_no_parts(editions: Path, tmp_path: Path) -> None:
    def open_(folder: Path) -> None:
        edit("study.toml", "complete = true", "complete = false")(folder)
        SUPPLY(folder)

    found = compared(editions, tmp_path, open_)
    east = found.changes[(found.changes["zone_id"] == "E") & (found.changes["indicator"] == "supply")].iloc[0]
    assert (east["before"], east["undivided"], east["status_after"]) == (1, "missing", "missing")
    assert np.isnan(east["change"])


def test_what_a_run_wrote_is_read_back_to_the_digit(editions: Path) -> None:
    results = pipeline.compute(read_study(editions / "a"))
    read = read_edition(editions / "run-a")
    assert read.study.model_dump(exclude={"folder"}) == results.study.model_dump(exclude={"folder"})
    for name in ("places", "measures", "overall", "demand"):
        pd.testing.assert_frame_equal(
            getattr(read, name), getattr(results, name), check_exact=True, check_dtype=True
        )
    check(read.places, PLACES)
    assert MANIFEST == WRITTEN


def test_a_folder_that_holds_no_run_is_refused(editions: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no run of geosocial"):
        read_edition(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(editions / "run-a", broken)
    (broken / MANIFEST).write_text('{"study": {}, "outputs": []}', encoding="utf-8")
    with pytest.raises(InputError, match="manifest"):
        read_edition(broken)
    shutil.copy(editions / "run-a" / MANIFEST, broken / MANIFEST)
    (broken / "tables" / "places.csv").write_text("source,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="these columns are missing: source_file"):
        read_edition(broken)
    (broken / "tables" / "places.csv").unlink()
    with pytest.raises(MissingFileError, match=r"places\.csv"):
        read_edition(broken)


def test_without_the_demand_of_a_run_the_change_is_told_undivided(editions: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(editions / "run-a", old)
    (old / "tables" / "demand.csv").unlink()
    found = compare(read_edition(old), read_edition(editions / "run-a"))
    assert found.reproduced is None
    assert set(found.changes["undivided"]) <= {"no_demand", "missing"}


def test_runs_of_tables_alone_are_compared_where_the_zones_are_the_same(
    editions: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    shutil.copytree(editions / "a", later)
    METHOD(later)
    for folder, out in ((editions / "a", tmp_path / "one"), (later, tmp_path / "other")):
        pipeline.write_gaps(pipeline.compute(read_study(folder)), out)
    found = compare(read_edition(tmp_path / "one"), read_edition(tmp_path / "other"))
    assert found.factors == ("method",)
    assert_whole(found)
    # two systems of zones without their outlines: what lies where cannot be told
    shifted(later)
    text = (later / "zones.geojson").read_text(encoding="utf-8").replace('"E"', '"X"')
    (later / "zones.geojson").write_text(text, encoding="utf-8")
    pipeline.write_gaps(pipeline.compute(read_study(later)), tmp_path / "third")
    redrawn = compare(read_edition(tmp_path / "one"), read_edition(tmp_path / "third"))
    assert redrawn.reproduced is None
    assert set(redrawn.changes["undivided"]) <= {"no_outline", "new", "missing"}


def test_openings_since_the_earlier_edition_are_figures_of_the_first_direction(
    editions: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "b"
    shutil.copytree(editions / "a", folder)
    SUPPLY(folder)
    edit("projects.csv", "B,Bibl", "C,Neuve,library,existing,45.512,-73.612,Ouest\nB,Bibl")(folder)
    section = (
        '\n[followup]\npeople = "residents"\nenterprises = ["projects"]\nsource = "own"\n'
        f'previous = "{(editions / "run-a").as_posix()}"\n'
    )
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(section)
    found = pipeline.compute(read_study(folder)).directions
    here = found[(found["dimension"] == "") & (found["sphere"] == "")]
    values = {(r["indicator"], r["zone_id"]): r["value"] for r in here.to_dict(orient="records")}
    assert (values["opened", ""], values["closed", ""], values["net_change", ""]) == (1, 1, 0)
    assert (values["opened", "W"], values["closed", "E"], values["net_change", "W"]) == (1, 1, 1)
