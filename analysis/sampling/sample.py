"""A sample and how it was drawn: what to store so that anybody can draw it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.sampling.frame_hash import hash_frame
from analysis.sampling.randomness import ALGORITHM
from analysis.sampling.stage import Stage


@dataclass(frozen=True, eq=False)
class Sample:
    """Units drawn, with the seed, the hash of the frame and the stages that drew them.

    ``units``: one row per unit of the last stage, see ``select_sample``. ``sample_sha256``: hash of who is on
    which list at which place.
    """

    units: pl.DataFrame
    seed: int | str
    frame_sha256: str
    sample_sha256: str
    strata: tuple[str, ...]
    stages: tuple[Stage, ...]

    @classmethod
    def from_rows(
        cls,
        units: pl.DataFrame,
        seed: int | str,
        frame_sha256: str,
        strata: Sequence[str],
        stages: Sequence[Stage],
    ) -> "Sample":
        """A sample of these rows, sealed."""
        named = [*strata, *(stage.unit for stage in stages), "list", "position"]
        sealed = hash_frame(units.select(named))
        return cls(units, seed, frame_sha256, sealed, tuple(strata), tuple(stages))

    @property
    def main(self) -> pl.DataFrame:
        """The units to go to first."""
        return self.units.filter(pl.col("list") == "main")

    @property
    def reserve(self) -> pl.DataFrame:
        """The units to turn to, in the order of ``position``, when one of the main list of the stratum is lost."""
        return self.units.filter(pl.col("list") == "reserve")

    def record(self) -> dict[str, Any]:
        """What to store and publish, ready for JSON; ``repeat_sample`` draws the same again from it."""
        path = [*self.strata, *(stage.unit for stage in self.stages)]
        return {
            "algorithm": ALGORITHM,
            "seed": self.seed,
            "frame_sha256": self.frame_sha256,
            "sample_sha256": self.sample_sha256,
            "strata": list(self.strata),
            "stages": [stage.record(path) for stage in self.stages],
            "main": self.main.height,
            "reserve": self.reserve.height,
        }


def read_stages(record: Mapping[str, Any]) -> list[Stage]:
    """The stages of a ``Sample.record``. METHODS 12.6."""
    return [
        Stage(**{**stage, "n": pl.DataFrame(stage["n"]) if isinstance(stage["n"], list) else stage["n"]})
        for stage in record["stages"]
    ]
