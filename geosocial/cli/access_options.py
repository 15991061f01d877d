"""The options of ``geosocial access`` that say what is measured, and along what."""

from __future__ import annotations

from typing import Final

import click

from geosocial.cli.console import Number
from geosocial.i18n import Words

#: The measures and decays of `geosocial.intake.access_measure`, which imports numpy; a test compares them.
MEASURES: Final = ("2sfca", "e2sfca", "3sfca", "m2sfca", "bfca", "nearest", "cumulative", "gravity")
DECAYS: Final = ("steps", "gaussian", "exponential", "power", "linear")


def measure_options(say: Words) -> list[click.Parameter]:
    """Return the options."""
    positive = Number(say, 0, min_open=True)
    return [
        click.Option(
            ["--measure"],
            type=click.Choice(MEASURES),
            help=say.t(
                "Measure of accessibility: floating catchment areas (2sfca, e2sfca, 3sfca, m2sfca, bfca), "
                "supply in reach (cumulative, gravity), or the nearest facility alone; 2sfca without this, "
                "e2sfca with a decay."
            ),
        ),
        click.Option(
            ["--decay"],
            type=click.Choice(DECAYS),
            help=say.t("How the worth of a facility falls with its cost; steps 1,0.68,0.22 without it."),
        ),
        click.Option(
            ["--weights"],
            metavar="W,W,…",
            help=say.t("Weights of equal steps up to the standard, as 1,0.68,0.22."),
        ),
        click.Option(
            ["--beta"],
            type=positive,
            help=say.t("β of the exponential (a metre) or of the power (without a unit)."),
        ),
        click.Option(
            ["--least-m"],
            type=positive,
            default=100.0,
            show_default=True,
            help=say.t("Up to this many metres a facility counts whole, with --decay power."),
        ),
        click.Option(
            ["--detour"],
            type=Number(say, 1),
            default=1.0,
            show_default=True,
            help=say.t("Length of the way for a straight-line metre."),
        ),
        click.Option(
            ["--streets"],
            type=click.Path(),
            help=say.t(
                "Streets to walk along: lines, or a graph in GraphML; straight lines times the detour "
                "without it, and from places far from any street."
            ),
        ),
        click.Option(
            ["--streets-snap-m"],
            type=Number(say, 0),
            default=250.0,
            show_default=True,
            help=say.t("Most metres between a place and the nearest junction of the streets."),
        ),
    ]
