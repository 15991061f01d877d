"""``geosocial gaps``: the gaps alone, without maps and reports."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from geosocial import __version__
from geosocial.cli.console import Console, json_option, lang_option
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``gaps``."""

    def gaps(
        study: str | None, *, out: str | None, sphere: str | None, lang: str | None, as_json: bool
    ) -> None:
        from geosocial import pipeline
        from geosocial.results import one_sphere, only
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = read_study(study)
        if sphere is not None:
            one_sphere(read, sphere)
        if not as_json:
            title = say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name))
            click.echo(title, err=True)
        results = pipeline.compute(read, step=console.step, apart=True)
        if sphere is not None:
            results = only(results, sphere)
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        written = (
            []
            if out is None
            else pipeline.write_gaps(results, Path(out), langs=langs, step=console.step, kept=console.kept)
        )
        from geosocial.report import gaps as told
        from geosocial.wording import cautions

        if as_json:
            click.echo(told.as_json(say, results))
            return
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in told.lines(say, results, width=width):
            click.echo(line)
        for line in cautions(say, results, written=bool(written)):
            click.echo(line, err=True)
        if written:
            click.echo("")
        for path in written:
            if path.suffix != ".json":
                click.echo(str(path))

    return click.Command(
        "gaps",
        callback=gaps,
        params=[
            click.Argument(["study"], required=False, type=click.Path()),
            click.Option(
                ["--out"],
                type=click.Path(file_okay=False),
                help=say.t("Folder to write the tables and the workbook to; without it nothing is written."),
            ),
            click.Option(["--sphere"], help=say.t("One sphere of the study, by its key: culture, housing.")),
            lang_option(say, ("fr", "en", "both")),
            json_option(say),
        ],
        help=say.t(
            "Measure the gaps of STUDY, rank the zones, and say how firm the ranking is: the same tables as "
            "run, without maps and reports (without STUDY, the embedded Montréal study)."
        ),
        epilog=say.t("Example: geosocial gaps my-study --sphere culture --out gaps"),
    )
