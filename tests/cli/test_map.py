"""``geosocial map``: the maps alone, the same to the byte as those of ``run``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Run


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


PAGES = [
    "maps/atlas.html",
    "maps/boroughs/est-lile.html",
    "maps/boroughs/index.html",
    "maps/boroughs/ouest.html",
]


def test_the_maps_are_those_of_run_to_the_byte(study: Path, geosocial: Run, tmp_path: Path) -> None:
    assert geosocial("run", study, "--out", tmp_path / "run").returncode == 0
    done = geosocial("map", study, "--out", tmp_path / "map")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "map") == [*PAGES, "run.json"]
    # maps alone have no page of explanations beside them: in a run, the figures lead to it
    address = re.compile(rb'"explain":\{[^}]*\}')
    for name in PAGES:
        one, other = ((tmp_path / folder / name).read_bytes() for folder in ("map", "run"))
        assert address.findall(one) == [b'"explain":{}'], name
        assert b"report/explain.fr.html" in address.findall(other)[0], name
        assert address.sub(b"", one) == address.sub(b"", other), name
    assert [line for line in files(tmp_path / "run") if line.startswith("maps/")] == PAGES
    manifest = json.loads((tmp_path / "map" / "run.json").read_text(encoding="utf-8"))
    assert sorted(entry["file"] for entry in manifest["outputs"]) == PAGES
    assert f"{tmp_path / 'map' / 'maps' / 'boroughs' / 'index.html'} (3 pages)" in done.stdout
    assert not list((tmp_path / "here").iterdir()), "nothing outside --out"


def test_a_run_says_where_its_pages_are(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("run", study, "--out", tmp_path, "--lang", "fr")
    assert f"{tmp_path / 'maps' / 'boroughs' / 'index.html'} (3 pages)" in done.stdout
    assert "ouest.html" not in done.stdout


def test_pictures_are_drawn_when_asked_for(study: Path, geosocial: Run, tmp_path: Path) -> None:
    done = geosocial("map", study, "--pictures", "--lang", "fr", "--out", tmp_path / "map", "--json")
    assert done.returncode == 0, done.stderr
    written = [Path(p) for p in json.loads(done.stdout)]
    assert all(p.is_file() for p in written)
    drawn = [p.name for p in written if p.parent.name == "pictures"]
    # One service with three views (gap, coverage, distance), two zones in one sphere; PNG and SVG.
    assert len(drawn) == (3 + 2) * 2
    assert {"culture-gap.fr.png", "culture-gap.fr.svg", "ouest-culture.fr.png"} <= set(drawn)


def test_a_folder_that_holds_a_whole_run_is_refused(study: Path, geosocial: Run, tmp_path: Path) -> None:
    assert geosocial("run", study, "--out", tmp_path / "out").returncode == 0
    done = geosocial("map", study, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "earlier run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_no_run_has_written_is_left_alone(study: Path, geosocial: Run, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "maps" / "boroughs" / "ouest.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    done = geosocial("map", study, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "ouest.html" in done.stderr
    assert mine.read_text(encoding="utf-8") == "mine"


def test_the_atlas_shows_what_changed_since_an_earlier_run(
    study: Path, geosocial: Run, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    assert geosocial("run", study, "--out", before).returncode == 0
    projects = study / "projects.csv"
    # block b, 600 people, stands beyond the standard: with a library beside it the west is covered whole
    projects.write_text(
        projects.read_text(encoding="utf-8") + "007,Annexe,library,existing,45.501,-73.619,Ouest\n",
        encoding="utf-8",
    )
    done = geosocial("map", study, "--since", before, "--out", tmp_path / "maps", lang="fr")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "maps" / "maps" / "atlas.html").read_text(encoding="utf-8")
    assert "Évolution depuis le 22 novembre 2026" in page
    assert "+38" in page  # points of a percentage: from 62.5 % to 100 %
    missing = geosocial("map", study, "--since", tmp_path / "none", "--out", tmp_path / "m")
    assert missing.returncode == 1
    assert len(missing.stderr.strip().splitlines()[-1:]) == 1
