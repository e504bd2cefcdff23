"""Pictures and printable tables of figures, never without n and interval; METHODS 21."""

from analysis.reports.control import draw_control
from analysis.reports.funnel import draw_funnel
from analysis.reports.importance import draw_importance
from analysis.reports.intervals import draw_intervals
from analysis.reports.likert import draw_likert
from analysis.reports.look import Look
from analysis.reports.picture import Picture
from analysis.reports.rank_sets import draw_rank_sets
from analysis.reports.tables import PrintedTable, print_table
from analysis.reports.trend import draw_trend

__all__ = [
    "Look",
    "Picture",
    "PrintedTable",
    "draw_control",
    "draw_funnel",
    "draw_importance",
    "draw_intervals",
    "draw_likert",
    "draw_rank_sets",
    "draw_trend",
    "print_table",
]
