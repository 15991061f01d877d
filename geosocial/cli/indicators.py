"""``geosocial indicators``: what every figure is, generated from the registry."""

from __future__ import annotations

from pathlib import Path

import click

from geosocial.cli.console import json_option, lang_option
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``indicators``."""

    def indicators(*, out: str | None, as_json: bool) -> None:
        from geosocial.report import indicators as reference

        if out is not None:
            reference.write_indicators(Path(out), say)
        if as_json:
            click.echo(reference.as_json(say))
        elif out is not None:
            click.echo(out)
        else:
            for line in reference.lines(say):
                click.echo(line)

    return click.Command(
        "indicators",
        callback=indicators,
        params=[
            click.Option(
                ["--out"],
                type=click.Path(dir_okay=False),
                help=say.t("File to write the reference to: .html or .md."),
            ),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t("Say what every indicator is: definition, unit, sense, level, formula, source."),
        epilog=say.t("Example: geosocial indicators --out indicators.html --lang en"),
    )
