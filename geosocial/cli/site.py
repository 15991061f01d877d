"""``geosocial site``: where the next facilities should go, with the proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.cli.console import Console, json_option, lang_option, sheet_option
from geosocial.errors import N_, InputError
from geosocial.i18n import Words

if TYPE_CHECKING:
    from geosocial.sites import Proposal
    from geosocial.study import Study

#: As `geosocial.sites.Model`; that room is not loaded to show a help.
MODELS = ("mclp", "lscp", "p-median", "p-center")
#: Files of a proposal: certificate, and the costs and weights that it is checked on.
CERTIFICATE, COSTS = "certificate.json", "costs.npz"


def command(say: Words) -> click.Command:
    """Return the verb ``site``."""

    def site(study: str | None, *, as_json: bool, checked: str | None, out: str | None, **given: Any) -> None:
        if checked is not None:
            _check(say, Path(checked))
            return
        from geosocial import intake
        from geosocial.cli.site_lines import site_lines
        from geosocial.sites import Asked, propose
        from geosocial.study import read_study

        console = Console(say, silent=as_json)
        read = read_study(study)
        if given["sphere"] is None:
            raise InputError(
                N_("Say for which sphere: --sphere."),
                hint=N_("Use one of {spheres}."),
                spheres=", ".join(read.spheres),
            )
        path = given.pop("candidates")
        places = {key: given.pop(key) for key in ("crs", "sheet", "where", "identifier")}
        given["service"], given["weight"] = given["service"] or "", given["weight"] or ""
        given["rival"] = given["rival"] or ""
        asked = Asked(**given)
        found = propose(
            read,
            asked,
            path=None if path is None else Path(path),
            crs=places["crs"],
            sheet=places["sheet"],
            where=places["where"],
            identifier=places["identifier"] or "",
            step=console.step,
        )
        zones = intake.read_zones(read)[0]
        names = dict(zip(zones["zone_id"], zones[f"name_{say.lang}"], strict=True))
        written = [] if out is None else _write(read, found, Path(out))
        lines = list(site_lines(say, found, names))
        if as_json:
            click.echo(_json(found, lines))
            return
        if path is not None:
            click.echo(
                say.t(
                    "Candidates: {read} read, {left} left out by the filters, {used} used.",
                    read=say.number(found.candidates.read),
                    left=say.number(found.candidates.left_out),
                    used=say.number(len(found.candidates.table)),
                )
            )
        for line in lines:
            click.echo(line)
        for file in written:
            click.echo(str(file))

    return click.Command("site", callback=site, params=_params(say), help=_help(say), epilog=_example(say))


def _help(say: Words) -> str:
    return say.t(
        "Propose the best sites of a service of STUDY among candidates, and prove them (without STUDY, the "
        "embedded Montréal study)."
    )


def _example(say: Words) -> str:
    return say.t(
        "Example: geosocial site my-study --sphere culture --sites 3 --candidates lots.csv --out sites"
    )


def _params(say: Words) -> list[click.Parameter]:
    return [
        click.Argument(["study"], required=False, type=click.Path()),
        click.Option(["--sphere"], help=say.t("One sphere of the study, by its key: culture, housing.")),
        click.Option(["--service"], help=say.t("One of its services, by its key; otherwise the first.")),
        click.Option(
            ["--sites", "number"],
            type=click.IntRange(1, 1_000),
            default=1,
            show_default=True,
            help=say.t("How many sites."),
        ),
        click.Option(
            ["--model"],
            type=click.Choice(MODELS),
            default="mclp",
            show_default=True,
            help=say.t(
                "mclp: most people within the standard; lscp: fewest sites for all; p-median: least distance "
                "in all; p-center: least farthest distance."
            ),
        ),
        click.Option(
            ["--candidates"],
            type=click.Path(),
            help=say.t("List or layer of candidates; otherwise the places where people live."),
        ),
        click.Option(
            ["--where"],
            multiple=True,
            help=say.t("Filter of the candidates: area>=500, use=vacant. May be repeated."),
        ),
        click.Option(["--id", "identifier"], help=say.t("Column of the identifiers of the candidates.")),
        click.Option(
            ["--crs"],
            help=say.t("Coordinate reference system of the candidates, when their file does not say."),
        ),
        sheet_option(say),
        click.Option(
            ["--include"], multiple=True, help=say.t("A candidate that must be chosen, by its identifier.")
        ),
        click.Option(["--exclude"], multiple=True, help=say.t("A candidate that must not be chosen.")),
        click.Option(
            ["--rival"], help=say.t("The place that the council has in mind: what imposing it costs is said.")
        ),
        click.Option(["--from-scratch"], is_flag=True, help=say.t("As if no facility existed yet.")),
        click.Option(
            ["--weight"], help=say.t("Demand column to serve, by its key; otherwise that of the service.")
        ),
        click.Option(
            ["--time-limit"],
            type=click.FloatRange(min=0),
            default=60.0,
            show_default=True,
            help=say.t("Seconds for the search; then the best found, with how far it is proved."),
        ),
        click.Option(
            ["--out"],
            type=click.Path(file_okay=False),
            help=say.t("Folder for the tables, the GeoJSON and the certificate."),
        ),
        click.Option(
            ["--check", "checked"],
            type=click.Path(file_okay=False),
            help=say.t("Check the certificate in this folder again, without a solver."),
        ),
        lang_option(say, ("fr", "en")),
        json_option(say),
    ]


def _write(study: Study, found: Proposal, out: Path) -> list[Path]:
    import geopandas as gpd

    from geosocial.io import write

    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name, frame in (
        ("sites", found.sites),
        ("site_zones", found.site_zones),
        ("frontier", found.frontier),
    ):
        files.append(out / f"{name}.csv")
        write.write_table(frame, files[-1])
    points = gpd.GeoDataFrame(
        found.sites, geometry=gpd.points_from_xy(found.sites["x"], found.sites["y"]), crs=study.crs
    )
    if len(points):
        files.append(out / "sites.geojson")
        write.write_any(points, files[-1], crs=study.crs)
    files.append(out / COSTS)
    write.write_bytes(_packed(found), files[-1])
    files.append(out / CERTIFICATE)
    ids = found.candidates.table["candidate_id"].tolist()
    chosen = [ids[j] for j in found.result.sites.tolist() if j < len(ids)]
    said = {key: value for key, value in found.certificate.items() if key != "seconds"}
    text = json.dumps({**said, "candidates": chosen}, ensure_ascii=False, indent=1, allow_nan=False)
    write.write_text(text + "\n", files[-1])
    return files


def _packed(found: Proposal) -> bytes:
    """Return costs and weights in NumPy's own format: sparse as data, indices, indptr; no object inside."""
    import io

    import numpy as np

    out = io.BytesIO()
    if isinstance(found.costs, np.ndarray):
        np.savez_compressed(out, costs=found.costs, weights=found.weights)
    else:
        parts = found.costs
        np.savez_compressed(
            out,
            data=parts.data,
            indices=parts.indices,
            indptr=parts.indptr,
            shape=np.array(parts.shape),
            weights=found.weights,
        )
    return out.getvalue()


