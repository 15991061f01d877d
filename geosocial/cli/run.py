"""``geosocial run``: the main job."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geosocial import __version__
from geosocial.cli.console import Console, folder_option, json_option, lang_option, since_option, with_since
from geosocial.cli.maps import lines
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.results import Results


#: Rejected and unlocated rows that are told at the end; the table of faults has all.
_SHOWN: Final = 5


def command(say: Words) -> click.Command:
    """Return the verb ``run``."""

    def run(
        study: str | None,
        out: str,
        lang: str | None,
        *,
        since: str | None,
        online: bool,
        no_archive: bool,
        as_json: bool,
    ) -> None:
        from geosocial import pipeline
        from geosocial.apart import keep_memory
        from geosocial.report import files
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = with_since(read_study(study), since)
        if not as_json:
            click.echo(
                say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name)),
                err=True,
            )
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        keep_memory()
        with _texts_as_python():
            results = pipeline.compute(
                read, step=console.step, online=online, apart=True, meanwhile=files.load
            )
            written = pipeline.write(
                results,
                Path(out),
                langs=langs,
                step=console.step,
                archive=not no_archive,
                apart=True,
                kept=console.kept,
            )
        _report(say, results, written, Path(out), as_json=as_json)

    return click.Command(
        "run",
        callback=run,
        params=[
            click.Argument(["study"], required=False, type=click.Path()),
            folder_option(say),
            since_option(say),
            click.Option(
                ["--online"],
                is_flag=True,
                help=say.t("Ask the geocoding service that the study names: addresses leave this machine."),
            ),
            click.Option(
                ["--no-archive"],
                is_flag=True,
                help=say.t("Keep no copy of the inputs: verify can then not compute the run again."),
            ),
            lang_option(say, ("fr", "en", "both")),
            json_option(say),
        ],
        help=say.t(
            "Do the main job: join, measure, and write the atlas, the reports and the tables of STUDY "
            "(a study folder or its study.toml; without it, the embedded Montréal study)."
        ),
        epilog=say.t("Example: geosocial run my-study/study.toml --out results --lang fr"),
    )


def _texts_as_python() -> AbstractContextManager[None]:
    """Keep texts as Python's own while a run lasts.

    Its tables are many and short: a call of Arrow costs more than it spares on a hundred rows.
    """
    import pandas as pd

    return pd.option_context("mode.string_storage", "python")


def _report(say: Words, results: Results, written: list[Path], out: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo((out / "run.json").read_text(encoding="utf-8"), nl=False)
        return
    from geosocial import wording

    for row in results.conservation.to_dict(orient="records"):
        spec = next(p for p in results.study.places if p.key == row["source"])
        line = wording.conservation_line(say, {str(k): v for k, v in row.items() if k != "source"})
        click.echo(say.t("{label}: {line}", label=say.label(spec.label), line=line))
    for line in (*wording.rows_to_see(say, results, most=_SHOWN), *wording.uncounted(say, results)):
        click.echo(line)
    for line in (*wording.set_aside(say, results), *wording.cautions(say, results)):
        click.echo(line)
    click.echo("")
    drawn = [path for path in written if path.parts[-2:-1] == ("boroughs",) or path.name == "atlas.html"]
    for line in lines(say, drawn):
        click.echo(line)
    for path in written:
        if path.suffix in {".html", ".pdf", ".xlsx", ".gpkg", ".geojson", ".jsonld"} and path not in drawn:
            click.echo(str(path))
    folders = sorted({str(p.parent) for p in written if p.suffix == ".csv"})
    for folder in folders:
        count = sum(str(p.parent) == folder and p.suffix == ".csv" for p in written)
        click.echo(
            say.n("{folder} ({count} table)", "{folder} ({count} tables)", count, folder=folder, count=count)
        )
