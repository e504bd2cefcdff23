"""Words beside a figure: the method by which its limits were made, and what its reader must know."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled, read_only
from analysis.estimation.judged import CENSUS, FALLBACK, NOBODY, Flags, Judged
from analysis.estimation.rule import Rule
from analysis.grouping.scatter import Numbers

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

_SAID = {
    "nobody": "không có trả lời / no answers",
    "census": "hỏi toàn bộ tổng thể, không có sai số chọn mẫu / census: no sampling error",
    "no df": "không có bậc tự do để ước lượng phương sai / no degrees of freedom for a variance",
    "all asked": "hỏi toàn bộ nhưng không phải ai cũng trả lời / everybody was asked, not everybody answered",
    "alike": (
        "các trả lời như nhau, phương sai tuyến tính bằng 0 / answers do not differ: linearised variance is 0"
    ),
    "cut": "giới hạn được cắt về khoảng cho phép / limits cut to the possible range",
    "lonely": "tầng chỉ có một đơn vị mẫu / stratum with one sampled unit",
}
_NOBODY, _CENSUS, _NO_DF, _ALL_ASKED, _ALIKE, _CUT, _LONELY = (1 << bit for bit in range(len(_SAID)))
_TOGETHER = [
    " | ".join(text for bit, text in enumerate(_SAID.values()) if number >> bit & 1) or None
    for number in range(1 << len(_SAID))
]


def name_methods(judged: Judged, rule: Rule) -> pl.Series:
    """Column ``method`` of every domain. METHODS 4."""
    fallback = "no interval" if rule.bounds is None else "clopper-pearson on n_effective"
    words = ["none", "census", f"linearised; {_NAMES[rule.interval]}; t(df)", f"linearised; {fallback}"]
    return _word("method", words, judged.kind)


def find_notes(judged: Judged, is_clipped: Flags, domains: pl.DataFrame) -> pl.Series:
    """Column ``note``: Vietnamese / English, several joined by a bar; null: nothing. ``domains``: lonely, the
    number of strata with one PSU, and remark where the quantity makes one. METHODS 4.5."""
    lonely = domains["lonely"].cast(pl.Float64).to_numpy()
    frozen = read_only(judged.kind, judged.df, judged.all_asked, judged.is_certain, is_clipped, lonely)
    note = _word("note", _TOGETHER, _say(*frozen))
    if "remark" not in domains.columns:
        return note
    remarked = pl.concat_str(note, pl.col("remark"), separator=" | ", ignore_nulls=True)
    return domains.select(pl.when(remarked != "").then(remarked).alias("note")).to_series()


@compiled
def _say(
    kinds: NDArray[np.uint8], df: Numbers, all_asked: Flags, certain: Flags, clipped: Flags, lonely: Numbers
) -> NDArray[np.uint8]:
    """What is said of each domain, together."""
    found = np.zeros(len(kinds), np.uint8)
    for at in range(len(kinds)):
        kind, said = kinds[at], 0
        if kind == NOBODY:
            said |= _NOBODY
        elif kind == CENSUS:
            said |= _CENSUS
        elif kind == FALLBACK and all_asked[at]:
            said |= _ALL_ASKED
        elif kind == FALLBACK and not df[at] >= 1:
            said |= _NO_DF
        elif kind == FALLBACK and certain[at]:
            said |= _ALIKE
        if clipped[at]:
            said |= _CUT
        if lonely[at] > 0 and kind != CENSUS:
            said |= _LONELY
        found[at] = said
    return found


def _word(name: str, words: list, which: NDArray[np.uint8]) -> pl.Series:
    """The word each row is given by its number; quicker than choosing among words row by row."""
    return pl.Series(name, words, pl.String).gather(which.astype(np.uint32))
