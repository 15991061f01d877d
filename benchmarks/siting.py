"""Sites with their proof: beside spopt with CBC, on forty graphs, on Montréal, on a million places.

spopt runs in a process of its own, since PuLP and highspy cannot share one; its seconds are those of building
and solving the model, ours those of the whole call; the objectives must be the same. Montréal is the 2,805
dissemination areas where the full data is beside the checkout, and otherwise as many places drawn around
centres: straight-line metres, people as weights, every place a candidate.

    python -m benchmarks.siting [--parts spopt graphs montreal million sweep]

The sweep runs when asked for by name: 1 … 50 sites at three standards, which takes an hour.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.graphs import kinds, one
from benchmarks.harness import write_table
from benchmarks.run import Process

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geosocial.siting import SitingResult

REAL = Path(__file__).parents[2] / "shared" / "data" / "census" / "da2016_montreal.parquet"
PARTS = ("spopt", "graphs", "montreal", "million")
#: Standards in metres and the most sites of the sweep; seconds of processor after which an answer is ended.
SWEEP, MOST, LIMIT = (500, 1_000, 2_000), 50, 60.0
PEER = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pulp
from spopt.locate import LSCP, MCLP, PMedian
given = np.load(sys.argv[1])
model, sites, standard = sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
costs, weights = given["costs"], given["weights"]
start, worked = time.perf_counter(), time.process_time()
if model == "mclp":
    made = MCLP.from_cost_matrix(costs, weights, standard, sites)
elif model == "lscp":
    made = LSCP.from_cost_matrix(costs, standard)
else:
    made = PMedian.from_cost_matrix(costs, weights, sites)
solved = made.solve(pulp.PULP_CBC_CMD(msg=False))
cbc = resource.getrusage(resource.RUSAGE_CHILDREN)
worked = time.process_time() - worked + cbc.ru_utime + cbc.ru_stime
print(json.dumps([time.perf_counter() - start, worked, solved.problem.objective.value()]))
"""


