"""What a run leaves as files: reports as pages and as PDF; tables, the workbook and the GeoPackage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geosocial.vocabulary import Lang

if TYPE_CHECKING:
    import pandas as pd

    from geosocial.report.press import Press
    from geosocial.results import Results

#: What writing loads where it uses it; typst not, which starts threads (`geosocial.apart`).
_USED: Final = (
    "babel.dates",
    "babel.numbers",
    "font_source_sans_pro",
    "geosocial.io.parquet",
    "geosocial.report.boroughs",
    "geosocial.report.directory",
    "geosocial.report.dossier",
    "geosocial.report.explanations",
    "geosocial.report.html",
    "geosocial.report.indicators",
    "geosocial.report.qgis",
    "geosocial.report.workbook",
    "jinja2",
    "pyarrow.parquet",
    "pyogrio",
    "xlsxwriter",
)


def load() -> None:
    """Load what writing uses: who waits for another processor can do so before there is anything to write."""
    for name in _USED:
        import_module(name)


def write_frames(
    results: Results, frames: Mapping[str, pd.DataFrame], out: Path, *, langs: Sequence[Lang]
) -> None:
    """Write tables by their name, as CSV and as Parquet, into the folder ``tables``; the workbook."""
    from geosocial.io import write
    from geosocial.report.workbook import write_workbook

    for name, frame in frames.items():
        write.write_table(frame, out / "tables" / f"{name}.csv")
    _write_parquets(results, frames, out / "tables")
    write_workbook(results, out / "geosocial.xlsx", langs=tuple(langs))


def table_names(names: Collection[str]) -> list[str]:
    """Return the files that `write_frames` writes for these tables, below its folder: the text ones first."""
    return [f"tables/{name}.{suffix}" for suffix in ("csv", "parquet") for name in names]


def _write_parquets(results: Results, frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables as Parquet: beside its types, each column says what it means, as the dictionary does."""
    from geosocial.io.parquet import write_parquet
    from geosocial.report.tables import DATES, SHAPE

    study = results.study
    said: dict[str, dict[str, dict[str, str]]] = {}
    for table, column, fr, en, unit in frames["dictionary"].itertuples(index=False):
        told = {"meaning_fr": str(fr), "meaning_en": str(en)} | ({"unit": str(unit)} if unit else {})
        said.setdefault(str(table), {})[str(column)] = told
    said["zones"] |= SHAPE
    for name, frame in frames.items():
        write_parquet(
            frame,
            folder / f"{name}.parquet",
            dates=DATES,
            meanings=said.get(name),
            about={"study": study.id, "edition": study.edition.isoformat(), "table": name},
            shapes=results.zones.geometry if name == "zones" else None,
        )


def write_tables(
    results: Results, frames: Mapping[str, pd.DataFrame], out: Path, *, langs: Sequence[Lang]
) -> None:
    """Write what `write_frames` writes, the GeoPackage, and the public directory where one is asked for."""
    from geosocial.i18n import words
    from geosocial.io import write
    from geosocial.report.directory import write_directory
    from geosocial.report.qgis import styles
    from geosocial.report.tables import layers

    write_frames(results, frames, out, langs=langs)
    looks = styles(words(langs[0]), results)
    write.write_geopackage(layers(results), out / "geosocial.gpkg", date=results.study.edition, styles=looks)
    write_directory(results, out / "directory")


def directory_names(results: Results) -> list[str]:
    """Return the files of the public directory that `write_tables` writes, below its folder."""
    from geosocial.report import directory

    return [f"directory/{name}" for name in directory.names(results)]


def report_names(langs: Sequence[Lang]) -> list[str]:
    """Return the files that `write_reports` and `write_explained` write, below their folder."""
    return [name for lang in langs for name in _of(lang)]


def _of(lang: Lang) -> tuple[str, ...]:
    names = (
        ("report", "html"),
        ("report", "pdf"),
        ("indicators", "html"),
        ("boroughs", "pdf"),
        ("explain", "html"),
    )
    return tuple(f"{stem}.{lang}.{suffix}" for stem, suffix in names)


def explained_in(langs: Sequence[Lang]) -> dict[str, str]:
    """Return the page of explanations of each language, below the folder of the run."""
    return {lang: f"report/{_of(lang)[-1]}" for lang in langs}


def write_reports(results: Results, folder: Path, *, langs: Sequence[Lang], atlas: bool) -> None:
    """Write the report of each language as a page and as a PDF, and the sheets of the zones.

    `atlas`: whether the pages lead to the atlas of the same run.
    """
    with reports(results, folder, langs=langs, atlas=atlas):
        pass


@contextmanager
def reports(
    results: Results, folder: Path, *, langs: Sequence[Lang], atlas: bool
) -> Iterator[Callable[[], None]]:
    """Write the pages that `write_reports` writes, and give what waits until the PDFs stand, too."""
    from geosocial.report.press import press

    with press() as at_press:
        _write_reports(results, folder, langs=langs, atlas=atlas, press=at_press)
        yield at_press.wait


def _write_reports(
    results: Results, folder: Path, *, langs: Sequence[Lang], atlas: bool, press: Press
) -> None:
    from geosocial.i18n import words
    from geosocial.report.boroughs import write_boroughs
    from geosocial.report.dossier import write_dossier
    from geosocial.report.html import draw, write_report
    from geosocial.report.outline import outline

    drawn = draw(results)
    told = {lang: outline(words(lang), results) for lang in langs}
    for lang in langs:
        _, paper, _, sheets, _ = _of(lang)
        press.set(write_dossier, results, folder / paper, words(lang), drawn=drawn.shapes, told=told[lang])
        press.set(write_boroughs, results, folder / sheets, words(lang), drawn=drawn.shapes)
    for lang in langs:
        page, paper, indicators, sheets, explained = _of(lang)
        links = {"indicators": indicators, "pdf": paper, "sheets": sheets, "explain": explained}
        links |= _atlas(atlas) | {other: f"report.{other}.html" for other in langs if other != lang}
        write_report(results, folder / page, words(lang), files=links, drawn=drawn, told=told[lang])


def write_explained(results: Results, folder: Path, *, langs: Sequence[Lang], atlas: bool) -> None:
    """Write what the reports lead to: the definitions of the indicators, and where each figure comes from.

    `atlas`: whether the pages lead to the atlas of the same run.
    """
    from geosocial.i18n import words
    from geosocial.report.explanations import write_explanations
    from geosocial.report.indicators import write_indicators

    for lang in langs:
        page, _, indicators, _, explained = _of(lang)
        others = [other for other in langs if other != lang]
        links = {"report": page} | {other: f"indicators.{other}.html" for other in others}
        write_indicators(folder / indicators, words(lang), files=links)
        links = {"report": page} | _atlas(atlas) | {other: f"explain.{other}.html" for other in others}
        write_explanations(results, folder / explained, words(lang), files=links)


def _atlas(there: bool) -> dict[str, str]:
    """Return the address of the atlas of the same run, where it is there."""
    return {"atlas": "../maps/atlas.html"} if there else {}
