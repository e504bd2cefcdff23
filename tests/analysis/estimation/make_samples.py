"""Samples and designs drawn at random for the passes, and the estimates of the pass over rows."""

import numpy as np
import polars as pl
from hypothesis import strategies as st

from analysis.design import SurveyDesign
from analysis.estimation.composite import node_quantity
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.rows import BOUNDS, read_rows
from analysis.estimation.rule import Rule

NODES = {"q1": {"q1": 1.0}, "q2": {"q2": 1.0}, "index": {"q1": 0.5, "q2": 0.2, "q3": 0.3}}
ITEMS = {item: pl.col(item) for item in ("q1", "q2", "q3")}
DESIGNS = [
    SurveyDesign("w", stratum="h", cluster="c", population="N"),
    SurveyDesign("w", stratum="h"),
    SurveyDesign("w", cluster="c", lonely="average"),
    SurveyDesign("w"),
]


@st.composite
def samples(draw: st.DrawFn) -> pl.DataFrame:
    """Up to 400 responses in strata and clusters, items of one to five values, few or many null."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(1, 400))
    strata, clusters = draw(st.integers(1, 5)), draw(st.integers(1, 40))
    levels = draw(st.sampled_from([[100.0], [0.0, 100.0], [0.0, 25.0, 50.0, 75.0, 100.0]]))
    missing = draw(st.sampled_from([0.0, 0.1, 0.9]))
    weights = draw(st.sampled_from([[1.0], [0.5, 30.0, 1e4], list(rng.uniform(0.5, 30, 50))]))
    stratum = rng.integers(0, strata, rows)
    items = {}
    for item in ITEMS:
        values = rng.choice(levels, rows)
        items[item] = pl.Series(values).set(pl.Series(rng.random(rows) < missing), None)
    frame = pl.DataFrame(
        {
            "w": rng.choice(weights, rows),
            "h": stratum,
            "c": stratum * 100 + rng.integers(0, clusters, rows),
            "unit": rng.choice(["Xã A", "Xã B", "Phường C"], rows, p=[0.6, 0.37, 0.03]),
            "procedure": pl.Series(rng.integers(-3, 900, rows)).set(pl.Series(rng.random(rows) < 0.05), None),
            **items,
        }
    )
    sizes = frame.group_by("h").agg((pl.col("c").n_unique() * draw(st.sampled_from([1.0, 1.7, 1e6]))).alias("N"))
    return frame.join(sizes, on="h", maintain_order="left")


def by_rows(frame, design, by, where=None):
    quantities = [node_quantity(node, of, {f"q{k}": k - 1 for k in (1, 2, 3)}) for node, of in NODES.items()]
    items = ITEMS if where is None else {name: pl.when(where).then(item) for name, item in ITEMS.items()}
    read = read_rows(frame, design, items=items, by=by, bounds=BOUNDS)
    return estimate_quantities(read, design, quantities, Rule(), label="node")
