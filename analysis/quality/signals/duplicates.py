"""The same content sent again within moments; marked, never deleted; METHODS 22.5."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules
from analysis.quality.signals.texts import plain_text


def find_duplicates(responses: pl.DataFrame, texts: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place and day with responses equal in every answer, procedure and text, within
    ``rules.duplicate_minutes`` on one tablet, else at one place.

    Equal texts count always, else only answers of ``rules.duplicate_items`` items that at most
    ``rules.duplicate_share`` of all people give. The first of each pair is not in ``responses`` of the signal.
    Frames as for ``find_same_texts``; rows without ``at`` take no part. Two people who agree in everything and
    come one after the other are silently called duplicates. METHODS 22.5.
    """
    written = (
        texts.with_columns(pl.col("text").map_elements(plain_text, return_dtype=pl.String))
        .sort("response_id", "text")
        .group_by("response_id")
        .agg(pl.col("text").str.join("\n"))
    )
    share = pl.len().over("form", "answers") / pl.len().over("form")
    timed = (
        responses.with_columns(share=share)
        .drop_nulls("at")
        .join(written, on="response_id", how="left")
        .with_columns(pl.col("text").fill_null(""))
    )
    same = (*PLACE, "device", "procedure", "answers", "text")
    ordered = timed.sort(*same, "at", "response_id").with_columns(
        since=pl.col("at") - pl.col("at").shift().over(*same)
    )
    is_telling = (pl.col("text").str.len_chars() >= rules.text_letters) | (
        (pl.col("items") >= rules.duplicate_items) & (pl.col("share") <= rules.duplicate_share)
    )
    called = ordered.filter((pl.col("since") <= rules.duplicate_minutes * 60) & is_telling)
    for (form, unit, counter, day), rows in called.group_by([*PLACE, "local_day"], maintain_order=True):
        figures = {"responses": rows.height, "minutes": rules.duplicate_minutes}
        yield Signal("duplicates", form, unit, counter, day, figures, tuple(sorted(rows["response_id"])))
