"""The options of ``geosocial site``: the question, the candidates, the conditions, what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.console import Number, json_option, lang_option, sheet_option

if TYPE_CHECKING:
    from geosocial.i18n import Words


class Amount(click.FloatRange):
    """An amount of 0 or more as people write it: 1500000, 1 500 000, "$1,500,000"."""

    name = "amount"

    def __init__(self, say: Words) -> None:
        super().__init__(min=0)
        self.say = say

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; refuse what can be read in no way, or in several."""
        from geosocial.intake.written import amount

        found = amount(str(value))
        if not isinstance(found, float) or not found >= 0:
            said = self.say.t("“{got}” is no amount: write it as 1500000.", got=str(value)[:80])
            self.fail(said, param, ctx)
        return found


def params(say: Words) -> list[click.Parameter]:
    """Return the argument and the options."""
    return [*_question(say), *_candidates(say), *_conditions(say), *_rest(say)]


def _question(say: Words) -> list[click.Parameter]:
    from geosocial.cli.site import MODELS, RULES

    return [
        click.Argument(["study"], required=False, type=click.Path()),
        click.Option(
            ["--sphere", "spheres"],
            multiple=True,
            help=say.t(
                "One sphere of the study, by its key: culture, housing. Several: sites that serve them all."
            ),
        ),
        click.Option(["--service"], help=say.t("One of its services, by its key; otherwise the first.")),
        click.Option(
            ["--sites", "number"],
            type=click.IntRange(1, 1_000),
            help=say.t("How many sites; 1 without it and without --budget."),
        ),
        click.Option(
            ["--model"],
            type=click.Choice(MODELS),
            default="mclp",
            show_default=True,
            help=say.t(
                "mclp: most people within the standard; lscp: fewest sites for all; p-median: least distance "
                "in all; p-center: least farthest distance; backup: within the standard, twice if possible; "
                "capacitated: within the capacity of each site; maximin: least served zone first; equity: "
                "those far away count more; shortfall: least distance beyond the standard; dispersion: far "
                "from each other."
            ),
        ),
        click.Option(
            ["--rule"],
            type=click.Choice(RULES),
            default="weighted",
            show_default=True,
            help=say.t(
                "Several spheres: their mean (weighted), one after the other (in_order), or no sphere losing "
                "much (least_regret)."
            ),
        ),
        click.Option(
            ["--theta"],
            type=Number(say, 0, 1),
            default=0.5,
            show_default=True,
            help=say.t("For backup: what serving once counts against serving twice."),
        ),
    ]


def _candidates(say: Words) -> list[click.Parameter]:
    return [
        click.Option(
            ["--candidates"],
            type=click.Path(),
            help=say.t("List or layer of candidates; otherwise the places where people live."),
        ),
        click.Option(
            ["--grid"],
            type=Number(say, 10),
            metavar=say.t("METRES"),
            help=say.t("Instead: cells of this size without a facility, over the zones."),
        ),
        click.Option(
            ["--where"],
            multiple=True,
            help=say.t(
                "Filter of the candidates: area>=500, use=vacant, zone=Verdun; area_m2 of polygons. May be "
                "repeated."
            ),
        ),
        click.Option(
            ["--within"],
            multiple=True,
            type=click.Path(),
            help=say.t("Layer of polygons in which candidates must lie. May be repeated."),
        ),
        click.Option(
            ["--outside"],
            multiple=True,
            type=click.Path(),
            help=say.t("Layer of polygons in which no candidate may lie. May be repeated."),
        ),
        click.Option(["--id", "identifier"], help=say.t("Column of the identifiers of the candidates.")),
        click.Option(["--cost-column"], help=say.t("Column of what each candidate costs, for --budget.")),
        click.Option(
            ["--capacity-column"],
            help=say.t("Column of how many people each candidate can serve, for --model capacitated."),
        ),
        click.Option(
            ["--addresses"],
            type=click.Path(),
            help=say.t(
                "Address points where candidates that have an address and no position are looked up; "
                "otherwise those of the study."
            ),
        ),
        click.Option(
            ["--crs"],
            help=say.t("Coordinate reference system of the candidates, when their file does not say."),
        ),
        sheet_option(say),
    ]


def _conditions(say: Words) -> list[click.Parameter]:
    return [
        click.Option(
            ["--include"], multiple=True, help=say.t("A candidate that must be chosen, by its identifier.")
        ),
        click.Option(["--exclude"], multiple=True, help=say.t("A candidate that must not be chosen.")),
        click.Option(
            ["--rival"], help=say.t("The place that the council has in mind: what imposing it costs is said.")
        ),
        click.Option(["--from-scratch"], is_flag=True, help=say.t("As if no facility existed yet.")),
        click.Option(
            ["--may-close"],
            type=click.IntRange(min=0),
            default=0,
            help=say.t("How many existing facilities may close and open elsewhere, beside the new sites."),
        ),
        click.Option(
            ["--budget"],
            type=Amount(say),
            metavar=say.t("AMOUNT"),
            help=say.t("The most that the new sites may cost together, instead of --sites or beside it."),
        ),
        click.Option(
            ["--weight"], help=say.t("Demand column to serve, by its key; otherwise that of the service.")
        ),
    ]


def _rest(say: Words) -> list[click.Parameter]:
    return [
        click.Option(
            ["--tolerance"],
            type=Number(say, 0, 1),
            help=say.t("Also list the choices within this share of the best: 0.01."),
        ),
        click.Option(
            ["--quick"], is_flag=True, help=say.t("Leave out how the choice fares under other settings.")
        ),
        click.Option(
            ["--time-limit"],
            type=Number(say, 0),
            default=60.0,
            show_default=True,
            help=say.t("Seconds for all searches together; then the best found, with how far it is proved."),
        ),
        click.Option(
            ["--out"],
            type=click.Path(file_okay=False),
            help=say.t("Folder for the page, the tables, the GeoJSON, the GeoPackage and the certificate."),
        ),
        click.Option(
            ["--check", "checked"],
            type=click.Path(file_okay=False),
            help=say.t("Check the certificate in this folder again, without a solver."),
        ),
        lang_option(say, ("fr", "en")),
        json_option(say),
    ]
