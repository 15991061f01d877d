"""``geosocial join``: the join alone, without a study."""

from __future__ import annotations

from pathlib import Path

import click

from geosocial.cli.console import Console, json_option, lang_option
from geosocial.errors import N_
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``join``."""

    def join(points: str, zones: str, out: str, crs: str | None, snap_m: float, *, as_json: bool) -> None:
        import json

        from geosocial import intake, wording
        from geosocial.io import write as files

        console = Console(say, silent=as_json)
        target = Path(out)
        files.check_suffix(target)
        with console.step(N_("Join")):
            joined = intake.join_files(Path(points), Path(zones), crs=crs, snap_m=snap_m)
        with console.step(N_("Writing")):
            files.write_any(joined.frame, target, crs=joined.crs)
        if as_json:
            click.echo(
                json.dumps(
                    {"read": len(joined.frame), **joined.counts, "out": str(target)}, ensure_ascii=False
                )
            )
            return
        for note in joined.notes:
            click.echo(say.t(note.template, **note.facts), err=True)
        click.echo(wording.conservation_line(say, {"read": len(joined.frame), **joined.counts}))
        click.echo(str(target))

    return click.Command(
        "join",
        callback=join,
        params=[
            click.Argument(["points"], type=click.Path()),
            click.Argument(["zones"], type=click.Path()),
            click.Option(
                ["--out"],
                required=True,
                type=click.Path(dir_okay=False),
                help=say.t("File to write: .csv, .geojson, .gpkg, .parquet or .xlsx."),
            ),
            click.Option(
                ["--crs"],
                help=say.t("Coordinate reference system of files that do not say theirs, as EPSG:32188."),
            ),
            click.Option(
                ["--snap-m"],
                type=click.FloatRange(min=0),
                default=250.0,
                show_default=True,
                help=say.t("A point outside all zones goes to the nearest one within this many metres."),
            ),
            lang_option(say, ("fr", "en")),
            json_option(say),
        ],
        help=say.t("Give each point of POINTS its zone of ZONES; every row is kept, with what became of it."),
        epilog=say.t(
            "Example: geosocial join projets.csv arrondissements.geojson --out projets-arrondissements.xlsx"
        ),
    )
