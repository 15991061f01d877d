"""The pictures of the pages, made by the build: maps drawn by geosocial, pages as a browser shows them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

from geosocial.vocabulary import Lang
from scripts.docs.house import drawing
from tests.test_house import FLOORS

LIST: Final = Path(__file__).parent.parent.parent / "docs" / "pictures.toml"
#: The lists that the guides start from.
EXAMPLES: Final = LIST.parent.parent / "examples" / "guides"
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)
#: What stands for a screen where no browser is installed.
ABSENT: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 120">'
    '<rect width="640" height="120" fill="#f3f5f7"/>'
    '<text x="320" y="66" font-family="sans-serif" font-size="16" text-anchor="middle" fill="#57606a">'
    "{text}</text></svg>"
)


def pictures() -> dict[str, list[dict[str, Any]]]:
    """Return what ``docs/pictures.toml`` asks for."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def draw_pictures(pages: Path, work: Path) -> None:
    """Make every picture in each language, into ``pages/{lang}/pictures``."""
    wanted = pictures()
    for lang in LANGS:
        (pages / lang / "pictures" / "house.svg").write_text(drawing(FLOORS, lang), encoding="utf-8")
    _maps(wanted.get("map", []), pages)
    _screens(wanted.get("screen", []), pages, work)
    for one in wanted.get("plot", []):
        for lang in LANGS:
            drawn = LIST.parent.parent / "benchmarks" / f"{one['name']}.{lang}.svg"
            shutil.copyfile(drawn, pages / lang / "pictures" / f"{one['name']}.svg")


def _maps(wanted: list[dict[str, Any]], pages: Path) -> None:
    """Draw the maps of the embedded study, as ``geosocial map --pictures`` does."""
    if not wanted:
        return
    from geosocial import pipeline
    from geosocial.cartography.pictures import SLIDE, draw
    from geosocial.study import read_study

    results = pipeline.compute(read_study(None))
    for one in wanted:
        for lang in LANGS:
            picture = draw(
                results,
                sphere=one["sphere"],
                service=one.get("service"),
                indicator=one.get("indicator", "gap"),
                zone=one.get("zone"),
                lang=lang,
                sheet=replace(SLIDE, sites=one.get("sites", 0)),
                kind="png",
                dpi=144,
            )
            (pages / lang / "pictures" / f"{one['name']}.png").write_bytes(picture)


def chromium() -> str | None:
    """Return the path of Chromium, if there is one."""
    return os.environ.get("GEOSOCIAL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def _screens(wanted: list[dict[str, Any]], pages: Path, work: Path) -> None:
    """Show the pages of a run of the embedded study in Chromium, and keep what it shows."""
    if not wanted:
        return
    browser = chromium()
    if browser is None:
        for one in wanted:
            for lang, text in (
                ("fr", "Image faite là où Chromium est installé."),
                ("en", "A picture made where Chromium is installed."),
            ):
                (pages / lang / "pictures" / f"{one['name']}.png").write_text(
                    ABSENT.format(text=text), encoding="utf-8"
                )
        return
    work.mkdir(parents=True, exist_ok=True)
    run = work / "run"
    shutil.rmtree(run, ignore_errors=True)
    _geosocial(["run", "--out", str(run), "--no-archive"], work)
    if any(one.get("study") == "guide" for one in wanted):
        for lang in LANGS:
            _guide(work / f"guide-{lang}", lang)
    for one, lang, shot in _shots(browser, wanted, work):
        (pages / lang / "pictures" / f"{one['name']}.png").write_bytes(shot)


def _geosocial(command: list[str], folder: Path) -> None:
    subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "geosocial", *command], check=True, capture_output=True, cwd=folder
    )


def _guide(folder: Path, lang: Lang) -> None:
    """Do what the guides tell to do, so that their pictures show what their readers see."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in EXAMPLES.glob(f"*.{lang}.csv"):
        shutil.copy(file, folder)
    said = ["--lang", lang]
    use, area = {"fr": ("usage", "superficie"), "en": ("use", "area")}[lang]
    lots = ["--candidates", f"lots.{lang}.csv", "--where", f"{use}=vacant", "--where", f"{area}>=500"]
    sought = ["--sphere", "culture", "--sites", "3", *lots, "--rival", "L-007", "--out", "sites"]
    _geosocial(["new", "my-city", "--places", f"places.{lang}.csv", "--complete", *said], folder)
    _geosocial(["run", "my-city", "--out", "run", *said], folder)
    _geosocial(["site", "my-city", *sought, *said], folder)
    shutil.copy(folder / f"places-2027.{lang}.csv", folder / "my-city" / f"places.{lang}.csv")
    _geosocial(["map", "my-city", "--out", "change", "--since", "run", *said], folder)


def _shots(
    browser: str, wanted: list[dict[str, Any]], work: Path
) -> Iterator[tuple[dict[str, Any], Lang, bytes]]:
    """Give each screen in each language."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for one in wanted:
            for lang in LANGS:
                size: Any = {"width": one.get("width", 1280), "height": one.get("height", 800)}
                page = chrome.new_page(viewport=size, reduced_motion="reduce", device_scale_factor=1.5)
                run = work / (f"guide-{lang}" if one.get("study") == "guide" else "run")
                page.goto(
                    (run / one["page"].format(lang=lang)).as_uri() + one.get("hash", "").format(lang=lang)
                )
                for selector in one.get("click", []):
                    page.locator(selector.format(lang=lang)).first.click()
                yield one, lang, page.screenshot()
                page.close()
        chrome.close()
