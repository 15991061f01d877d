"""``geosocial report``: the reports alone: a page and a PDF in each language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from geosocial import __version__
from geosocial.cli.console import Console, folder_option, json_option, lang_option, since_option, with_since
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``report``."""

    def report(study: str | None, *, out: str, lang: str | None, since: str | None, as_json: bool) -> None:
        from geosocial import pipeline
        from geosocial.report import files
        from geosocial.study import read_study
        from geosocial.wording import cautions

        console = Console(say, silent=as_json)
        read = with_since(read_study(study), since)
        if not as_json:
            title = say.t("geosocial {version} · {study}", version=__version__, study=say.label(read.name))
            click.echo(title, err=True)
        results = pipeline.compute(read, step=console.step, apart=True, meanwhile=files.load)
        langs: Any = (lang,) if lang in {"fr", "en"} else ("fr", "en")
        written = pipeline.write_reports(
            results, Path(out), langs=langs, step=console.step, apart=True, kept=console.kept
        )
        shown = [str(path) for path in written if path.suffix in {".html", ".pdf"}]
        if as_json:
            click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
            return
        for line in cautions(say, results, written=False):
            click.echo(line, err=True)
        for path in shown:
            click.echo(path)

    return click.Command(
        "report",
        callback=report,
        params=[
            click.Argument(["study"], required=False, type=click.Path()),
            folder_option(say),
            since_option(say),
            lang_option(say, ("fr", "en", "both")),
            json_option(say),
        ],
        help=say.t(
            "Write the report of STUDY, as a page and as the PDF of the steering committee's dossier, and "
            "the reference of the indicators (without STUDY, the embedded Montréal study)."
        ),
        epilog=say.t("Example: geosocial report my-study --lang fr --out dossier"),
    )
