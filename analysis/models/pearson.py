"""Pearson's X² of weighted shares, judged by the design: Rao and Scott's corrections, and exactly."""

from dataclasses import dataclass

from scipy import special

from analysis.designs.drawn import Real
from analysis.models.chi_square_sums import tail_by_saddlepoint, tail_by_series
from analysis.models.tabulate import above_f

PEARSON_STATISTICS = {
    "F": "Pearson X², Rao and Scott's second correction",
    "chi_square": "Pearson X², Rao and Scott's first correction",
    "saddlepoint": "Pearson X², saddlepoint of its distribution",
    "exact": "Pearson X², its distribution exactly",
}


_NONE = 1e-10  # design effects below this are rounding noise: a calibration or a census left no chance


@dataclass(frozen=True)
class Verdict:
    """``numerator``, ``denominator``: degrees of freedom, None where the statistic has none; ``p_value``: None
    where the design leaves no variance or no degrees of freedom."""

    statistic: float | None
    numerator: float
    denominator: float | None
    p_value: float | None


def judge_pearson(pearson: float, effects: Real, df: float, statistic: str) -> Verdict:
    """``effects``: generalised design effects δ of X² = ``pearson``; ``df``: PSUs − strata. METHODS 19.3."""
    count = float(len(effects))
    if not effects.sum() > _NONE:
        return Verdict(None, count, None, None)
    spread = float(effects.sum() ** 2 / (effects**2).sum())
    if statistic == "F":
        value = float(pearson / effects.sum())
        return Verdict(value, spread, spread * df, above_f(value, spread, spread * df))
    if statistic == "chi_square":
        return Verdict(pearson, count, None, float(special.chdtrc(count, pearson / effects.mean())))
    # Over an estimated denominator as R has it: the df of the F above.
    if pearson <= 0 or not df > 0:
        return Verdict(pearson, count, None, None if pearson > 0 else 1.0)
    tail = tail_by_saddlepoint if statistic == "saddlepoint" else tail_by_series
    return Verdict(pearson, count, None, tail(pearson, effects, spread * df))
