"""``geosocial access``: coverage and accessibility of any places, without a study, however many they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosocial.cli.access_options import measure_options
from geosocial.cli.batches import check_engine, running, scheduler_option
from geosocial.cli.console import (
    Console,
    Number,
    column_option,
    crs_option,
    json_option,
    lang_option,
    snap_option,
)
from geosocial.errors import N_, InputError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.intake.stream_access import Accessed


def command(say: Words) -> click.Command:
    """Return the verb ``access``."""

    def access(
        places: str,
        facilities: str,
        zones: str,
        *,
        out: str,
        standard_m: float,
        detour: float,
        measure: str | None,
        decay: str | None,
        weights: str | None,
        beta: float | None,
        least_m: float,
        streets: str | None,
        streets_snap_m: float,
        demand: str | None,
        supply: str | None,
        crs: str | None,
        snap_m: float,
        columns: tuple[str, ...],
        engine: str,
        scheduler: str | None,
        as_json: bool,
    ) -> None:
        from geosocial.intake.recognise import named
        from geosocial.intake.stream_access import stream_access
        from geosocial.io.batches import reads_in_batches
        from geosocial.io.write import write_any

        console = Console(say, silent=as_json)
        check_engine(places, engine=engine, scheduler=scheduler)
        whole = engine == "memory" or (engine == "auto" and not reads_in_batches(places))
        folder = Path(out)
        with (
            running(engine, scheduler) as over,
            console.step(N_("Measuring") if whole else N_("Measuring in batches")),
        ):
            made = stream_access(
                Path(places).absolute(),  # for workers with another working folder
                Path(facilities).absolute(),
                Path(zones).absolute(),
                folder.absolute(),
                over=over,
                standard_m=standard_m,
                detour=detour,
                measure=measure,
                decay=decay,
                weights=_weights(weights),
                beta=beta,
                least_m=least_m,
                streets=None if streets is None else Path(streets).absolute(),
                streets_snap_m=streets_snap_m,
                demand=demand,
                supply=supply,
                crs=crs,
                snap_m=snap_m,
                columns=named(columns),
                progress=console.rows,
                whole=whole,
            )
        with console.step(N_("Writing")):
            for name, table in made.tables():
                write_any(table, folder / f"{name}.csv")
        _tell(say, made, folder, standard_m=standard_m, as_json=as_json)

    return click.Command(
        "access",
        callback=access,
        params=_params(say),
        help=say.t(
            "Give each of PLACES its facilities within reach and its accessibility, and sum the demand by "
            "ZONES; along straight lines or streets; in batches, for Parquet and CSV larger than the memory."
        ),
        epilog=say.t(
            "Example: geosocial access addresses.parquet facilities.csv boroughs.geojson --out access "
            "--standard-m 800 --demand people --supply capacity"
        ),
    )


def _weights(text: str | None) -> tuple[float, ...]:
    """Return the weights that an option lists."""
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError as error:
        raise InputError(
            N_("--weights: “{got}” is no list of numbers."), hint=N_("Write it as 1,0.68,0.22."), got=text
        ) from error


def _tell(say: Words, made: Accessed, folder: Path, *, standard_m: float, as_json: bool) -> None:
    import json

    people, covered = float(made.zones["demand"].sum()), float(made.zones["covered"].sum())
    if as_json:
        told = {
            "read": made.rows,
            "unlocated": made.unlocated,
            "demand": people,
            "covered": covered,
            "out": str(folder),
            "parts": made.parts,
            "kept": made.kept,
            "far": made.far,
            "measure": made.reach.measure,
            "off_streets": made.off_streets,
            "faults": len(made.faults),
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for note in made.notes:
        click.echo(say.t(note.template, **note.facts), err=True)
    click.echo(
        say.t(
            "Places read: {count}; without a position: {lost}.",
            count=say.number(made.rows),
            lost=say.number(made.unlocated),
        )
    )
    click.echo(
        say.t(
            "Demand within {standard} of a facility: {covered} of {people} ({share}).",
            standard=say.metres(standard_m),
            covered=say.number(covered),
            people=say.number(people),
            share=say.percent(covered / people if people > 0 else float("nan"), 1),
        )
    )
    if len(made.faults):
        click.echo(
            say.n(
                "{count} row to look at is listed with its reason in faults.csv.",
                "{count} rows to look at are listed with their reasons in faults.csv.",
                len(made.faults),
                count=say.number(len(made.faults)),
            )
        )
    for name in (*(f"{name}.csv" for name, _ in made.tables()), "places.parquet"):
        click.echo(str(folder / name))


def _params(say: Words) -> list[click.Parameter]:
    return [
        click.Argument(["places"], type=click.Path()),
        click.Argument(["facilities"], type=click.Path()),
        click.Argument(["zones"], type=click.Path()),
        click.Option(
            ["--out"],
            required=True,
            type=click.Path(file_okay=False),
            help=say.t("Folder to write: zones.csv, facilities.csv, faults.csv, and the places in parts."),
        ),
        click.Option(
            ["--standard-m"],
            required=True,
            type=Number(say, 0, min_open=True),
            help=say.t("A facility within this many metres is within reach."),
        ),
        *measure_options(say),
        click.Option(
            ["--demand"], help=say.t("Column of the people of each place; without it each place counts 1.")
        ),
        click.Option(
            ["--supply"],
            help=say.t("Column of the capacity of each facility; without it each facility counts 1."),
        ),
        crs_option(say),
        snap_option(say),
        click.Option(
            ["--engine"],
            type=click.Choice(["auto", "memory", "stream", "dask"]),
            default="auto",
            show_default=True,
            help=say.t(
                "memory: all places at once, from any sheet or layer; stream: in batches, for Parquet and "
                "CSV larger than the memory; dask: the same on the workers of a Dask cluster; "
                "auto: stream for Parquet, and for CSV whose first row is the header; else memory."
            ),
        ),
        scheduler_option(say),
        column_option(say),
        lang_option(say, ("fr", "en")),
        json_option(say),
    ]
