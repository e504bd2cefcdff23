"""Four national tasks against the floor: reading the same Parquet columns and summing them, in the same process.

    python -m tests.bench.national [--rows 1e5 1e6 1e7] [--rounds 5] [--folder var/bench] [--tasks T1 T2]
                                   [--without-population]

T1: share of levels 4 and 5 with interval, every unit × procedure. T2: 22 items and their index, every unit.
T3: raking to three margins. T4: a clustered mean, every province. Floor and task take turns; the least of the
rounds counts, in wall time and in processor time (what counts on a machine that others use too). Each task runs
in a process of its own; MiB is the most memory it ever had, the interpreter and libraries included.
--without-population: no finite-population correction, and its column is in neither floor nor task.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.composite import estimate_composites
from analysis.estimation.measures import share_satisfied
from analysis.weighting.rake import rake
from tests.bench.national_file import write_national

ITEMS = [f"q{k}" for k in range(1, 23)]
MEASURES = {item: share_satisfied(item, satisfied_from=4) for item in ITEMS}
STRATIFIED = SurveyDesign("weight", stratum="stratum", population="population")
CLUSTERED = SurveyDesign("weight", stratum="stratum", cluster="psu", population="days")
MARGINS = (("sex", "age"), ("province",), ("month",))
COLUMNS = {
    "T1": ["unit", "procedure", "stratum", "population", "weight", "q1"],
    "T2": ["unit", "stratum", "population", "weight", *ITEMS],
    "T3": ["sex", "age", "province", "month", "weight"],
    "T4": ["province", "stratum", "psu", "days", "weight", "q1"],
}
WANTED = {"T1": 3, "T2": 5, "T3": 2, "T4": 2}

Margins = dict[tuple[str, ...], dict[tuple[object, ...], float]]


def run_task(task: str, frame: pl.LazyFrame, margins: Margins, *, has_population: bool = True) -> int:
    """The task from the files to its finished table; how many rows came out."""
    strata, clusters = (
        each if has_population else replace(each, population=None) for each in (STRATIFIED, CLUSTERED)
    )
    if task == "T1":
        nodes = {"q1": {"q1": 1.0}}
        return estimate_composites(frame, strata, nodes=nodes, by=["unit", "procedure"], measures=MEASURES).height
    if task == "T2":
        nodes = {**{item: {item: 1.0} for item in ITEMS}, "index": dict.fromkeys(ITEMS, 1 / len(ITEMS))}
        return estimate_composites(frame, strata, nodes=nodes, by=["unit"], measures=MEASURES).height
    if task == "T3":
        return len(rake(frame, weight="weight", margins=margins).weights)
    return estimate_composites(
        frame, clusters, nodes={"q1": {"q1": 1.0}}, by=["province"], measures=MEASURES
    ).height


def make_margins(frame: pl.LazyFrame) -> Margins:
    """Totals up to a fifth away from those of the weights."""
    rng, made = np.random.default_rng(20261120), {}
    for columns in MARGINS:
        sums = frame.group_by(columns).agg(pl.col("weight").sum()).collect(engine="streaming").sort(columns)
        totals = sums["weight"].to_numpy() * rng.uniform(0.8, 1.2, sums.height)
        made[columns] = dict(zip(sums.select(columns).rows(), (totals / totals.sum() * 1e8).tolist(), strict=True))
    return made


def measure_here(task: str, folder: Path, rounds: int, *, has_population: bool) -> dict[str, Any]:
    frame = pl.scan_parquet(folder / "*.parquet")
    margins = make_margins(frame) if task == "T3" else {}
    columns = [name for name in COLUMNS[task] if has_population or name not in ("population", "days")]
    floor = [clock(lambda: frame.select(pl.col(columns).sum()).collect()) for _ in range(2)]
    told: dict[str, Any] = {"results": run_task(task, frame, margins, has_population=has_population)}
    ours = []
    for _ in range(rounds):
        floor.append(clock(lambda: frame.select(pl.col(columns).sum()).collect()))
        ours.append(clock(lambda: run_task(task, frame, margins, has_population=has_population)))
    # Not what the parent is told of its child: that counts also what the parent held when it made the child.
    told["MiB"] = int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
    for place, kind in enumerate(("seconds", "processor")):
        told[kind], told[f"floor {kind}"] = min(each[place] for each in ours), min(each[place] for each in floor)
    return told


def clock(work: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def measure(task: str, folder: Path, rounds: int, *, has_population: bool) -> dict[str, Any]:
    """``measure_here`` in a process of its own, with the most memory it had."""
    told = folder.parent / f"{folder.name}-{task}.json"
    asked = [sys.executable, "-m", "tests.bench.national", "--child", task, "--folder", str(folder)]
    asked += ["--rounds", str(rounds), "--told", str(told)] + ([] if has_population else ["--without-population"])
    process = os.posix_spawn(sys.executable, asked, os.environ)
    if os.waitpid(process, 0)[1]:
        raise SystemExit(f"{task} failed")
    return json.loads(told.read_text())


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6, 1e7])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--tasks", nargs="+", choices=list(WANTED), default=list(WANTED))
    options.add_argument("--folder", type=Path)
    options.add_argument("--without-population", action="store_true")
    options.add_argument("--child", choices=list(WANTED))
    options.add_argument("--told", type=Path)
    given = options.parse_args(arguments)
    has_population = not given.without_population
    if given.child:
        told = measure_here(given.child, given.folder, given.rounds, has_population=has_population)
        given.told.write_text(json.dumps(told))
        return
    print("| rows | task | results | s | floor s | × floor | processor × floor | wanted at 10⁷ | MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        for rows in map(int, given.rows):
            folder = write_national((given.folder or Path(temporary)) / f"n{rows}", rows)
            for task in given.tasks:
                show(rows, task, measure(task, folder, given.rounds, has_population=has_population))


def show(rows: int, task: str, told: dict[str, Any]) -> None:
    times, worked = (told[kind] / told[f"floor {kind}"] for kind in ("seconds", "processor"))
    print(
        f"| {rows:,} | {task} | {told['results']:,} | {told['seconds']:.3f} | {told['floor seconds']:.3f} "
        f"| {times:.1f} | {worked:.1f} | ≤ {WANTED[task]} | {told['MiB']:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
