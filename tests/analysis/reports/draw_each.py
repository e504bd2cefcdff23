"""Every kind of picture of invented figures, by name."""

from collections.abc import Callable

from analysis.reports import (
    Look,
    Picture,
    draw_control,
    draw_funnel,
    draw_importance,
    draw_intervals,
    draw_likert,
    draw_rank_sets,
    draw_trend,
)
from tests.analysis.reports.make_figures import (
    LABELS,
    make_importance,
    make_parts,
    make_ranking,
    make_satisfied,
    make_units,
    make_watch,
    make_years,
)

TITLE = "Mức độ hài lòng: Ứng Hoà, Nghĩa Đô, Lý Sơn"

EACH: dict[str, Callable[[Look], Picture]] = {
    "intervals": lambda look: draw_intervals(make_units(), unit="unit", title=TITLE, look=look),
    "rank_sets": lambda look: draw_rank_sets(make_ranking(), title=TITLE, look=look),
    "funnel": lambda look: draw_funnel(make_units(), unit="unit", title=TITLE, centre=80.0, look=look),
    "trend": lambda look: draw_trend(make_years(), period="year", title=TITLE, look=look),
    "likert": lambda look: draw_likert(
        make_parts(),
        item="item",
        labels=LABELS,
        title=TITLE,
        satisfied=make_satisfied(),
        look=Look(look.language, factor=100),
    ),
    "importance": lambda look: draw_importance(make_importance(), title=TITLE, look=look),
    "control": lambda look: draw_control(make_watch(), unit="unit", of="B", title=TITLE, look=look),
}
