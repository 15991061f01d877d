"""The files of ``geosocial site --out``: tables, layers, pages, and a certificate to check again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geosocial.errors import N_, InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.i18n import Words
    from geosocial.provenance.edited import Kept
    from geosocial.sites import Proposal

#: Files of a proposal: certificate, and the costs and weights that it is checked on.
CERTIFICATE, COSTS = "certificate.json", "costs.npz"


def write(found: Proposal, out: Path, *, kept: Kept | None = None) -> list[Path]:
    """Write everything; return what was written. `kept`: as in `geosocial.provenance.recorded`.

    Raises
    ------
    OutputError
        When a file of the folder is in the way: `geosocial.provenance.recorded`. The certificate is the
        record.
    """
    from geosocial.io import write as files
    from geosocial.provenance import recorded
    from geosocial.report.site_page import write_pages

    written = []
    with recorded(out, CERTIFICATE, partial(_certificate, found), kept=kept) as aside:
        for name, frame in found.tables().items():
            written.append(aside / f"{name}.csv")
            files.write_table(frame, written[-1])
        if len(found.problem.candidates.faults):
            written.append(aside / "left_out.csv")
            files.write_table(left_out(found), written[-1])
        written += _layers(found, aside)
        written += write_pages(found, aside)
        written.append(aside / COSTS)
        files.write_bytes(_packed(found), written[-1])
    return [out / path.name for path in (*written, Path(CERTIFICATE))]


def _certificate(found: Proposal, names: dict[str, str]) -> dict[str, Any]:
    """Return the certificate with the sites by their identifiers and the files that go with it."""
    ids = found.problem.candidates.table["candidate_id"].tolist()
    chosen = [ids[j] for j in found.result.sites.tolist() if j < len(ids)]
    said = {key: value for key, value in found.certificate.items() if key != "seconds"}
    return {**said, "candidates": chosen, "files": names}


def left_out(found: Proposal) -> pd.DataFrame:
    """Return the rows that are no candidates, and remarks: file, row and reason in both languages."""
    from geosocial import wording
    from geosocial.i18n import words

    candidates = found.problem.candidates
    rows = candidates.faults.sort_values("source_row", kind="stable").reset_index(drop=True)
    ids = candidates.identifiers or {}
    told = rows[["source_file", "source_row"]].copy()
    told["candidate_id"] = [ids.get(int(row), "") for row in rows["source_row"]]
    told["action"], told["code"] = rows["action"], rows["code"]
    for lang in ("fr", "en"):
        say = words(lang)
        told[f"reason_{lang}"] = [
            wording.reason(say, str(r["code"]), column=r["column"], value=r["value"], file="", row=0)
            for r in rows.to_dict(orient="records")
        ]
    return told.astype(dict.fromkeys(("candidate_id", "code", "reason_fr", "reason_en"), "str"))


def _layers(found: Proposal, out: Path) -> list[Path]:
    """Write the sites as GeoJSON, and with the zones as layers of a GeoPackage."""
    import geopandas as gpd

    from geosocial.io import write as files

    study, sites = found.problem.study, found.told.sites
    if not len(sites):
        return []
    points = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["x"], sites["y"]), crs=study.crs)
    files.write_any(points, out / "sites.geojson", crs=study.crs)
    main = found.told.coverage[found.told.coverage["sphere"] == found.problem.main.sphere]
    zones = found.problem.zones[["zone_id", "name_fr", "name_en", "geometry"]].merge(
        main.drop(columns="sphere"), on="zone_id", how="left"
    )
    files.write_geopackage({"sites": points, "zones": zones}, out / "sites.gpkg", date=study.edition)
    return [out / "sites.geojson", out / "sites.gpkg"]


def _parts(costs: Any, prefix: str = "") -> dict[str, NDArray[Any]]:
    """Return costs as arrays by name: dense, or sparse as data, indices, indptr and shape."""
    import numpy as np

    if isinstance(costs, np.ndarray):
        return {f"{prefix}costs": costs}
    return {
        f"{prefix}data": costs.data,
        f"{prefix}indices": costs.indices,
        f"{prefix}indptr": costs.indptr,
        f"{prefix}shape": np.array(costs.shape),
    }


def _packed(found: Proposal) -> bytes:
    """Return what the certificate is checked on, in NumPy's own format; no object inside."""
    import numpy as np

    from geosocial.sites import models

    problem = found.problem
    arrays: dict[str, Any] = {}
    if len(problem.spheres) > 1:
        for k, served in enumerate(problem.spheres):
            arrays |= _parts(served.costs, f"s{k}_") | {f"s{k}_weights": served.weight}
    elif problem.asked.model == "dispersion":
        x, y, existing = models.positions(problem)
        arrays = {"x": x, "y": y, "detour": np.float64(problem.study.detour), "existing": existing}
    else:
        arrays = _parts(problem.main.costs) | {"weights": problem.main.weight}
    if problem.asked.model == "maximin":
        zones = {z: n for n, z in enumerate(dict.fromkeys(problem.demand["zone_id"]))}
        arrays["zones"] = np.array([zones[z] for z in problem.demand["zone_id"]])
    if problem.asked.budget is not None:
        arrays["site_costs"] = models.site_costs(problem)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def _costs(held: Any, prefix: str = "") -> Any:
    from scipy.sparse import csr_array

    from geosocial.sites import models

    if "detour" in held:
        return models.apart(held["x"], held["y"], float(held["detour"]), int(held["existing"]))
    if f"{prefix}costs" in held:
        return held[f"{prefix}costs"]
    parts = tuple(held[f"{prefix}{name}"] for name in ("data", "indices", "indptr"))
    return csr_array(parts, shape=tuple(held[f"{prefix}shape"]))


def check(say: Words, folder: Path) -> None:
    """Check the certificate of a folder again, and say so; refuse one that does not hold."""
    try:
        certificate = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
        wrong = list(_wrong(certificate, folder / COSTS))
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


def _wrong(certificate: dict[str, Any], file: Path) -> Iterator[str]:
    import numpy as np

    from geosocial.siting import Sphere
    from geosocial.siting import certificate as kept

    with np.load(file, allow_pickle=False) as held:
        if certificate["model"] == "several":
            spheres = [
                Sphere(
                    _costs(held, f"s{k}_"), held[f"s{k}_weights"], s["standard"], s["name"], s["importance"]
                )
                for k, s in enumerate(certificate["spheres"])
            ]
            yield from kept.check_several(certificate, spheres)
            return
        weights = held.get("weights")
        zones, price = held.get("zones"), held.get("site_costs")
        yield from kept.check(certificate, _costs(held), weights, zones=zones, site_costs=price)
