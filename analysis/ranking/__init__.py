"""Ranks with their uncertainty, and whether a league table may be printed at all; METHODS 14."""

from analysis.ranking.confidence_sets import Ranking, rank_units
from analysis.ranking.groups import group_alike
from analysis.ranking.league_table import LeagueRule, LeagueVerdict, judge_league_table
from analysis.ranking.places import estimate_top_probabilities

__all__ = [
    "LeagueRule",
    "LeagueVerdict",
    "Ranking",
    "estimate_top_probabilities",
    "group_alike",
    "judge_league_table",
    "rank_units",
]
