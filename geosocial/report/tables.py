"""The tables that a run leaves as CSV and Parquet, and as layers of a GeoPackage.

Columns keep their English keys, so that programs of every edition read them; beside each key stand its
labels, ``_fr`` and ``_en``, so that a reader needs no key. ``dictionary`` says what every column means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from geosocial import tables, wording
from geosocial.errors import N_
from geosocial.i18n import Words, words
from geosocial.report import plan_labels
from geosocial.report.dictionary import dictionary
from geosocial.report.parts import list_label

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geosocial.results import Results

#: The units of `tables.MEASURES` in words.
UNITS: Final = {
    "share": N_("share"),
    "people": N_("people"),
    "households": N_("households"),
    "dwellings": N_("dwellings"),
    "per_100": N_("per 100"),
    "per_10000": N_("per 10,000"),
    "m": N_("metres"),
    "facilities": N_("facilities"),
    **plan_labels.UNITS,
}
OUTCOMES: Final = {
    "matched": N_("Matched"),
    "snapped": N_("Snapped"),
    "outside": N_("Outside"),
    "ambiguous": N_("Ambiguous"),
    "unlocated": N_("Unlocated"),
    "rejected": N_("Rejected"),
}

#: What a map needs of a place; ``tables/places.csv`` has every column.
ON_MAPS: Final = (
    "source",
    "source_row",
    "record_id",
    "name",
    "sphere",
    "kind",
    "legal_form",
    "status",
    "count",
    "capacity",
    "outcome",
    "zone_id",
    "snap_m",
)
#: Columns whose cells are days, in any table.
DATES: Final = frozenset({"edition", "date", "baseline_date", "target_date", "due", "start", "end"})
#: What the shapes of the zones say of themselves; in CSV they are left out.
SHAPE: Final = {
    "geometry": {"meaning_fr": "limites du secteur", "meaning_en": "boundaries of the zone"},
}
#: Columns of the table of the files that were read.
INPUTS: Final = ("role", "path", "rows", "bytes", "sha256", "how")
#: The label of a key in one language; ``""`` has none.
Label = Callable[[Words, "Results", str], str]


def _zone(say: Words, results: Results, key: str) -> str:
    return wording.zone_name(say, results, key)


def _sphere(say: Words, _: Results, key: str) -> str:
    return wording.sphere_label(say, key)


def _indicator(say: Words, _: Results, key: str) -> str:
    return wording.indicator_label(say, key)


def _kind(say: Words, _: Results, key: str) -> str:
    return wording.kind_label(say, key)


def _status(say: Words, _: Results, key: str) -> str:
    return wording.status_label(say, key)


def _verdict(say: Words, _: Results, key: str) -> str:
    return wording.verdict_label(say, key)


def _unit(say: Words, _: Results, key: str) -> str:
    return say.t(UNITS.get(key, ""))


def _outcome(say: Words, _: Results, key: str) -> str:
    return say.t(OUTCOMES.get(key, ""))


def _zone_kind(say: Words, _: Results, key: str) -> str:
    return wording.term_label(say, "zone_kinds", key)


def _action(say: Words, _: Results, key: str) -> str:
    return wording.action_label(say, key)


def _demand(say: Words, results: Results, key: str) -> str:
    return wording.demand_label(say, results, key)


def _plain(label: Callable[[Words, str], str]) -> Label:
    return lambda say, _, key: label(say, key)


_MEASURE: Final[Mapping[str, Label]] = {
    "zone_id": _zone,
    "facility_zone_id": _zone,
    "flips": _plain(wording.dimension_label),
    "rule": _plain(wording.rule_label),
    "supply": _plain(wording.supply_label),
    "cost": _plain(wording.cost_label),
    "zone_system": _plain(wording.system_label),
    "sphere": _sphere,
    "indicator": _indicator,
    "unit": _unit,
    "status": _status,
    "verdict": _verdict,
    "demand": _demand,
    "kind": _kind,
    "source": list_label,
}
#: The columns of each table that get labels.
LABELS: Final[Mapping[str, Mapping[str, Label]]] = {
    "zones": {"kind": _zone_kind},
    "places": {"sphere": _sphere, "kind": _kind, "outcome": _outcome, "zone_id": _zone},
    "faults": {"source": list_label, "action": _action},
    # The longest table: its services are named in the ranking.
    "settings": {"zone_id": _zone, "demand": _demand, "rule": _MEASURE["rule"], "supply": _MEASURE["supply"]},
    "declared": {"source": list_label, "zone_id": _zone},
    "duplicates": {"source": list_label},
    "clusters": {"zone_id": _zone, "sphere": _sphere, "cluster": _plain(wording.cluster_label)},
    "autocorrelation": {"sphere": _sphere, "weights": wording.weights_label},
    "cluster_zones": {"zone_id": _zone, "sphere": _sphere, "unit": _unit},
    "disparity": {"zone_id": _zone, "sphere": _sphere, "group": _demand},
    "inequality": {
        "sphere": _sphere,
        "index": _plain(wording.index_label),
        "group": _demand,
        "unit": _unit,
    },
    "lorenz": {"sphere": _sphere},
    "hubs": {"zone_id": _zone},
    "hub_zones": {"zone_id": _zone},
    "proposed": {"zone_id": _zone, "sphere": _sphere},
    "proposed_curve": {"sphere": _sphere},
    "proposed_zones": {"zone_id": _zone, "sphere": _sphere},
    **plan_labels.labels(_unit),
}


#: The tables of clusters, by name.
CLUSTERED: Final = ("clusters", "autocorrelation", "cluster_zones")


def names(results: Results) -> list[str]:
    """Return the names of the tables of a run, as `frames` gives them."""
    return [*_unlabelled(results), "inputs", "dictionary"]


def frames(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of a run by name, in the order of a reader, labels beside the keys."""
    out = {name: labelled(frame, name, results) for name, frame in _unlabelled(results).items()}
    out["faults"] = _with_reasons(out["faults"])
    out["inputs"] = _inputs(results)
    out["dictionary"] = dictionary(out, results)
    return out


