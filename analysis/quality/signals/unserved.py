"""More responses than cases that were served; METHODS 22.4."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import Signal
from analysis.quality.signals.rules import SignalRules


def find_unserved(responses: pl.DataFrame, transactions: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per form and unit (and per procedure, where the unit as a whole has enough cases) with more
    responses than completed transactions, by ``rules.unserved_responses`` or more.

    ``responses`` by ``frames.GUARDED``, ``transactions`` by ``analysis.frames.TRANSACTIONS`` of that month; none
    at all: no signal, nobody can know. All responses of the unit are in the signal: which of them had no case
    cannot be told. Silently too many where one case brings several visits, each asked. METHODS 22.4.
    """
    if transactions.is_empty():
        return
    over: set[tuple[str, str]] = set()
    for by in (["unit"], ["unit", "procedure"]):
        completed = transactions.group_by(by).agg(completed=pl.col("completed").sum())
        came = (
            responses.drop_nulls(by)
            .group_by("form", *by, maintain_order=True)
            .agg(responses=pl.len().cast(pl.Int64), ids=pl.col("response_id"))
            .join(completed, on=by, how="left", maintain_order="left")
            .with_columns(pl.col("completed").fill_null(0))
        )
        excess = pl.col("responses") - pl.col("completed")
        for row in came.filter(excess >= rules.unserved_responses).iter_rows(named=True):
            form, unit, procedure = row["form"], row["unit"], row.get("procedure", "")
            if procedure and (form, unit) in over:
                continue
            if not procedure:
                over.add((form, unit))
            figures = {"responses": row["responses"], "completed": row["completed"], "procedure": procedure}
            ids = tuple(sorted(row["ids"]))
            yield Signal("unserved", form, unit, None, None, figures, ids, detail=procedure)