def towns(places: int, candidates: int, seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return where places around centres and candidates are, in metres, and the people of each place."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 30_000, (40, 2))
    where = centres[rng.integers(0, 40, places)] + rng.normal(0, 1_500, (places, 2))
    sites = where[rng.choice(places, candidates, replace=False)] + rng.normal(0, 50, (candidates, 2))
    return where, sites, rng.integers(1, 200, places).astype(float)


def between(where: NDArray[Any], sites: NDArray[Any]) -> NDArray[np.float64]:
    """Return straight-line metres, rounded to the millimetre."""
    from scipy.spatial.distance import cdist

    return np.round(cdist(where, sites), 3)


def said(
    problem: str, sites: int | str, ours: SitingResult, seconds: float, **more: object
) -> dict[str, object]:
    """Return a row of the table."""
    return {
        "problem": problem,
        "sites": sites if isinstance(sites, str) else f"{sites}",
        "status": ours.status,
        "gap": ours.gap,
        "seconds": seconds,
        **more,
    }


def timed(run: Callable[[], SitingResult], repetitions: int = 1) -> tuple[SitingResult, float, float]:
    """Return the answer, the median of its seconds, and the processor's seconds of the last run."""
    spent = []
    for _ in range(repetitions):
        start, worked = time.perf_counter(), time.process_time()
        found = run()
        spent.append(time.perf_counter() - start)
    return found, statistics.median(spent), time.process_time() - worked


def beside_spopt(repetitions: int) -> None:
    """Race spopt with CBC: each case in turn, the same objective asserted."""
    from geosocial.siting import lscp, mclp, p_median

    rows = []
    with tempfile.TemporaryDirectory() as name:
        for model, places, candidates, sites, standard in (
            ("p_median", 500, 200, 10, 0.0),
            ("lscp", 3_200, 500, 0, 5_000.0),
            ("mclp", 3_200, 500, 20, 1_500.0),
            ("mclp", 10_000, 1_000, 20, 1_500.0),
        ):
            where, at, weights = towns(places, candidates, places + candidates)
            costs = between(where, at)
            file = Path(name) / f"{model}{places}.npz"
            np.savez(file, costs=costs, weights=weights)
            # everyone can be covered: the standard of the LSCP reaches the candidate that is hardest to reach
            reach = max(standard, float(costs.min(axis=1).max())) if model == "lscp" else standard
            calls: dict[str, Callable[[], SitingResult]] = {
                "p_median": partial(p_median, costs, weights, sites=sites),
                "lscp": partial(lscp, costs, weights, standard=reach),
                "mclp": partial(mclp, costs, weights, sites=sites, standard=reach),
            }
            found, seconds, worked = timed(calls[model], repetitions)
            command = [sys.executable, "-c", PEER, str(file), model, str(sites), str(reach)]
            answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            theirs, labour, value = json.loads(answer.splitlines()[-1])
            np.testing.assert_allclose(found.objective, value, rtol=1e-6)
            told: dict[str, object] = {
                "n": places,
                "problem": f"{model} {places:,} × {candidates:,}",
                "sites": f"{sites or len(found.sites)}",
            }
            ours = {"seconds": seconds, "times ours": 1.0, "processor s": worked}
            peer = {"seconds": theirs, "times ours": theirs / seconds, "processor s": labour}
            rows.append({**told, "operation": f"geosocial {model}", **ours, "status": found.status})
            rows.append({**told, "operation": f"spopt with CBC, {model}", **peer, "status": "optimal"})
    write_table(
        "siting_spopt",
        rows,
        "spopt with CBC: building and solving, once; the same objectives.",
    )


def _graph(number: int) -> dict[str, object]:
    from geosocial.siting import p_median

    costs, (nodes, sites) = one(number), kinds()[number]
    found, seconds, worked = timed(partial(p_median, costs, np.ones(nodes), sites=sites))
    return said(f"graph {number + 1} of {nodes} nodes", sites, found, seconds, processor=worked)


def graphs() -> None:
    """Prove the forty graphs, two at a time."""
    start = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        # the longest first, so that none is left over at the end
        order = sorted(range(len(kinds())), key=lambda g: kinds()[g][0] / kinds()[g][1], reverse=True)
        rows = list(pool.map(_graph, order))
    whole = time.perf_counter() - start
    worked = sum(float(str(row["processor"])) for row in rows)
    note = (
        f"All on 2 cores: {whole:.0f} s with making the graphs; {worked:.0f} s of processor for the proofs."
    )
    write_table("siting_graphs", rows, note)


def montreal() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return where the dissemination areas are and how many people live there."""
    if not REAL.is_file():
        where, _, weights = towns(2_805, 1, 2_805)
        return where, weights
    import geopandas as gpd

    frame = gpd.read_parquet(REAL).to_crs(32188)
    at = frame.geometry.representative_point()
    return np.column_stack([at.x, at.y]), frame["pop2016"].fillna(0).to_numpy(float)


def city() -> None:
    """Solve every model on Montréal."""
    from geosocial.siting import lscp, mclp, p_center, p_median

    where, weights = montreal()
    costs = np.hypot(*(where[:, None] - where).transpose(2, 0, 1))
    rows = []
    for sites in (5, 10, 20, 50, 100):
        found, seconds, worked = timed(partial(p_median, costs, weights, sites=sites))
        rows.append(said("p-median", sites, found, seconds, processor=worked))
    for standard in (500, 1_000, 2_000):
        for sites in (1, 5, 10, 20, 50):
            found, seconds, worked = timed(partial(mclp, costs, weights, sites=sites, standard=standard))
            rows.append(said(f"MCLP {standard:,} m", sites, found, seconds, processor=worked))
    for standard in (500, 850, 1_000, 1_500, 2_000):
        ends = time.process_time() + LIMIT
        cover = partial(lscp, costs, weights, standard=standard)
        found, seconds, worked = timed(partial(cover, interrupt=lambda ends=ends: time.process_time() > ends))
        rows.append(said(f"LSCP {standard:,} m", len(found.sites), found, seconds, processor=worked))
    for sites in (5, 10, 20, 50, 100):
        ends = time.process_time() + LIMIT
        centre = partial(p_center, costs, weights, sites=sites)
        found, seconds, worked = timed(
            partial(centre, interrupt=lambda ends=ends: time.process_time() > ends)
        )
        rows.append(said("p-centre", sites, found, seconds, processor=worked))
    layer = "dissemination areas" if REAL.is_file() else "places drawn around centres"
    write_table("siting_montreal", rows, f"2,805 × 2,805, {layer}; straight-line metres.")


def sweep() -> None:
    """Solve the MCLP of Montréal for 1 … 50 sites at each standard: its curve, each point with its proof."""
    from geosocial.siting import mclp

    where, weights = montreal()
    costs = np.hypot(*(where[:, None] - where).transpose(2, 0, 1))
    for standard in SWEEP:
        rows = []
        for sites in range(1, MOST + 1):
            end = time.process_time() + LIMIT
            call = partial(mclp, costs, weights, sites=sites, standard=standard)
            found, seconds, worked = timed(partial(call, interrupt=lambda end=end: time.process_time() > end))
            row = said(f"MCLP {standard:,} m", sites, found, seconds, processor=worked)
            rows.append({**row, "served": found.objective, "bound": found.bound})
            print(f"{standard} m, {sites} sites: {found.status}, {worked:.1f} s", file=sys.stderr, flush=True)
        proved = [float(str(row["processor"])) for row in rows if row["status"] == "optimal"]
        note = (
            f"Ended after {LIMIT:.0f} s of processor; proved: {len(proved)} of {MOST}, "
            f"the slowest in {max(proved, default=0):.1f} s of processor."
        )
        write_table(f"siting_sweep_{standard}", rows, note)


def reached(places: int, candidates: int, standard: float) -> Any:
    """Return the pairs within a standard of many places, sparse, and the people."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    where, at, weights = towns(places, candidates, candidates)
    near = cKDTree(at).sparse_distance_matrix(cKDTree(where), standard, output_type="coo_matrix")
    return csr_array((near.data, (near.col, near.row)), shape=(places, candidates)), weights


def child(model: str, candidates: int, sites: int, limit: float, out: Path) -> None:
    """Solve one problem of a million places in this process, and write its row."""
    from geosocial.siting import mclp, p_median

    if model == "mclp":
        costs, weights = reached(1_000_000, candidates, 1_500)
        call = partial(mclp, costs, weights, sites=sites, standard=1_500, time_limit=limit)
    else:
        where, at, weights = towns(1_000_000, candidates, candidates)
        full = np.empty((len(where), candidates), np.float32)
        for begin in range(0, len(where), 100_000):
            full[begin : begin + 100_000] = between(where[begin : begin + 100_000], at)
        call = partial(p_median, full, weights, sites=sites, time_limit=limit)
    found, seconds, worked = timed(call)
    row = said(f"{model} 1,000,000 × {candidates}", sites, found, seconds, processor=worked)
    out.write_text(json.dumps(row), encoding="utf-8")


def million() -> None:
    """Solve a million places, each problem in a process of its own, with the peak of its memory."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for model, candidates, sites in MANY:
            out = Path(name) / f"{model}{candidates}.json"
            asked = [model, str(candidates), str(sites), "60", str(out)]
            case = Process(model, [sys.executable, "-m", "benchmarks.siting", "--child", *asked])
            case.run(Path(name))
            rows.append({**json.loads(out.read_text(encoding="utf-8")), "peak MB": case.peak_mb})
    write_table("siting_million", rows, "Time limit 60 s; memory of the whole process, the costs among it.")


#: Model, candidates and sites of the problems of a million places.
MANY = (("mclp", 200, 10), ("mclp", 500, 20), ("p_median", 200, 10))


def main(parts: list[str], repetitions: int = 3) -> None:
    """Run some parts, or all."""
    if "spopt" in parts:
        beside_spopt(repetitions)
    for part, run in (("graphs", graphs), ("montreal", city), ("million", million), ("sweep", sweep)):
        if part in parts:
            print()
            run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="*", choices=(*PARTS, "sweep"), default=PARTS)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        asked = given.child
        child(asked[0], int(asked[1]), int(asked[2]), float(asked[3]), Path(asked[4]))
    else:
        main(list(given.parts), given.repetitions)
