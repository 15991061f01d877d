"""HiGHS, given its models as sparse arrays: no loop over variables, an end in time, an answer to Ctrl-C.

While the solver works in one thread, another hears Ctrl-C and the caller's `interrupt`:
they end the search, and the best found so far is what comes back. HiGHS is deterministic: the same arrays and
enough time give the same answer. It cannot share a process with PuLP or OR-tools (their symbols clash).
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from geosocial.siting.inputs import Bools, Floats, Ints
from geosocial.siting.result import Clock

#: Seconds between two looks at the clock while HiGHS works.
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Model:
    """min or max Σ cⱼ xⱼ; lower ≤ x ≤ upper; row_lower ≤ A x ≤ row_upper; some x whole.

    A is given by rows: `start` (r + 1), `index` and `value` of the entries.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    whole: Bools
    row_lower: Floats
    row_upper: Floats
    start: Ints
    index: Ints
    value: Floats
    maximise: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HiGHS found: `proved` or not, the values (None where none), the bound that it proved."""

    proved: bool
    infeasible: bool
    values: Floats | None
    bound: float


def new(**options: object) -> Any:
    """Return a silent HiGHS with these options."""
    highs = _quiet()()
    for name, value in options.items():
        highs.setOptionValue(name, value)
    return highs


@functools.cache
def _quiet() -> Any:
    import highspy

    class Quiet(highspy.Highs):
        """Says nothing from its first call on: that of the callbacks prints a banner otherwise."""

        def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
            self.setOptionValue("output_flag", False)
            base: Any = super()
            base.enableCallbacks()

    return Quiet


def load(highs: Any, model: Model) -> None:
    """Give HiGHS a model."""
    import highspy

    highs.passModel(
        len(model.cost),
        len(model.row_lower),
        len(model.index),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize),
        0.0,
        model.cost,
        model.lower,
        model.upper,
        model.row_lower,
        model.row_upper,
        model.start[:-1].astype(np.int32),
        model.index.astype(np.int32),
        model.value,
        model.whole.astype(np.int32),
    )


def go(highs: Any) -> None:
    """Run HiGHS in this thread.

    It refuses where one with more or fewer threads of its own (`threads`) has run in this one before: what
    that one left is then taken away.
    """
    highs.run()
    if highs.getModelStatus().name == "kNotset":
        highs.resetThreadScheduler(True)  # and waits for its threads to end
        highs.run()


def run(highs: Any, clock: Clock) -> str:
    """Run HiGHS until it is done or the clock ends it; return the name of its model status.

    Ctrl-C sets ``clock.stopped``: the run ends as by the caller's interrupt.
    """
    return run_all([highs], clock)[0]


def run_all(solvers: list[Any], clock: Clock) -> list[str]:
    """Run several HiGHS at the same time, each in a thread of its own, as `run` does one."""
    for highs in solvers:
        if np.isfinite(clock.left):
            highs.setOptionValue("time_limit", highs.getRunTime() + clock.left)
        highs.HandleUserInterrupt = True
    if len(solvers) == 1 and threading.current_thread() is not threading.main_thread():
        _run_here(solvers[0], clock)
    else:
        _run_beside(solvers, clock)
    return [str(highs.getModelStatus().name) for highs in solvers]


def _run_here(highs: Any, clock: Clock) -> None:
    """Run HiGHS in this thread, which Ctrl-C does not reach: another looks at the clock.

    A thread in which HiGHS has worked takes milliseconds to end, longer than most problems of a curve.
    """
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK):
            if clock.over():
                highs.cancelSolve()
                return

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        go(highs)
    finally:
        ended.set()
        watch.join()


def _run_beside(solvers: list[Any], clock: Clock) -> None:
    """Run each HiGHS in a thread of its own, while this one hears Ctrl-C and looks at the clock."""
    workers, done = [], threading.Semaphore(0)

    def work(highs: Any) -> None:
        try:
            go(highs)
        finally:
            done.release()

    for highs in solvers:
        workers.append(threading.Thread(target=work, args=(highs,), daemon=True))
        workers[-1].start()
    asked, ended = False, 0
    while ended < len(solvers):
        try:
            ended += done.acquire(timeout=_LOOK)
            if not asked and clock.over():
                asked = True
                for highs in solvers:
                    highs.cancelSolve()
        except KeyboardInterrupt:
            clock.stopped = True
    for worker in workers:
        worker.join()


def solve(
    model: Model,
    clock: Clock,
    *,
    start: Floats | None = None,
    whole_objective: bool = False,
    target: float | None = None,
    nodes: int | None = None,
) -> Outcome:
    """Solve a mixed-integer model to gap 0, from a known solution when one is given.

    `whole_objective`: every objective is a whole number, so that a gap below 1 is a proof.
    `target`: any solution at least as good is good enough. `nodes`: the most nodes to spend.
    """
    highs = new(mip_rel_gap=0.0, mip_abs_gap=0.999 if whole_objective else 1e-6)
    load(highs, model)
    if target is not None:
        highs.setOptionValue("objective_target", target)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    status = run(highs, clock)
    info = highs.getInfo()
    if status in {"kInfeasible", "kUnboundedOrInfeasible"}:
        return Outcome(proved=True, infeasible=True, values=None, bound=np.nan)
    worst = np.inf if model.maximise else -np.inf
    bound = float(info.mip_dual_bound) if model.whole.any() else float(info.objective_function_value)
    if not np.isfinite(bound):
        bound = worst
    found = int(info.primal_solution_status) == 2
    values = np.asarray(highs.getSolution().col_value) if found else None
    proved = status == "kOptimal"
    if whole_objective and np.isfinite(bound):
        bound = np.floor(bound + 1e-6) if model.maximise else np.ceil(bound - 1e-6)
    return Outcome(proved=proved, infeasible=False, values=values, bound=bound)
