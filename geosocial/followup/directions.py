"""The directions and the goals as one table, and the observations that a run makes for the plan."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geosocial import tables
from geosocial.followup.figures import Sheet, share
from geosocial.tables.contract import rows, typed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.study import Study

#: What the direction on quality of life takes from the measures, as they are.
QUALITY: Final = ("coverage", "rate", "gap", "gap_share")
#: Fields of a listing, the position first.
FIELDS: Final = ("position", "french", "english", "website", "opening")


def quality_of_life(measures: pd.DataFrame, overall: pd.DataFrame, disparity: pd.DataFrame) -> Sheet:
    """Return coverage, gaps and geographic disparity by zone, sphere and service.

    Parameters
    ----------
    measures, overall, disparity
        As in `geosocial.tables`; the disparity may have no rows.
    """
    sheet = Sheet("quality_of_life")
    for table in (overall, measures):
        for row in rows(table[table["indicator"].isin(QUALITY)]):
            sheet.add(
                row["indicator"],
                row["value"],
                zone=row["zone_id"],
                sphere=row["sphere"],
                group=("service", row["service"]),
                unit=row["unit"],
                lower=row["lower"],
                upper=row["upper"],
                status=row["status"],
            )
    for row in rows(disparity[disparity["group"] == ""]):
        known = not math.isnan(row["value"])
        sheet.add(
            "disparity",
            row["value"],
            zone=row["zone_id"],
            sphere=row["sphere"],
            group=("service", row["service"]),
            lower=row["lower"],
            upper=row["upper"],
            status="ok" if known else "missing",
        )
    return sheet


def promotion(study: Study, zones: pd.DataFrame, places: pd.DataFrame, details: pd.DataFrame) -> Sheet:
    """Return how complete the entries of the public listing are, field by field, by zone and sphere.

    A field for which the study names no column is missing: nobody has looked. *all*: every field that is
    looked at is filled in.

    Parameters
    ----------
    zones, places
        As in `geosocial.tables`.
    details
        source, source_row, french, english, website, opening: 1, 0 or NaN.
    """
    sheet = Sheet("promotion", example=study.listings is not None and study.listings.example)
    key = study.listings.list if study.listings else ""
    shown = (places["source"] == key) & places["shown"] & (places["status"] != "closed")
    mine = places[shown].merge(details, on=["source", "source_row"], how="left")
    filled = {
        "position": mine["x"].notna().to_numpy(np.float64),
        **{name: mine[name].to_numpy(np.float64) for name in FIELDS[1:]},
    }
    looked = [name for name in FIELDS if not np.isnan(filled[name]).all()] if len(mine) else []
    everything = np.ones(len(mine))
    for name in looked:
        everything = everything * np.nan_to_num(filled[name])
    filled["all"] = everything if looked else np.full(len(mine), np.nan)
    zone_of, sphere_of = mine["zone_id"].to_numpy(), mine["sphere"].to_numpy()
    groups = [("", ""), *((str(z), "") for z in zones["zone_id"]), *(("", s) for s in study.spheres)]
    for zone, sphere in groups:
        here = ((zone_of == zone) | (not zone)) & ((sphere_of == sphere) | (not sphere))
        _listed(sheet, {name: values[here] for name, values in filled.items()}, zone=zone, sphere=sphere)
    return sheet


def _listed(sheet: Sheet, filled: dict[str, NDArray[np.float64]], *, zone: str, sphere: str) -> None:
    size = len(filled["all"])
    sheet.add("listings", size, zone=zone, sphere=sphere, records=size)
    for name, values in filled.items():
        known = values[~np.isnan(values)]
        part = share(float(known.sum()), len(known))
        status = "missing" if not len(known) and size else "cannot_say" if not size else "ok"
        group = ("field", name)
        sheet.add("listing_share", part, zone=zone, sphere=sphere, group=group, records=size, status=status)


def supported(actions: pd.DataFrame, business: Sheet | None, entrepreneurship: Sheet) -> Sheet:
    """Return the goal *supported*: the budget of the plan, purchases, the reach of support organisations."""
    sheet = Sheet("support", example=bool(len(actions)) and bool(actions["example"].any()))
    stated = actions["budget"].dropna()
    if len(actions):
        every = len(stated) == len(actions)
        status = "missing" if stated.empty else "ok" if every else "low_confidence"
        sheet.add("budget", float(stated.sum()), records=len(stated), status=status)
    kept = ("social_number", "social_amount", "support_coverage")
    for other in (business, entrepreneurship):
        for row in other.rows if other else ():
            if row["indicator"] in kept and row["dimension"] == "" and row["sphere"] == "":
                sheet.rows.append({**row, "topic": "support"})
    return sheet


def observed(
    indicators: pd.DataFrame,
    observations: pd.DataFrame,
    *,
    study: Study,
    overall: pd.DataFrame,
    directions: pd.DataFrame,
) -> pd.DataFrame:
    """Return the observations of the plan, with those that the run makes of the figures that it names.

    A figure of the study observes its indicator on the date of the edition, in the definition of the
    baseline. A share observes an indicator whose unit is ``%`` as per cent. What the plan itself says of that
    date stays; a figure that is missing, or of which nothing can be said, observes nothing.

    Parameters
    ----------
    indicators, observations, overall, directions
        As in `geosocial.tables`.
    study
        Its date is that of the observation; its services give the first of a sphere.
    """
    import pandas as pd

    date = study.edition.isoformat()
    there = {(row["indicator_id"], row["date"]) for row in rows(observations)}
    told = []
    for row in rows(indicators[indicators["figure"] != ""]):
        figure = _figure(row["figure"], study, overall, directions)
        if figure is None or (row["indicator_id"], date) in there:
            continue
        scale = 100.0 if figure["unit"] == "share" and row["unit_fr"].strip().startswith("%") else 1.0
        told.append(
            {
                "indicator_id": row["indicator_id"],
                "date": date,
                **{name: figure[name] * scale for name in ("value", "lower", "upper")},
                "quality": "firm" if figure["status"] == "ok" else "estimated",
                "definition": row["definition"],
                "comparability_break": False,
                "computed": True,
                "note": row["figure"],
                "example": bool(figure.get("example", False)),
                "source_file": "",
                "source_row": 0,
            }
        )
    made = pd.DataFrame(told, columns=list(tables.PLAN_OBSERVATIONS.columns))
    both: Iterable[pd.DataFrame] = [t for t in (observations, made) if len(t)]
    whole = pd.concat(both, ignore_index=True) if len(observations) or len(made) else observations
    return typed(whole, tables.PLAN_OBSERVATIONS)


def _figure(
    reference: str, study: Study, overall: pd.DataFrame, directions: pd.DataFrame
) -> dict[str, Any] | None:
    """Return the row of a figure of all zones together; None where nothing can be said of it."""
    indicator, _, rest = reference.partition("/")
    if rest:
        sphere, _, service = rest.partition("/")
        service = service or study.spheres[sphere].services[0].key
        table = overall[(overall["sphere"] == sphere) & (overall["service"] == service)]
    else:
        table = directions[(directions["sphere"] == "") & (directions["dimension"] == "")]
        table = table[table["zone_id"] == ""]
    found = [
        r for r in rows(table[table["indicator"] == indicator]) if r["status"] in {"ok", "low_confidence"}
    ]
    return found[0] if found else None
