"""``geosocial interpolate``: any layer to any zones, without a study."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.console import (
    Console,
    crs_option,
    faults_option,
    json_option,
    lang_option,
    sheet_option,
    table_option,
)
from geosocial.cli.join import say_faults
from geosocial.errors import N_
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.geo.transfer import Method, Transfer

#: Those of `geosocial.geo.transfer`, which a test compares: importing it would make --help slow.
METHODS = ("area", "dasymetric", "largest_overlap", "points")


def command(say: Words) -> click.Command:
    """Return the verb ``interpolate``."""

    def interpolate(
        layer: str,
        zones: str,
        *,
        out: str,
        extensive: tuple[str, ...],
        intensive: tuple[str, ...],
        method: Method | None,
        ancillary: str | None,
        ancillary_weight: str,
        crs: str | None,
        sheet: str | None,
        faults: str | None,
        as_json: bool,
    ) -> None:
        import json

        from geosocial import intake
        from geosocial.io import write as files

        if not extensive and not intensive:
            raise click.UsageError(
                say.t("Name at least one column: --extensive for counts, --intensive for rates.")
            )
        console = Console(say, silent=as_json)
        target = Path(out)
        files.check_suffix(target)
        if faults is not None:
            files.check_suffix(faults)
        with console.step(N_("Areal interpolation")):
            done = intake.interpolate_files(
                Path(layer),
                Path(zones),
                extensive=extensive,
                intensive=intensive,
                method=method,
                ancillary=ancillary,
                ancillary_weight=ancillary_weight,
                crs=crs,
                sheet=sheet,
            )
        with console.step(N_("Writing")):
            frame: Any = done.frame
            if target.suffix.lower() in {".csv", ".xlsx"}:
                frame = frame.drop(columns=frame.geometry.name)
            files.write_any(frame, target)
            if faults is not None:
                files.write_any(done.faults, faults)
        if as_json:
            click.echo(json.dumps(_report(done.moved, target), ensure_ascii=False))
            return
        for note in done.notes:
            click.echo(say.t(note.template, **note.facts), err=True)
        say_faults(say, done.faults, listed=faults is not None)
        for line in _lines(say, done.moved):
            click.echo(line)
        click.echo(str(target))

    return click.Command(
        "interpolate",
        callback=interpolate,
        params=_params(say),
        help=say.t(
            "Move columns of LAYER to ZONES: counts are divided, rates averaged; what falls outside is said."
        ),
        epilog=say.t(
            "Example: geosocial interpolate aires.gpkg quartiers.geojson --out quartiers.xlsx "
            "--extensive population --intensive loyer_moyen"
        ),
    )


def _lines(say: Words, moved: Transfer) -> list[str]:
    """Return the conservation of each column, a line each."""
    lines = []
    for row in moved.totals.to_dict("records"):
        column, source, zones = row["column"], row["source"], row["zones"]
        known = moved.table[f"{column}_known"]
        if row["kind"] == "extensive":
            text = say.t(
                "{column}: {source} in the layer, {zones} in the zones, {outside} outside ({share}).",
                column=column,
                source=_figure(say, source),
                zones=_figure(say, zones),
                outside=_figure(say, _nearly(source - zones, source)),
                share=say.percent(_nearly(row["share_outside"], 1.0), 2),
            )
        else:
            text = say.t("{column}: averaged, a rate has no total.", column=column)
        said = say.t(
            "Suppressed rows: {suppressed}; zones known in part: {partly}, not at all: {missing}.",
            suppressed=say.number(row["suppressed"]),
            partly=say.number(int(((known > 0) & (known < 1)).sum())),
            missing=say.number(int(moved.table[column].isna().sum())),
        )
        lines.append(f"{text} {said}")
    return lines


def _nearly(value: float, whole: float) -> float:
    """Return 0 for what is only the rounding of a sum."""
    return 0.0 if abs(value) <= 1e-9 * abs(whole) else value


def _figure(say: Words, value: float) -> str:
    """Return a total with as many digits as it needs: whole numbers have none after the point."""
    return say.number(value, 0 if math.isnan(value) or abs(value - round(value)) < 0.005 else 2)


def _report(moved: Transfer, target: Path) -> dict[str, object]:
    totals = moved.totals.astype(object).where(moved.totals.notna(), None)
    outcomes = moved.rows["outcome"].value_counts().sort_index()
    return {
        "method": moved.method,
        "rows": len(moved.rows),
        "zones": len(moved.table),
        "outcomes": {str(outcome): int(count) for outcome, count in outcomes.items()},
        "columns": totals.to_dict("records"),
        "out": str(target),
    }


def _params(say: Words) -> list[click.Parameter]:
    return [
        click.Argument(["layer"], type=click.Path()),
        click.Argument(["zones"], type=click.Path()),
        table_option(say),
        click.Option(
            ["--extensive"],
            multiple=True,
            metavar=say.t("COLUMN"),
            help=say.t("Column of counts, such as people; may be given several times."),
        ),
        click.Option(
            ["--intensive"],
            multiple=True,
            metavar=say.t("COLUMN"),
            help=say.t("Column of rates or means; may be given several times."),
        ),
        click.Option(
            ["--method"],
            type=click.Choice(METHODS),
            help=say.t(
                "area: in proportion to area (default of polygons); dasymetric: to where people live "
                "(--ancillary); largest_overlap: each row whole to the zone that it overlaps most; "
                "points: to the zone of a point inside it (default of points)."
            ),
        ),
        click.Option(
            ["--ancillary"],
            type=click.Path(),
            help=say.t("Where people live, for dasymetric: inhabited polygons, or dwellings as points."),
        ),
        click.Option(
            ["--ancillary-weight"],
            default="",
            metavar=say.t("COLUMN"),
            help=say.t("Column of the dwellings or people of each row of --ancillary."),
        ),
        crs_option(say),
        faults_option(say),
        sheet_option(say),
        lang_option(say, ("fr", "en")),
        json_option(say),
    ]
