"""``geosocial check``: look into files before they are used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosocial.cli.console import column_option, crs_option, json_option, lang_option, sheet_option
from geosocial.errors import GeosocialError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.intake.inspect import Inspection


def command(say: Words) -> click.Command:
    """Return the verb ``check``."""

    def check(
        files: tuple[str, ...],
        *,
        out: str | None,
        sheet: str | None,
        crs: str | None,
        columns: tuple[str, ...],
        zones: str | None,
        as_json: bool,
    ) -> None:
        from geosocial.intake.inspect import inspect
        from geosocial.intake.recognise import named
        from geosocial.report import inspection

        target = Path(out) if out is not None else None
        if target is not None:
            inspection.check_suffix(target)
        chosen = named(columns)
        found: list[Inspection] = []
        refused: list[tuple[str, GeosocialError]] = []
        for file in files:
            try:
                found += inspect(file, sheet=sheet, crs=crs, columns=chosen, zones=zones)
            except GeosocialError as error:
                refused.append((file, error))
        told = inspection.tell(say, found, refused)
        if target is not None:
            inspection.write(told, target, say)
        if as_json:
            click.echo(inspection.as_json(say, found, refused))
        else:
            for line in inspection.lines(told, say):
                click.echo(line)
            if target is not None:
                click.echo(str(target))
        if refused:
            raise click.exceptions.Exit(1)

    return click.Command(
        "check",
        callback=check,
        params=[
            click.Argument(["files"], nargs=-1, required=True, type=click.Path()),
            click.Option(
                ["--out"],
                type=click.Path(dir_okay=False),
                help=say.t("File to write the whole report to: .html or .xlsx."),
            ),
            click.Option(
                ["--zones"],
                type=click.Path(),
                help=say.t(
                    "Layer of zones: in which each row lies, and whether that is the zone it declares."
                ),
            ),
            sheet_option(say),
            column_option(say),
            crs_option(say),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t(
            "Look into FILES before they are used: what each is, how it was read, what is wrong in which row."
        ),
        epilog=say.t(
            "Example: geosocial check projets.xlsx --zones arrondissements.geojson --out report.html"
        ),
    )