def _unlabelled(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables by name, without labels."""
    import pandas as pd

    return {
        "overall": results.overall.drop(columns="zone_id"),
        "ranking": results.ranking,
        "measures": results.measures,
        "settings": results.settings,
        "methods": results.methods,
        "closures": results.closures,
        **clustered(results),
        **shared(results),
        **followed(results),
        **proposed(results),
        **published(results),
        **compared(results),
        "supply": results.supply,
        "zones": pd.DataFrame(results.zones.drop(columns=results.zones.geometry.name)),
        "demand": results.demand,
        "places": results.places,
        "conservation": results.conservation,
        "faults": results.faults,
        "declared": results.declared,
        "unmapped": results.unmapped,
        "duplicates": results.duplicates,
    }


def clustered(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of clusters by name; none where the study looks for none."""
    if results.study.clusters is None:
        return {}
    return {name: getattr(results, name) for name in CLUSTERED}


def shared(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of equity by name; none where the study does not ask for it."""
    if results.study.equity is None:
        return {}
    return {contract.name: getattr(results, contract.name) for contract in tables.EQUITY}


def followed(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of the follow-up by name; none where the study does not ask for it."""
    if not results.study.followed:
        return {}
    return {contract.name: getattr(results, contract.name) for contract in tables.FOLLOWUP}


def proposed(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of proposed sites by name; none where the study asks for none."""
    if results.study.siting is None:
        return {}
    return {contract.name: getattr(results, contract.name) for contract in tables.SITING}


def published(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables of the public directory by name; none where the study does not ask for it."""
    if results.study.directory is None:
        return {}
    return {contract.name: getattr(results, contract.name) for contract in tables.PUBLISHED}


def compared(results: Results) -> dict[str, pd.DataFrame]:
    """Return the changes and movements since the earlier edition by name; none where there is none."""
    if results.earlier is None:
        return {}
    return {contract.name: getattr(results, contract.name) for contract in tables.COMPARISON}


def labelled(frame: pd.DataFrame, name: str, results: Results) -> pd.DataFrame:
    """Return a copy of a table with the labels of its keys in both languages beside them."""
    import pandas as pd

    columns: dict[str, Any] = {}
    labels = LABELS.get(name, _MEASURE)
    for column in frame.columns:
        columns[column] = frame[column].array
        if column == "service" and "sphere" in frame.columns:
            columns |= _service_labels(frame, results)
        elif column in labels:
            columns |= _labels(frame[column], column, labels[column], results)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))


def _labels(keys: pd.Series[str], column: str, label: Label, results: Results) -> dict[str, Any]:
    import pandas as pd

    stem = column.removesuffix("_id")
    codes, known = pd.factorize(keys)
    out = {}
    for lang in ("fr", "en"):
        say = words(lang)
        labels = pd.array([label(say, results, str(k)) if k else "" for k in known], dtype="str")
        out[f"{stem}_{lang}"] = labels.take(codes)
    return out


def _service_labels(frame: pd.DataFrame, results: Results) -> dict[str, Any]:
    import pandas as pd

    pairs = list(zip(frame["sphere"].tolist(), frame["service"].tolist(), strict=True))
    out = {}
    for lang in ("fr", "en"):
        say = words(lang)
        known = {p: wording.service_in(say, (results.study,), *p) if p[1] else "" for p in set(pairs)}
        out[f"service_{lang}"] = pd.Series([known[p] for p in pairs], dtype="str")
    return out


def _with_reasons(faults: pd.DataFrame) -> pd.DataFrame:
    for lang in ("fr", "en"):
        say = words(lang)
        faults[f"reason_{lang}"] = [
            wording.reason(say, str(code), column=column, value=value, file=file, row=row)
            for code, column, value, file, row in zip(
                faults["code"],
                faults["column"],
                faults["value"],
                faults["source_file"],
                faults["source_row"],
                strict=True,
            )
        ]
    faults[["reason_fr", "reason_en"]] = faults[["reason_fr", "reason_en"]].astype("str")
    return faults


def _inputs(results: Results) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (f.role, f.path, f.rows, f.bytes, f.sha256, "; ".join(f"{k}={v}" for k, v in f.how.items()))
        for f in results.inputs
    ]
    return pd.DataFrame(rows, columns=list(INPUTS))


