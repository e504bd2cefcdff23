"""From a snapshot and what is known of times to the frame in which signals are found."""

from dataclasses import replace

import polars as pl

from analysis.frames import RESPONSES, Column, check_frame
from analysis.indices.measure import measure_items
from analysis.quality.signals.frames import GUARDED
from survey_forms.columns import answer_columns
from survey_forms.form import Form, Measure

# One row per response: what a snapshot does not hold, since no index needs it.
TIMES = {name: GUARDED[name] for name in ("response_id", "device", "device_sequence", "at", "is_trapped")} | {
    "opens": GUARDED["opens"],
    "closes": GUARDED["closes"],
}


def guard_responses(responses: pl.LazyFrame, times: pl.DataFrame, form: Form, *, timezone: str) -> pl.DataFrame:
    """The responses to ``form`` by ``frames.GUARDED``.

    Parameters
    ----------
    responses
        A snapshot: ``analysis.frames.RESPONSES`` and the answer columns of ``form``.
    times
        By ``TIMES``; responses it does not know are left out, and so is what it knows beyond ``responses``.
    form
        Their form version.
    timezone
        In which minutes of the day are counted.

    Returns
    -------
    DataFrame
        One row per response of both. ``satisfied``: mean over the items of the recipe of 100 (satisfied) or 0;
        null without recipe or answers.

    Raises
    ------
    FrameError
        A frame breaks its contract.

    References
    ----------
    METHODS 22.1.
    """
    answers = [column for column in answer_columns(form) if not column.name.endswith("#missing")]
    names = [column.name for column in answer_columns(form)]
    levels = [column.name for column in answers if column.kind == "level"]
    check_frame(responses, {**RESPONSES, **{name: Column(pl.Int8, null=True) for name in levels}}, "responses")
    check_frame(times, TIMES, "times")
    told = {column.name: pl.col(column.name).is_not_null() for column in answers}
    # The options of one question are one answer.
    items = {column.question if column.kind == "boolean" else column.name for column in answers}
    by_item = {
        item: pl.any_horizontal(
            [
                told[column.name]
                for column in answers
                if item in (column.name, column.question) and (column.kind == "boolean") == (item != column.name)
            ]
            or [told[item]]
        )
        for item in sorted(items)
    }
    local = pl.from_epoch("at", time_unit="s").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
    guarded = responses.join(times.lazy(), on="response_id", how="inner").with_columns(
        form=pl.lit(form.id),
        unit=pl.col("unit_filed"),
        minute=(local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32)),
        items=pl.sum_horizontal(by_item.values()).cast(pl.Int32) if by_item else pl.lit(0, pl.Int32),
        levels=_levels(levels),
        answers=pl.struct(names).struct.json_encode() if names else pl.lit(""),
        satisfied=_satisfied(form),
    )
    return guarded.select(pl.col(name).cast(column.dtype) for name, column in GUARDED.items()).collect()


def _levels(names: list[str]) -> pl.Expr:
    if not names:
        return pl.lit([], dtype=pl.List(pl.Int8))
    return pl.concat_list(names).list.drop_nulls()


def _satisfied(form: Form) -> pl.Expr:
    if form.recipe is None:
        return pl.lit(None, pl.Float64)
    scores = measure_items(form, replace(form.recipe, measure=Measure.SATISFIED_SHARE))
    return pl.mean_horizontal(scores.values())
