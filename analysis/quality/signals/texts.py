"""The same words from several people of one place, that are not what everybody says; METHODS 22.5."""

import re
import unicodedata
from collections.abc import Iterator

import polars as pl
from scipy import stats

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules

_NO_WORD = re.compile(r"[\W_]+")


def plain_text(text: str) -> str:
    """``text`` without what does not change the words: case, marks, blanks, how letters are composed.

    >>> plain_text("  Rất  HÀI lòng!! ")
    'rất hài lòng'

    METHODS 22.5.
    """
    return _NO_WORD.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()


def find_same_texts(responses: pl.DataFrame, texts: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place and text of ``rules.text_letters`` letters or more that ``rules.text_responses`` or
    more of its responses have, more than how often others write it explains.

    ``responses`` by ``frames.GUARDED``, ``texts`` by ``frames.GUARDED_TEXTS``. No text is in the signal, only ids.
    Silently nothing for texts that were changed by a word. METHODS 22.5.
    """
    plain = (
        texts.with_columns(plain=pl.col("text").map_elements(plain_text, return_dtype=pl.String))
        .filter(pl.col("plain").str.len_chars() >= rules.text_letters)
        .join(responses.select("response_id", *PLACE), on="response_id")
        .unique(["response_id", "plain"], maintain_order=True)
    )
    if plain.is_empty():
        return
    here = plain.group_by(*PLACE).agg(here=pl.len().cast(pl.Int64))
    same = plain.group_by("plain").agg(all_same=pl.len().cast(pl.Int64))
    pairs = (
        plain.group_by(*PLACE, "plain", maintain_order=True)
        .agg(same=pl.len().cast(pl.Int64), ids=pl.col("response_id"))
        .join(here, on=list(PLACE), nulls_equal=True, maintain_order="left")
        .join(same, on="plain", maintain_order="left")
        .with_columns(elsewhere=(pl.col("all_same") - pl.col("same") + 1) / (plain.height - pl.col("here") + 1))
    )
    called = pairs.filter(pl.col("same") >= rules.text_responses)
    p = stats.binom.sf(called["same"].to_numpy() - 1, called["here"].to_numpy(), called["elsewhere"].to_numpy())
    judged = called.with_columns(p=pl.Series(p, dtype=pl.Float64))
    for row in judged.filter(pl.col("p") * pairs.height < rules.false_alarms).iter_rows(named=True):
        ids = tuple(sorted(row["ids"]))
        figures = {"responses": row["same"], "texts": row["here"], "elsewhere": row["all_same"] - row["same"]}
        place = (row["form"], row["unit"], row["counter"])
        yield Signal("same_texts", *place, None, figures, ids, row["p"], detail=ids[0])
