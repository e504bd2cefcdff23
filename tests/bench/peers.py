"""The same work by other software, where it is installed: T3 (raking) and T4 (clusters) of ``national``.

    python -m tests.bench.peers [--rows 1e5 1e6] [--folder var/bench]

Peers get the data already loaded; ours reads the files. Each runs in a process of its own, twice: the second run
counts. Who is not installed is named and left out. statsmodels has no strata: its errors are another quantity, its
time is not.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tests.bench.national import COLUMNS, MARGINS, Margins, make_margins, run_task
from tests.bench.national_file import write_national

PEERS = ("hailong", "svy", "samplics", "statsmodels", "R survey")
TASKS = ("T3", "T4")
R_CODE = """
suppressMessages(library(survey)); a <- commandArgs(TRUE); d <- read.csv(a[1]); s <- proc.time()[["elapsed"]]
g <- svydesign(~psu, strata=~stratum, weights=~weight, fpc=~days, data=d, nest=TRUE)
if (a[2] == "T4") { r <- svyby(~y, ~province, g, svymean) } else {
  m <- jsonlite::fromJSON(a[3]); f <- lapply(names(m), function(n) reformulate(n))
  p <- lapply(names(m), function(n) setNames(data.frame(names(m[[n]]), unlist(m[[n]])), c(n, "Freq")))
  r <- rake(g, f, p, control=list(maxit=50, epsilon=1e-6)) }
cat(proc.time()[["elapsed"]] - s)
"""


def run_peer(peer: str, task: str, folder: Path) -> float | None:
    """Seconds of computation; None: this peer has no such thing."""
    frame = pl.scan_parquet(folder / "*.parquet")
    margins = make_margins(frame) if task == "T3" else {}
    if peer == "hailong":
        start = time.perf_counter()
        run_task(task, frame, margins)
        return time.perf_counter() - start
    # The peers take no margins of several columns: those are joined for them before the clock runs.
    joined = [pl.concat_str(columns, separator="_").alias("_".join(columns)) for columns in MARGINS]
    answer = (pl.col("q1") >= 4).cast(pl.Float64).alias("y")
    rows = frame.select({*COLUMNS["T4"], *COLUMNS["T3"]}).with_columns(answer, *joined).collect()
    controls = _join(margins)
    if peer == "R survey":
        return _run_r(rows, task, controls, folder)
    if peer == "svy":
        return _run_svy(rows, task, controls)
    if peer == "samplics":
        return _run_samplics(rows, task, controls)
    return _run_statsmodels(rows) if task == "T4" else None


def _join(margins: Margins) -> dict[str, dict[str, float]]:
    return {
        "_".join(columns): {"_".join(map(str, level)): total for level, total in totals.items()}
        for columns, totals in margins.items()
    }


def _run_svy(rows: pl.DataFrame, task: str, controls: dict[str, dict[str, float]]) -> float:
    import svy

    start = time.perf_counter()
    sample = svy.Sample(data=rows, design=svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    if task == "T4":
        sample.estimation.mean("y", by="province")
    else:
        sample.weighting.rake(controls=controls, tol=1e-10, max_iter=1000)
    return time.perf_counter() - start


def _run_samplics(rows: pl.DataFrame, task: str, controls: dict[str, dict[str, float]]) -> float:
    from samplics import SampleWeight, TaylorEstimator
    from samplics.utils.types import PopParam

    given = {name: rows[name].to_numpy() for name in rows.columns}
    start = time.perf_counter()
    if task == "T4":
        estimator = TaylorEstimator(PopParam.mean)
        design = {"samp_weight": given["weight"], "stratum": given["stratum"], "psu": given["psu"]}
        estimator.estimate(y=given["y"], domain=given["province"], **design)
    else:
        levels = {name: rows[name].to_numpy() for name in controls}
        SampleWeight().rake(given["weight"], margins=levels, control=controls)
    return time.perf_counter() - start


def _run_statsmodels(rows: pl.DataFrame) -> float:
    import numpy as np
    import statsmodels.api as sm

    province = rows["province"].to_numpy()
    start = time.perf_counter()
    dummies = (province[:, None] == np.unique(province)).astype(float)
    fitted = sm.WLS(rows["y"].to_numpy(), dummies, weights=rows["weight"].to_numpy())
    fitted.fit(cov_type="cluster", cov_kwds={"groups": rows["psu"].to_numpy()})
    return time.perf_counter() - start


def _run_r(rows: pl.DataFrame, task: str, controls: dict[str, dict[str, float]], folder: Path) -> float:
    file = folder.parent / f"{folder.name}.csv"
    rows.write_csv(file)
    asked = ["Rscript", "-e", R_CODE, str(file), task, json.dumps(controls)]
    return float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


def is_installed(peer: str) -> bool:
    if peer == "R survey":
        return shutil.which("Rscript") is not None
    return peer == "hailong" or importlib.util.find_spec(peer) is not None


def measure(peer: str, task: str, folder: Path) -> tuple[Any, float]:
    """Seconds (None: no such thing; a word: it failed), and the MiB it had at most."""
    told = folder.parent / "peer.json"
    told.unlink(missing_ok=True)
    asked = [sys.executable, "-m", "tests.bench.peers", "--child", peer, "--task", task, "--folder", str(folder)]
    process = os.posix_spawn(sys.executable, [*asked, "--told", str(told)], os.environ)
    _, _, usage = os.wait4(process, 0)
    return json.loads(told.read_text()) if told.exists() else "failed", usage.ru_maxrss / 1024


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6])
    options.add_argument("--folder", type=Path)
    options.add_argument("--child", choices=PEERS)
    options.add_argument("--task", choices=TASKS)
    options.add_argument("--told", type=Path)
    given = options.parse_args(arguments)
    if given.child:
        run_peer(given.child, given.task, given.folder)  # what is loaded or compiled once is not the work
        given.told.write_text(json.dumps(run_peer(given.child, given.task, given.folder)))
        return
    absent = [peer for peer in PEERS if not is_installed(peer)]
    print(f"not installed: {', '.join(absent) or 'none'}")
    print("| rows | task | peer | s | MiB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        for rows in map(int, given.rows):
            folder = write_national((given.folder or Path(temporary)) / f"n{rows}", rows)
            for task in TASKS:
                for peer in (each for each in PEERS if each not in absent):
                    seconds, most = measure(peer, task, folder)
                    shown = f"{seconds:.3f}" if isinstance(seconds, float) else seconds or "–"
                    print(f"| {rows:,} | {task} | {peer} | {shown} | {most:.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