def _check(say: Words, folder: Path) -> None:
    import numpy as np
    from scipy.sparse import csr_array

    from geosocial.siting.certificate import check

    try:
        certificate = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
        with np.load(folder / COSTS, allow_pickle=False) as held:
            weights = held["weights"]
            costs = (
                held["costs"]
                if "costs" in held
                else csr_array((held["data"], held["indices"], held["indptr"]), shape=tuple(held["shape"]))
            )
        wrong = check(certificate, costs, weights)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            N_("{file}: there is no certificate that can be read."),
            hint=N_("Name the folder that site --out wrote."),
            file=folder,
        ) from error
    if wrong:
        raise InputError(
            N_("{file}: the certificate does not hold: its sites, costs and objective do not fit."),
            hint=N_("Run site again; do not use these sites."),
            file=folder / CERTIFICATE,
        )
    objective = certificate["objective"]
    if isinstance(objective, float):
        click.echo(
            say.t(
                "The certificate holds: the objective of its sites is {objective}.",
                objective=say.number(objective, 1),
            )
        )
    else:
        click.echo(say.t("The certificate holds: it proposes no site."))


def _json(found: Proposal, lines: list[str]) -> str:
    from geosocial.report.gaps import records

    told = {
        "model": found.asked.model,
        "status": found.result.status,
        "before": found.before,
        "after": found.after,
        "total": found.total,
        "lines": lines,
        "certificate": {k: v for k, v in found.certificate.items() if k != "seconds"},
        "sites": records(found.sites),
        "site_zones": records(found.site_zones),
        "frontier": records(found.frontier),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
