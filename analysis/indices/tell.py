"""Which figures get a row: a withheld cell unit × procedure is told once, by the row of its index; METHODS 7.7."""

from collections.abc import Sequence

import polars as pl

from analysis.indices.measure import Figure


def tell_figures(domains: pl.DataFrame, withheld: pl.DataFrame, figures: Sequence[Figure]) -> pl.DataFrame:
    """One row per published domain and figure that is told, top figure first, each in the order of the domains.

    Parameters
    ----------
    domains
        As ``domains.count_domains`` gives them.
    withheld
        The same rows, one Boolean per figure.
    figures
        The top figure first.

    Returns
    -------
    DataFrame
        position (of the figure), figure, domain (number), n (responses behind it), suppressed, top_suppressed
        (the index of the same domain is withheld). Most cells of a national month have few responses: a row for
        each of their items, all empty, would make nine tenths of the table. So of a unit × procedure whose index
        is withheld only the index is told, and figures that are not withheld; of a unit without responses only
        the index. The mask of the responses does not depend on the rows left out: a withheld cell is masked as a
        whole.

    References
    ----------
    METHODS 7.5, 7.7.
    """
    top = figures[0].key
    is_closed = (domains["kind"] == "unit_procedure") & withheld[top]
    is_silent = (domains["kind"] == "unit") & (domains["responses"] == 0)
    parts = []
    for position, figure in enumerate(figures):
        is_told = domains["is_published"]
        if position:
            is_figure = ~withheld[figure.key] & (domains[figure.key] > 0)
            is_told = is_told & (~is_closed | is_figure) & ~is_silent
        parts.append(
            pl.DataFrame(
                {
                    "domain": domains["domain"],
                    "n": domains[figure.key],
                    "suppressed": withheld[figure.key],
                    "top_suppressed": withheld[top],
                }
            )
            .filter(is_told)
            .select(pl.lit(position, pl.Int32).alias("position"), pl.lit(figure.key).alias("figure"), pl.all())
        )
    return pl.concat(parts)
