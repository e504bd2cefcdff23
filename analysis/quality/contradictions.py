"""Printed figures that cannot all be true: sums, means, bounds, shares, counts and ranks. METHODS 18.10."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import polars as pl

from analysis.quality.allowed import allow_whole, group_parts
from analysis.quality.printed import Printed, Span, read_printed, show
from analysis.quality.ranked import find_misplaced
from analysis.quality.sentences import SENTENCES, fill

FINDINGS: Mapping[str, type[pl.DataType]] = {
    "figure": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "printed": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "vi": pl.String,
    "en": pl.String,
}
HUNDRED = Decimal(100)

Row = tuple[str, str, str, str | None, float | None, float | None, str, str]


def find_contradictions(frame: pl.DataFrame) -> pl.DataFrame:
    """Everything in printed figures that cannot be true, and what should be looked at.

    Parameters
    ----------
    frame
        One row per printed figure; columns of ``printed.PUBLISHED`` (figure and value are needed, the others where
        they apply). A whole has a ``rule`` and its parts name it in ``part_of``. All parts must stand there: for
        those a text leaves out add a row without value (low "0" where it cannot be negative). ``value`` as a
        string keeps the digits that were printed.

    Returns
    -------
    DataFrame
        One row per finding, the impossible first, then in the order of ``frame``: figure, rule (which fact is
        broken), severity ("impossible": no rounding and no cutting off of digits explains it; "suspicious":
        possible, but look), printed, low, high (Float64: what the other figures allow; null: no bound), vi, en.
        Empty: no contradiction was found, which is no proof of truth. Nothing is refused or changed. Silently
        wrong when a part is missing, or when the parts are of another population than the whole.

        rule is one of: sum, difference, mean, weighted_mean, between, smallest, largest, same (as given);
        shares_below_100, shares_above_100, no_counts_fit, no_count_fits, outside_bounds, rank_against_value,
        tied_but_different.

    Raises
    ------
    PublishedError
        Rows that cannot be read, all together.

    References
    ----------
    METHODS 18.10; Brown and Heathers 2017 (Social Psychological and Personality Science 8) for steps.

    Examples
    --------
    Twelve departments, eight above 90, none below 84.91, and a mean of 85.08:

    >>> columns = ["figure", "value", "rule", "part_of", "count", "low", "high"]
    >>> rows = [
    ...     ("mean", "85.08", "mean", None, None, None, None),
    ...     ("above 90", None, None, "mean", 8, "90", "100"),
    ...     ("last", "84.91", None, "mean", 1, None, None),
    ...     ("others", None, None, "mean", 3, "84.91", "90"),
    ... ]
    >>> frame = pl.DataFrame(rows, schema=columns, orient="row")
    >>> found = find_contradictions(frame)
    >>> found.select("figure", "severity", pl.col("low").round(2)).row(0)
    ('mean', 'impossible', 88.3)
    """
    rows = read_printed(frame)
    parts_of = group_parts(rows)
    found: list[Row] = []
    for row in rows:
        parts = parts_of.get(row.figure, [])
        if row.rule == "shares":
            found += _check_shares(row, parts)
        elif row.rule is not None:
            found += _check_whole(row, row.rule, parts)
        found += _check_bounds(row)
        found += _check_steps(row)
    for table in dict.fromkeys(row.ranked_in for row in rows if row.ranked_in is not None):
        found += _check_ranks([row for row in rows if row.ranked_in == table])
    found.sort(key=lambda row: row[2] != "impossible")
    return pl.DataFrame(found, schema=dict(FINDINGS), orient="row")


def _check_whole(whole: Printed, rule: str, parts: Sequence[Printed]) -> Iterator[Row]:
    allowed = allow_whole(rule, parts)
    if whole.value is None or not parts or not whole.span().misses(allowed):
        return
    is_possible = not whole.span(is_cut=True).misses(allow_whole(rule, parts, is_cut=True))
    yield _finding(whole, rule, is_possible, allowed, parts)


def _check_shares(whole: Printed, parts: Sequence[Printed]) -> Iterator[Row]:
    given = [part for part in parts if part.value is not None]
    if not given:
        return
    # All to the finest digit printed: of 71.82, 25.8 and 2.34 the second has lost a digit, or a zero.
    finest = min(part.unit for part in given)
    total = sum((part.value for part in given if part.value is not None), Decimal(0))
    miss, printed = abs(total - HUNDRED), Span(total, total)
    is_whole = len(given) == len(parts)
    if is_whole and total < HUNDRED and miss > finest / 2 * len(given):
        yield _finding(whole, "shares_below_100", True, printed, parts, hint=_find_dropped(given))
    elif total > HUNDRED and miss > finest / 2 * len(given):
        yield _finding(whole, "shares_above_100", miss <= finest * len(given), printed, parts)
    elif whole.n is not None and is_whole:
        counts = [_count_span(part, whole.n, HUNDRED) for part in parts]
        if not _fits(counts, whole.n):
            loose = [_count_span(part, whole.n, HUNDRED, is_cut=True) for part in parts]
            yield _finding(whole, "no_counts_fit", _fits(loose, whole.n), Span(None, None), parts)


def _find_dropped(parts: Sequence[Printed]) -> tuple[Printed, Decimal] | None:
    # 25.8 among figures of two decimals: the last digit may have been lost, and the rest to 100 says which it was.
    rest = HUNDRED - sum((part.value for part in parts if part.value is not None), Decimal(0))
    finest = min(part.unit for part in parts)
    short = [part for part in parts if part.unit > finest and rest < part.unit]
    if len(short) != 1 or short[0].value is None:
        return None
    return short[0], short[0].value + rest


def _check_bounds(row: Printed) -> Iterator[Row]:
    bounds = Span(row.low, row.high)
    if row.value is not None and row.span().misses(bounds):
        yield _finding(row, "outside_bounds", not row.span(is_cut=True).misses(bounds), bounds, ())


def _check_steps(row: Printed) -> Iterator[Row]:
    if row.value is None or row.n is None or row.step is None:
        return
    least, most = _count_span(row, row.n, row.step)
    if least > most:
        loose = _count_span(row, row.n, row.step, is_cut=True)
        near = Span(most * row.step / row.n, least * row.step / row.n)
        yield _finding(row, "no_count_fits", loose[0] <= loose[1], near, ())


def _count_span(row: Printed, n: int, step: Decimal, *, is_cut: bool = False) -> tuple[int, int]:
    """The least and greatest whole number of steps that is printed like this; least > greatest: there is none."""
    span = row.span(is_cut=is_cut)
    assert span.low is not None and span.high is not None  # noqa: PT018
    least = (span.low * n / step).to_integral_value(ROUND_CEILING)
    most = (span.high * n / step).to_integral_value(ROUND_FLOOR)
    if not is_cut and most * step / n == span.high:  # half up: exactly half above is printed one higher
        most -= 1
    return int(least), int(most)


def _fits(counts: Sequence[tuple[int, int]], n: int) -> bool:
    is_each = all(least <= most for least, most in counts)
    return is_each and sum(least for least, _ in counts) <= n <= sum(most for _, most in counts)


def _check_ranks(rows: Sequence[Printed]) -> Iterator[Row]:
    for found in find_misplaced(rows):
        span = found.witness.span()
        allowed = Span(None, span.high) if found.is_above else Span(span.low, None)
        sentence = "rank_against_value" if found.is_above else "rank_below_value"
        yield _finding(
            found.row, "rank_against_value", found.is_possible, allowed, (found.witness,), sentence=sentence
        )
    first: dict[int, Printed] = {}
    for row in rows:
        if row.rank is not None and row.value is not None:
            level = first.setdefault(row.rank, row)
            if level.span().misses(row.span()):
                yield _finding(row, "tied_but_different", True, level.span(), (level,))


def _finding(
    row: Printed,
    rule: str,
    is_possible: bool,
    allowed: Span,
    parts: Sequence[Printed],
    *,
    hint: tuple[Printed, Decimal] | None = None,
    sentence: str | None = None,
) -> Row:
    said = SENTENCES[sentence or rule]
    sentences = {language: fill(said[language], row, allowed, parts, language) for language in ("vi", "en")}
    if hint is not None:
        lost, whole = hint
        sentences = {
            language: text
            + SENTENCES["dropped"][language].format(
                figure=lost.figure, value=lost.show(language), whole=show(whole, language)
            )
            for language, text in sentences.items()
        }
    low, high = (None if bound is None else float(bound) for bound in (allowed.low, allowed.high))
    severity = "suspicious" if is_possible else "impossible"
    return row.figure, rule, severity, row.text, low, high, sentences["vi"], sentences["en"]
