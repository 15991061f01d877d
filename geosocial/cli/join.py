"""``geosocial join``: the join alone, without a study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.batches import check_engine, running, scheduler_option
from geosocial.cli.console import (
    Console,
    column_option,
    crs_option,
    faults_option,
    json_option,
    lang_option,
    sheet_option,
    snap_option,
    table_option,
)
from geosocial.errors import N_, InputError
from geosocial.i18n import Words

if TYPE_CHECKING:
    import pandas as pd

#: Rows at fault that are said on the terminal.
_MOST = 10


def command(say: Words) -> click.Command:
    """Return the verb ``join``."""

    def join(
        points: str,
        zones: str,
        *,
        out: str,
        crs: str | None,
        snap_m: float,
        sheet: str | None,
        columns: tuple[str, ...],
        addresses: str | None,
        faults: str | None,
        engine: str,
        scheduler: str | None,
        as_json: bool,
    ) -> None:
        import json

        from geosocial import intake, wording
        from geosocial.intake.recognise import named
        from geosocial.io import write as files

        console = Console(say, silent=as_json)
        target = Path(out)
        files.check_suffix(target)
        if faults is not None:
            files.check_suffix(faults)
        chosen = named(columns)
        alone = {"--addresses": addresses, "--faults": faults, "--sheet": sheet}
        if _in_batches(points, out, engine=engine, scheduler=scheduler, alone=alone):
            with running(engine, scheduler) as over:
                how = {"over": over, "crs": crs, "snap_m": snap_m, "columns": chosen}
                _stream(say, points, zones, out, as_json=as_json, how=how)
            return
        with console.step(N_("Join")):
            joined = intake.join_files(
                Path(points),
                Path(zones),
                crs=crs,
                snap_m=snap_m,
                sheet=sheet,
                columns=chosen,
                addresses=addresses,
                geometry=target.suffix.lower() not in {".csv", ".xlsx"},
            )
        with console.step(N_("Writing")):
            files.write_any(joined.frame, target, crs=joined.crs)
            if faults is not None:
                files.write_any(joined.faults, faults)
        if as_json:
            click.echo(
                json.dumps(
                    {"read": len(joined.frame), **joined.counts, "out": str(target)}, ensure_ascii=False
                )
            )
            return
        for note in joined.notes:
            click.echo(say.t(note.template, **note.facts), err=True)
        say_faults(say, joined.faults, listed=faults is not None)
        click.echo(wording.conservation_line(say, {"read": len(joined.frame), **joined.counts}))
        click.echo(str(target))

    return click.Command(
        "join",
        callback=join,
        params=_params(say),
        help=say.t("Give each point of POINTS its zone of ZONES; every row is kept, with what became of it."),
        epilog=say.t(
            "Example: geosocial join projets.csv arrondissements.geojson --out projets-arrondissements.xlsx"
        ),
    )


def _in_batches(
    points: str, out: str, *, engine: str, scheduler: str | None, alone: Mapping[str, str | None]
) -> bool:
    """Return whether the join goes batch by batch; `alone` are options that need all rows at once."""
    from geosocial.intake import stream

    given = [option for option, value in alone.items() if value is not None]
    if engine in {"stream", "dask"} and given:
        raise InputError(
            N_("{option} needs all rows at once and cannot be used with --engine {engine}."),
            hint=N_("Leave it out, or use --engine memory."),
            option=", ".join(given),
            engine=engine,
        )
    check_engine(points, engine=engine, scheduler=scheduler)
    return engine in {"stream", "dask"} or (engine == "auto" and not given and stream.streams(points, out))


def _stream(say: Words, points: str, zones: str, out: str, *, as_json: bool, how: Mapping[str, Any]) -> None:
    """Join in batches and say what became of the rows."""
    import json

    from geosocial import wording
    from geosocial.intake.stream import stream_files

    console = Console(say, silent=as_json)
    with console.step(N_("Join in batches")):
        done = stream_files(
            Path(points).absolute(),  # for workers with another working folder
            Path(zones).absolute(),
            Path(out).absolute(),
            **how,
            progress=console.rows,
        )
    if as_json:
        told = {"read": done.rows, **done.counts, "out": out, "parts": done.parts, "kept": done.kept}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for note in done.notes:
        click.echo(say.t(note.template, **note.facts), err=True)
    if done.kept:
        click.echo(
            say.n(
                "{count} part was whole already and was kept.",
                "{count} parts were whole already and were kept.",
                done.kept,
                count=say.number(done.kept),
            ),
            err=True,
        )
    click.echo(wording.conservation_line(say, {"read": done.rows, **done.counts}))
    click.echo(out)


def say_faults(say: Words, faults: pd.DataFrame, *, listed: bool) -> None:
    """Say on stderr which rows deserve a look, so that no repair is silent; ``--faults`` holds them all."""
    from geosocial import wording

    # what lies outside or was snapped is in the conservation line
    told = faults[~faults["code"].isin(["snapped", "outside"])]
    for row, column, value, code, action in told.head(_MOST)[
        ["source_row", "column", "value", "code", "action"]
    ].itertuples(index=False):
        reason = wording.reason(say, code, column=column, value=value, row=row)
        done = wording.action_label(say, action)
        click.echo(say.t("row {row}: {reason} ({action})", row=row, reason=reason, action=done), err=True)
    more = len(told) - _MOST
    if more > 0 and not listed:
        click.echo(
            say.n(
                "… and {count} more row to look at: --faults FILE lists them all.",
                "… and {count} more rows to look at: --faults FILE lists them all.",
                more,
                count=say.number(more),
            ),
            err=True,
        )


def _params(say: Words) -> list[click.Parameter]:
    return [
        click.Argument(["points"], type=click.Path()),
        click.Argument(["zones"], type=click.Path()),
        table_option(say, folder=True),
        crs_option(say),
        snap_option(say),
        faults_option(say),
        click.Option(
            ["--addresses"],
            type=click.Path(),
            help=say.t("Address points where rows that have an address and no position are looked up."),
        ),
        click.Option(
            ["--engine"],
            type=click.Choice(["auto", "memory", "stream", "dask"]),
            default="auto",
            show_default=True,
            help=say.t(
                "memory: all rows at once; stream: in batches, for Parquet and CSV larger than the memory, "
                "into a folder of parts (.parquet) or one .csv; "
                "dask: the same on the workers of a Dask cluster; "
                "auto: stream for Parquet from 5 million rows on."
            ),
        ),
        scheduler_option(say),
        sheet_option(say),
        column_option(say),
        lang_option(say, ("fr", "en")),
        json_option(say),
    ]
