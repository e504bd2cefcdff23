"""Words beside a figure: the method by which its limits were made, and what its reader must know."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.estimation.judged import CENSUS, FALLBACK, NOBODY, Flags, Judged
from analysis.estimation.rule import Rule

_NAMES = {
    "t": "t",
    "wilson": "wilson",
    "beta": "korn-graubard",
    "beta_truncated": "korn-graubard truncated",
    "xlogit": "logit",
    "logit": "logit",
    "asin": "arcsine",
    "likelihood": "likelihood",
    "exact": "clopper-pearson on n_effective",
}


def name_methods(judged: Judged, rule: Rule) -> pl.Series:
    """Column ``method`` of every domain. METHODS 4."""
    fallback = "no interval" if rule.bounds is None else "clopper-pearson on n_effective"
    words = ["none", "census", f"linearised; {_NAMES[rule.interval]}; t(df)", f"linearised; {fallback}"]
    return _word("method", words, judged.kind)


def find_notes(judged: Judged, is_clipped: Flags, domains: pl.DataFrame) -> pl.Series:
    """Column ``note``: Vietnamese / English, several joined by a bar; null: nothing. ``domains``: lonely, the
    number of strata with one PSU, and remark where the quantity makes one. METHODS 4.5."""
    is_fallback, has_df = judged.kind == FALLBACK, judged.df >= 1
    said = [
        (judged.kind == NOBODY, "không có trả lời / no answers"),
        (judged.kind == CENSUS, "hỏi toàn bộ tổng thể, không có sai số chọn mẫu / census: no sampling error"),
        (
            is_fallback & ~has_df & ~judged.all_asked,
            "không có bậc tự do để ước lượng phương sai / no degrees of freedom for a variance",
        ),
        (
            is_fallback & judged.all_asked,
            "hỏi toàn bộ nhưng không phải ai cũng trả lời / everybody was asked, not everybody answered",
        ),
        (
            is_fallback & judged.is_certain & has_df & ~judged.all_asked,
            "các trả lời như nhau, phương sai tuyến tính bằng 0 / answers do not differ: linearised variance is 0",
        ),
        (is_clipped, "giới hạn được cắt về khoảng cho phép / limits cut to the possible range"),
        (
            (domains["lonely"].to_numpy() > 0) & (judged.kind != CENSUS),
            "tầng chỉ có một đơn vị mẫu / stratum with one sampled unit",
        ),
    ]
    which = np.zeros(len(is_clipped), np.uint8)
    for bit, (holds, _) in enumerate(said):
        which |= holds.view(np.uint8) << np.uint8(bit)
    words = [
        " | ".join(text for bit, (_, text) in enumerate(said) if number >> bit & 1) or None
        for number in range(2 ** len(said))
    ]
    note = _word("note", words, which)
    if "remark" not in domains.columns:
        return note
    remarked = pl.concat_str(note, pl.col("remark"), separator=" | ", ignore_nulls=True)
    return domains.select(pl.when(remarked != "").then(remarked).alias("note")).to_series()


def _word(name: str, words: list, which: NDArray[np.uint8]) -> pl.Series:
    """The word each row is given by its number; quicker than choosing among words row by row."""
    return pl.Series(name, words, pl.String).gather(which.astype(np.uint32))
