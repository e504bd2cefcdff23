"""Whether a league table may be printed: with ranks, in groups, or by name only; METHODS 14.5."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import RankError
from analysis.ranking.confidence_sets import Ranking
from analysis.small_area.between_areas import estimate_between


@dataclass(frozen=True)
class LeagueRule:
    """What a table needs; METHODS 14.5.

    ``groups_from``, ``ranks_from``: rankability (0-1), the bounds of van Dishoeck and others (2011).
    ``groups_within``, ``ranks_within``: the typical set of ranks as a part of all places (0-1), our choice.
    """

    groups_from: float = 0.5
    ranks_from: float = 0.75
    groups_within: float = 0.5
    ranks_within: float = 0.25

    def __post_init__(self) -> None:
        if not (
            0 <= self.groups_from <= self.ranks_from <= 1 and 0 < self.ranks_within <= self.groups_within <= 1
        ):
            raise RankError(
                [f"{self} does not make sense"], "Ranks must not need less than groups; all lie between 0 and 1."
            )


@dataclass(frozen=True)
class LeagueVerdict:
    """``print_as``: ``ranks`` (each with its set beside it), ``groups`` (tiers or groups, no order within) or
    ``names`` (no order by figure at all). ``rankability`` and ``typical_set`` are parts of 1; ``told_apart``
    the part of pairs. The reason in both languages."""

    print_as: str
    rankability: float
    typical_set: float
    told_apart: float
    reason_vi: str
    reason_en: str

    @property
    def may_print_ranks(self) -> bool:
        return self.print_as == "ranks"


def judge_league_table(ranking: Ranking, rule: LeagueRule | None = None) -> LeagueVerdict:
    """Whether ranks may be printed, from how much of the spread is real and how wide the sets are.

    Parameters
    ----------
    ranking
        Of ``rank_units`` with joint sets: sets of single units are refused, a table shows all.
    rule
        None: the defaults of ``LeagueRule``.

    Returns
    -------
    LeagueVerdict
        ``ranks`` needs a rankability of at least ``ranks_from`` and a median set of at most ``ranks_within`` of
        all places; ``groups`` the same with its own, laxer bounds; else ``names``.

    Raises
    ------
    RankError
        Sets that do not hold jointly.

    Notes
    -----
    Silently too kind when standard errors are too small, or when units differ in whom they serve: a rank says
    nothing about why.

    References
    ----------
    METHODS 14.5; Lingsma and others (2009); van Dishoeck and others (2011).

    Examples
    --------
    >>> import polars as pl
    >>> from analysis.ranking import rank_units
    >>> units = pl.DataFrame({"unit": list("ABCD"), "estimate": [90.0, 70.0, 69.0, 60.0]})
    >>> verdict = judge_league_table(rank_units(units.with_columns(standard_error=2.0), unit="unit"))
    >>> verdict.print_as, round(verdict.rankability, 2), round(verdict.told_apart, 2)
    ('groups', 0.98, 0.83)
    """
    rule = rule or LeagueRule()
    units = ranking.units
    if not units["rank_method"].str.starts_with("joint").all():
        raise RankError(["the sets hold for each unit alone"], "Rank with joint=True for a table.")
    shown = units.filter(units["rank"].is_not_null())
    scores = shown[ranking.estimate].cast(float).to_numpy()
    variances = ranking.errors**2
    between = estimate_between(scores, np.ones((len(scores), 1)), variances, "reml")
    rankability = between / (between + float(np.median(variances)))
    pairs = shown.height * (shown.height - 1) / 2
    told_apart = float(ranking.is_better.sum()) / pairs
    widths = units["rank_high"] - units["rank_low"] + 1
    typical = float(np.median(widths.to_numpy())) / units.height
    kind = "names"
    if rankability >= rule.ranks_from and typical <= rule.ranks_within:
        kind = "ranks"
    elif rankability >= rule.groups_from and typical <= rule.groups_within:
        kind = "groups"
    return LeagueVerdict(kind, rankability, typical, told_apart, *_reason(kind, rankability, typical, told_apart))


def _reason(kind: str, rankability: float, typical: float, told_apart: float) -> tuple[str, str]:
    real, wide, apart = (f"{100 * part:.0f}" for part in (rankability, typical, told_apart))
    vi = (
        f"{real} % chênh lệch là thật, {apart} % số cặp phân biệt được, hạng điển hình trải trên {wide} % số bậc: "
    )
    en = (
        f"{real} % of the spread is real, {apart} % of pairs are told apart, "
        f"a typical set spans {wide} % of places: "
    )
    end = {
        "ranks": ("được in hạng, kèm khoảng hạng", "ranks may be printed, each with its set"),
        "groups": ("chỉ in theo nhóm, không xếp hạng trong nhóm", "print groups only, no order within"),
        "names": ("không xếp hạng, in theo tên", "do not rank, list by name"),
    }[kind]
    return vi + end[0], en + end[1]
