"""A sample too long to be held, in pieces: read one after the other, with the codes of all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.estimation.passes.narrow import Narrow, Plan
from analysis.grouping.keys import Key, learn_keys
from analysis.grouping.scatter import Numbers


@dataclass(frozen=True)
class Pieces:
    """``keys``: as ``Narrow.keys`` of all rows, without rows. ``at_once``: rows of a piece."""

    plan: Plan
    keys: Mapping[str, Key]
    at_once: int

    def read(self) -> Iterator[Narrow | None]:
        """The pieces, each with the codes of all."""
        of_columns = {self.plan.named[name]: key for name, key in self.keys.items()}
        for piece in self.plan.selected.collect_batches(chunk_size=self.at_once, maintain_order=True):
            if piece.height:
                yield self.plan.narrow(piece, of_columns)


def make_pieces(plan: Plan, at_once: int) -> Pieces:
    """Reads the keys once: what labels there are. METHODS 20.2."""
    columns = sorted(set(plan.named.values()))
    coded = learn_keys(plan.selected.select(pl.col(f"key.{c}").alias(c) for c in columns), columns)
    return Pieces(plan, {name: coded[column] for name, column in plan.named.items()}, at_once)


def agree(first: Numbers, second: Numbers | None) -> Numbers | None:
    """Populations of the strata of two pieces together; None where they differ. METHODS 20.2."""
    if second is None or not ((first == second) | (first < 0) | (second < 0)).all():
        return None
    return np.maximum(first, second)