def layers(results: Results) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the GeoPackage: zones with figures, places, clusters, sites, districts."""
    import geopandas as gpd
    import pandas as pd

    zones = results.zones
    wide = pd.concat([zones.drop(columns=zones.geometry.name), *_wide(results)], axis=1)
    located = results.places[results.places["x"].notna()]
    places = labelled(located[[*ON_MAPS, "x", "y"]], "places", results)
    points = gpd.points_from_xy(places["x"], places["y"], crs=zones.crs)
    out = {
        "zones": gpd.GeoDataFrame(wide, geometry=zones.geometry.to_numpy(), crs=zones.crs),
        "places": gpd.GeoDataFrame(places.drop(columns=["x", "y"]), geometry=points),
    }
    if results.study.clusters is not None:
        spots = labelled(results.clusters, "clusters", results)
        at = gpd.points_from_xy(spots["x"], spots["y"], crs=zones.crs)
        out["clusters"] = gpd.GeoDataFrame(spots.drop(columns=["x", "y"]), geometry=at)
    if len(results.proposed):
        sites = labelled(results.proposed, "proposed", results)
        at = gpd.points_from_xy(sites["x"], sites["y"], crs=zones.crs)
        out["proposed_sites"] = gpd.GeoDataFrame(sites.drop(columns=["x", "y"]), geometry=at)
    if "districts" in results.context:
        out["districts"] = results.context["districts"]
    return out


def _wide(results: Results) -> list[Any]:
    """Return the figures of each zone as columns ``{sphere}_{indicator}``, the service between if needed."""
    import pandas as pd

    found, ids = wording.figures(results), [str(z) for z in results.zones["zone_id"]]
    out: list[Any] = []
    for sphere, service in results.study.services():
        several = len(results.study.spheres[sphere].services) > 1
        stem = f"{sphere}_{service.key}" if several else sphere
        keys = ("demand", "supply", "rate" if service.rule == "ratio" else "coverage", "gap", "gap_share")
        for key in keys:
            values = [found.value(z, sphere, service.key, key).value for z in ids]
            out.append(pd.Series(values, name=f"{stem}_{key}", dtype="float64"))
        ranks = [found.rank(z, sphere, service.key) for z in ids]
        out.append(pd.Series([r.rank or None for r in ranks], name=f"{stem}_rank", dtype="float64"))
        for field in ("underserved_in", "settings", "verdict", "status"):
            kind = "int64" if field in {"underserved_in", "settings"} else "str"
            out.append(pd.Series([getattr(r, field) for r in ranks], name=f"{stem}_{field}", dtype=kind))
    return out
