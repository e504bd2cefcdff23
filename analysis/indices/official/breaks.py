"""Which years of an official index may be compared, and where a chart must be cut. METHODS 18.3."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from analysis.errors import OfficialError
from analysis.indices.official.method import Break, Method


@dataclass(frozen=True)
class Comparison:
    """Whether two years may be compared; ``reasons`` holds the breaks between them, cautions too."""

    may_trend: bool
    reasons: tuple[Break, ...]


def compare_years(
    method: Method, before: int, after: int, *, of: str, within: str | None = None, of_units: bool = True
) -> Comparison:
    """May ``of`` in year ``before`` be compared with the same in ``after``?

    Parameters
    ----------
    method
        One that holds breaks: ``load_method("sipas", "comparability")`` or ``load_method("papi", "2011")``.
    before, after
        Years of measurement, not of publication.
    of
        What is compared: overall, content, group, total, a dimension (D5) or a sub-dimension by its identity.
    within
        The node itself where ``of`` is a kind (group: service_result): a break may except it.
    of_units
        False for the country as a whole, which a reorganisation of units does not interrupt.

    Returns
    -------
    Comparison
        ``may_trend`` is False over a break of the method, of the scale (rescaled) or of the units. A caution does
        not forbid but must stand beside the figures. A year in which a break starts in July counts as before it.
        Silently true for a name no break mentions.

    Raises
    ------
    OfficialError
        When the years stand the wrong way round.

    References
    ----------
    METHODS 18.3.

    Examples
    --------
    >>> from analysis.indices.official.reading import load_method
    >>> sipas = load_method("sipas", "comparability")
    >>> compare_years(sipas, 2021, 2022, of="overall").may_trend
    False
    >>> compare_years(sipas, 2023, 2024, of="overall").may_trend
    True
    """
    if after <= before:
        raise OfficialError([f"year {after} is not after {before}"], "Give the earlier year first.")
    between = tuple(
        found
        for found in method.breaks
        if date(before, 1, 1) < found.start <= date(after, 1, 1)
        and (of in found.of or within in found.of)
        and within not in found.excepted
        and (of_units or found.kind != "units")
    )
    return Comparison(all(found.kind == "caution" for found in between), between)


def mark_series(
    frame: pl.DataFrame, method: Method, *, year: str, of: str, within: str | None = None, of_units: bool = True
) -> pl.DataFrame:
    """The same rows with the number of their unbroken series, for lines that stop where the method changed.

    Adds ``series`` (Int64, from 1, by year), ``break_vi`` and ``break_en`` (why a series starts here; null inside
    one; cautions too) to ``frame``, whose column ``year`` holds integers without nulls. Draw one line per series.
    METHODS 18.3.

    >>> from analysis.indices.official.reading import load_method
    >>> years = pl.DataFrame({"year": [2020, 2021, 2022, 2023, 2024]})
    >>> marked = mark_series(years, load_method("sipas", "comparability"), year="year", of="overall")
    >>> marked["series"].to_list()
    [1, 1, 2, 2, 2]
    """
    years = sorted(set(frame[year].to_list()))
    series, rows = 1, []
    for position, this in enumerate(years):
        found = (
            compare_years(method, years[position - 1], this, of=of, within=within, of_units=of_units)
            if position
            else None
        )
        series += int(found is not None and not found.may_trend)
        reasons = found.reasons if found else ()
        rows.append((this, series, _join(reasons, "vi"), _join(reasons, "en")))
    schema = {year: frame.schema[year], "series": pl.Int64(), "break_vi": pl.String(), "break_en": pl.String()}
    return frame.join(pl.DataFrame(rows, schema=schema, orient="row"), on=year, how="left", maintain_order="left")


def _join(reasons: tuple[Break, ...], language: str) -> str | None:
    return "; ".join(found.reason[language] for found in reasons) or None
