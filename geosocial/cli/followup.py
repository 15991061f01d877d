"""``geosocial followup``: the five directions, the plan, and what is late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosocial import __version__
from geosocial.cli.console import Console, json_option, lang_option
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``followup``."""

    def followup(study: str | None, *, out: str | None, lang: str | None, as_json: bool) -> None:
        from geosocial import pipeline
        from geosocial.report import followup as told
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = read_study(study)
        if not as_json:
            title = say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name))
            click.echo(title, err=True)
        # sites are proposed for the major projects only
        asked = read if read.projects is not None else read.model_copy(update={"siting": None})
        results = pipeline.compute(asked, step=console.step, apart=True)
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        written = (
            [] if out is None else pipeline.write_gaps(results, Path(out), langs=langs, step=console.step)
        )
        if as_json:
            click.echo(told.as_json(say, results))
            return
        for line in told.lines(say, results):
            click.echo(line)
        if written:
            click.echo("")
        for path in written:
            if path.suffix != ".json":
                click.echo(str(path))

    return click.Command(
        "followup",
        callback=followup,
        params=[
            click.Argument(["study"], required=False, type=click.Path()),
            click.Option(
                ["--out"],
                type=click.Path(file_okay=False),
                help=say.t("Folder to write the tables and the workbook to; without it nothing is written."),
            ),
            lang_option(say, ("fr", "en", "both")),
            json_option(say),
        ],
        help=say.t(
            "Follow up the action plan of STUDY and its five directions: what advanced, what is late, and "
            "what cannot be said (without STUDY, the embedded Montréal study, whose plan is an example)."
        ),
        epilog=say.t("Example: geosocial followup my-study --json"),
    )
