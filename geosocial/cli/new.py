"""``geosocial new``: a study folder to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import click

from geosocial.cli.console import column_option, crs_option, sheet_option, typed
from geosocial.errors import N_, InputError
from geosocial.i18n import Words


def command(say: Words) -> click.Command:
    """Return the verb ``new``."""

    def new(
        folder: str,
        lang: Literal["fr", "en"] | None,
        *,
        places: str | None,
        sheet: str | None,
        crs: str | None,
        columns: tuple[str, ...],
        complete: bool,
        zones: str | None,
        demand: str | None,
        addresses: str | None,
        residents: str | None,
        name: str | None,
    ) -> None:
        import datetime as dt

        from geosocial.intake.own_addresses import own_addresses
        from geosocial.intake.own_city import own_city
        from geosocial.intake.own_list import own_list
        from geosocial.intake.recognise import named
        from geosocial.intake.templates import write_study

        if (zones is None) != (demand is None):
            raise InputError(
                N_("--zones and --demand go together."),
                hint=N_("Give both for another city, or neither for Montréal."),
            )
        # the city first: against its zones more can be said of coordinates whose system is not named
        city = zones and demand and own_city(zones, demand, residents=residents, crs=crs)
        points = None if addresses is None else own_addresses(addresses, crs=crs)
        own = places and own_list(
            places, sheet=sheet, crs=crs, columns=named(columns), addresses=points is not None
        )
        today = dt.datetime.now(tz=dt.UTC).astimezone().date()
        for file in write_study(
            folder,
            lang=lang or say.lang,
            today=today,
            own=own or None,
            city=city or None,
            addresses=points,
            complete=complete,
            title=name,
        ):
            click.echo(str(file))
        if city:
            click.echo(
                say.t(
                    "Zones: identifier {id}, name {name}. Residents: {residents}. Distances in {crs}.",
                    **city.columns,
                    crs=city.crs,
                )
            )
        for given in (points, own):
            if given:
                _say_columns(say, given.path.name, given.columns)
        for note in () if not own else own.notes:
            click.echo(say.t(note.template, **note.facts))
        if not own:
            click.echo(
                say.t(
                    "Fill in places.xlsx, read study.toml, then: geosocial run {folder}", folder=typed(folder)
                )
            )
            return
        click.echo(say.t("Read study.toml, then: geosocial run {folder}", folder=typed(folder)))

    return click.Command(
        "new",
        callback=new,
        params=_parameters(say),
        help=say.t(
            "Make the study folder FOLDER: a commented study, and empty sheets with lists to choose from, or "
            "your own list."
        ),
        epilog=say.t("Example: geosocial new my-study --places projets.xlsx"),
    )


def _say_columns(say: Words, file: str, columns: Mapping[str, str]) -> None:
    from geosocial.intake.recognise import LABELS

    told = " · ".join(f"{say.t(LABELS[key])} ← {header}" for key, header in columns.items())
    click.echo(say.t("Columns of {file}: {columns}", file=file, columns=told))


def _parameters(say: Words) -> list[click.Parameter]:
    """Return the options of the verb."""
    return [
        click.Argument(["folder"], type=click.Path()),
        click.Option(
            ["--places"],
            type=click.Path(),
            help=say.t(
                "A list of places that you have already, sheet or layer: it is copied into the folder, "
                "and the study describes it."
            ),
        ),
        click.Option(
            ["--complete"],
            is_flag=True,
            help=say.t(
                "The list is complete: a zone without a row has none; otherwise its figure is missing."
            ),
        ),
        click.Option(
            ["--zones"],
            type=click.Path(),
            help=say.t("Zones of another city: a layer of polygons, with --demand; otherwise Montréal."),
        ),
        click.Option(
            ["--demand"],
            type=click.Path(),
            help=say.t("Where people live in that city: a layer, or a sheet with coordinates."),
        ),
        click.Option(
            ["--addresses"],
            type=click.Path(),
            help=say.t(
                "Address points (civic number, street, position) in which the places of a list that has "
                "addresses and no coordinates are looked up: copied into the folder too."
            ),
        ),
        click.Option(
            ["--residents"],
            metavar=say.t("HEADER"),
            help=say.t("Column of --demand with the number of people."),
        ),
        click.Option(
            ["--name"],
            help=say.t(
                "Name of the city or of the study, as its pages show it; otherwise that of the folder."
            ),
        ),
        sheet_option(say),
        column_option(say),
        crs_option(say),
        click.Option(
            ["--lang"],
            type=click.Choice(["fr", "en"]),
            help=say.t("Language of the messages and of the lists to choose from: fr, en."),
        ),
    ]
