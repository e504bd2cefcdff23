"""Withheld figures cannot be had back: by subtraction in the indices, by counting the microdata, by both."""

import numpy as np
import polars as pl
import pytest

from analysis.disclosure import find_small, mask_microdata
from analysis.disclosure.bridges import find_bridges
from analysis.disclosure.protect import Additive, protect
from analysis.indices.compute import IndexTables, compute_indices
from tests.analysis.make_frames import (
    MONTH,
    make_procedures,
    make_responses,
    make_transactions,
    make_units,
    one_stop,
)

FORM = one_stop()
ITEMS = [f"q{number}" for number in range(1, 10)]


def make_month(
    seed: int, *, units: int = 9, procedures: int = 6, provinces: int = 3
) -> tuple[pl.DataFrame, IndexTables]:
    """A month of cells from 0 to about 60 responses, some without a procedure, items often not applicable."""
    rng = np.random.default_rng(seed)
    rows, completed = [], {}
    for unit in range(units):
        for procedure in range(procedures):
            n = int(rng.choice([0, 1, 3, 8, 12, 25, 60], p=[0.2, 0.15, 0.15, 0.1, 0.15, 0.15, 0.1]))
            completed[(f"u{unit}", f"p{procedure}")] = n * 3 + 2
            for _ in range(n):
                named = rng.random() > 0.04
                levels = {item: int(rng.integers(1, 6)) for item in ITEMS if item != "q8" or rng.random() < 0.3}
                rows.append(
                    {
                        "unit_filed": f"u{unit}",
                        "unit_decided": f"u{unit}",
                        "counter": f"counter of u{unit}",
                        "procedure": f"p{procedure}" if named else None,
                        "channel": str(rng.choice(["kiosk", "web", "paper"], p=[0.7, 0.29, 0.01])),
                        "overall": int(rng.integers(1, 6)),
                        **levels,
                    }
                )
    responses = make_responses(rows, FORM)
    tables = compute_indices(
        responses,
        make_transactions(completed),
        FORM,
        month=MONTH,
        units=make_units({f"u{unit}": f"P{unit % provinces}" for unit in range(units)}),
        procedures=make_procedures([f"p{procedure}" for procedure in range(procedures)]),
    )
    return responses.collect(), tables


def read_truth(responses: pl.DataFrame, members: pl.Expr) -> dict[tuple[str, str], int]:
    """Responses of every cell with an answer; "" for no procedure."""
    counted = responses.filter(members).group_by("unit_filed", pl.col("procedure").fill_null("")).len()
    return {(unit, procedure): n for unit, procedure, n in counted.rows()}


def attack(
    cells: dict[tuple[str, str], int], provinces: int, published: pl.DataFrame, visible: pl.DataFrame
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """What follows, as rows over cells, from the published counts and the rows one can see in the microdata.

    The attacker knows of every cell that somebody answered; each published n is one equation, and so is each
    count of microdata rows by what is left of unit and procedure.
    """
    keys = sorted(cells)
    index = {key: position for position, key in enumerate(keys)}
    equations = []
    for unit, procedure in published.select("unit", "procedure").rows():
        row = np.zeros(len(keys))
        for key in keys:
            in_province = (
                unit is not None and unit.startswith("P") and int(key[0][1:]) % provinces == int(unit[1:])
            )
            if (unit is None or key[0] == unit or in_province) and (procedure is None or key[1] == procedure):
                row[index[key]] = 1
        equations.append(row)
    for group in visible.partition_by("seen_unit", "seen_procedure"):
        row = np.zeros(len(keys))
        for unit, procedure in group.select("unit_filed", pl.col("procedure").fill_null("")).unique().rows():
            row[index[(unit, procedure)]] = 1
        equations.append(row)
    return np.array(equations), keys


def follows(equations: np.ndarray, target: np.ndarray) -> bool:
    """Whether the target is a combination of the equations."""
    return np.linalg.matrix_rank(np.vstack([equations, target])) == np.linalg.matrix_rank(equations)


@pytest.mark.parametrize("seed", [0, 1, 2, 113])  # 113: an item that one masked unit alone had answers to
@pytest.mark.parametrize(
    ("level", "code", "item"), [("overall", "index", None), ("item", "q8", "q8"), ("item", "q1", "q1")]
)
def test_no_small_count_follows_from_indices_microdata_and_transactions(
    seed: int, level: str, code: str, item: str | None
) -> None:
    responses, tables = make_month(seed)
    members = pl.any_horizontal(pl.col(ITEMS).is_not_null()) if item is None else pl.col(item).is_not_null()
    cells = read_truth(responses, members)
    rows = tables.indices.filter(
        (pl.col("level") == level)
        & (pl.col("code") == code)
        & pl.col("channel").is_null()
        & ~pl.col("method").str.starts_with("mean of units")
    )
    masked = mask_microdata(responses, tables.indices, FORM).collect()
    seen = responses.with_columns(seen_unit=masked["unit_filed"], seen_procedure=masked["procedure"])
    seen = seen.filter(pl.Series(masked.select(members).to_series()))
    equations, keys = attack(cells, 3, rows.filter(~pl.col("suppressed") & (pl.col("n") > 0)), seen)
    small = [key for key in keys if cells[key] < 10]
    assert small
    for key in small:
        target = np.array([float(key == other) for other in keys])
        assert not follows(equations, target), key


@pytest.mark.parametrize("seed", range(3))
def test_no_figure_from_fewer_than_ten_is_shown(seed: int) -> None:
    _, tables = make_month(seed)
    shown = tables.indices.filter(~pl.col("suppressed") & (pl.col("n") > 0))
    assert shown["n"].min() >= 10


def test_withheld_rows_show_nothing_but_the_transactions() -> None:
    _, tables = make_month(1)
    withheld = tables.indices.filter("suppressed")
    assert withheld.height > 0
    for column in (
        *("n", "n_effective", "response_rate", "estimate", "standard_error", "low", "high", "df", "design_effect"),
        *("estimate_rounded", "low_rounded", "high_rounded"),
    ):
        assert withheld[column].null_count() == withheld.height, column
    assert withheld["note"].str.contains("withheld").all()
    assert len(withheld["note"].unique()) == 1  # the small and those that protect them look the same


def test_the_mean_of_units_is_that_of_published_units_only() -> None:
    _, tables = make_month(2)
    overall = tables.indices.filter(pl.col("level") == "overall")
    units = overall.filter(
        pl.col("unit").str.starts_with("u")
        & pl.col("procedure").is_null()
        & ~pl.col("suppressed")
        & (pl.col("n") > 0)
    )
    mean = overall.filter(pl.col("method").str.starts_with("mean of units"))
    assert mean["estimate"].item() == pytest.approx(units["estimate"].mean())


def test_masking_keeps_rows_order_and_columns_and_only_adds_nulls() -> None:
    responses, tables = make_month(3)
    masked = mask_microdata(responses, tables.indices, FORM).collect()
    assert masked.schema == responses.schema
    assert masked["response_id"].to_list() == responses["response_id"].to_list()
    for column in responses.columns:
        kept = masked[column].is_not_null()
        assert masked[column].filter(kept).to_list() == responses[column].filter(kept).to_list()


def make_small_month() -> tuple[pl.DataFrame, IndexTables]:
    """Three units of 4, 12 and 40 responses to one procedure; 3 of them on paper, 20 on the web."""
    sizes = {"u0": 4, "u1": 12, "u2": 40}
    rows = [
        {
            "unit_filed": unit,
            "unit_decided": unit,
            "unit_residence": unit,
            "counter": f"c{unit}",
            "procedure": "p0",
        }
        | dict.fromkeys(ITEMS, 5)
        for unit, n in sizes.items()
        for _ in range(n)
    ]
    channels = ["paper"] * 3 + ["web"] * 20 + ["kiosk"] * 33
    rows = [row | {"channel": channel} for row, channel in zip(rows, channels, strict=True)]
    responses = make_responses(rows, FORM)
    tables = compute_indices(
        responses,
        make_transactions({(unit, "p0"): 3 * n for unit, n in sizes.items()}),
        FORM,
        month=MONTH,
        units=make_units(dict.fromkeys(sizes, "P0")),
        procedures=make_procedures(["p0"]),
    )
    return responses.collect(), tables


def test_a_masked_unit_shows_through_no_other_column() -> None:
    responses, tables = make_small_month()
    masked = mask_microdata(responses, tables.indices, FORM).collect().filter(pl.col("unit_filed").is_null())
    assert masked.height == 16  # u0 is small, u1 protects it
    hidden = ("unit_decided", "unit_residence", "counter", "procedure")
    assert masked.select(hidden).null_count().row(0) == (16,) * 4


def test_a_small_channel_is_masked_together_with_another() -> None:
    responses, tables = make_small_month()
    masked = mask_microdata(responses, tables.indices, FORM).collect()
    assert masked["channel"].null_count() == 23
    assert set(masked["channel"].drop_nulls()) == {"kiosk"}


def protect_table(counts: list[list[int]]) -> np.ndarray:
    """Rows × columns of a plain table with both margins and the grand total, as one figure; hidden cells only."""
    cells = np.array(counts)
    rows, columns = cells.shape
    lines, n, rank = [], [], []
    for i in range(rows):
        for j in range(columns):
            lines.append((i, rows + j))
            n.append(cells[i, j])
            rank.append(0)
    for i in range(rows):
        lines.append((i, rows + columns))
        n.append(cells[i].sum())
        rank.append(2)
    for j in range(columns):
        lines.append((rows + j, rows + columns + 1))
        n.append(cells[:, j].sum())
        rank.append(3)
    lines.append((rows + columns + 1, rows + columns))
    n.append(cells.sum())
    rank.append(5)
    table = Additive(np.array(lines), np.array(rank), np.ones(len(n), dtype=bool), rows + columns + 2)
    return protect(np.array(n)[:, None], table, [], small_cell=10)[:, 0]


def test_one_small_cell_takes_three_others_with_it() -> None:
    # 4 is small; its row partner 20, its column partner 30 and 40 at their crossing close the ring
    hidden = protect_table([[4, 20, 90], [30, 40, 95], [70, 80, 99]])
    assert np.flatnonzero(hidden).tolist() == [0, 1, 3, 4]


def test_two_cells_that_are_small_together_take_a_third() -> None:
    hidden = protect_table([[2, 3, 50, 60], [40, 41, 42, 43]])
    assert hidden[:4].tolist() == [True, True, True, False]


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    assert not protect_table([[10, 20], [30, 40]]).any()


def test_empty_cells_are_no_disguise() -> None:
    hidden = protect_table([[4, 0, 90], [30, 0, 95]])
    assert not hidden[[1, 4]].any()  # nobody answered there, and that is known
    assert hidden[[0, 2, 3, 5]].all()


def test_bridges_are_the_edges_whose_loss_parts_the_graph() -> None:
    # two triangles 0-1-2 and 3-4-5 held together by 2-3, and a tail 5-6
    edges = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5), (5, 6)]
    a, b = np.array(edges).T
    assert find_bridges(a, b, 8).is_bridge.tolist() == [False, False, False, True, False, False, False, True]


def test_an_item_withheld_alone_takes_a_sibling_so_that_the_group_does_not_tell() -> None:
    # one domain; figures: group 0 of items 1 and 2 and 3; item 1 has 4 answers
    table = Additive(np.array([[-1, -1]]), np.array([0]), np.array([True]), 0)
    hidden = protect(np.array([[50, 4, 40, 30]]), table, [(0, [1, 2, 3])], small_cell=10)
    assert hidden.tolist() == [[False, True, False, True]]


@pytest.mark.parametrize(("unnamed", "is_shown"), [(12, True), (3, False)], ids=["many", "few"])
def test_responses_without_a_procedure_need_cover_only_when_few(unnamed: int, is_shown: bool) -> None:
    # one unit: a cell of 40, one of 50, responses without a procedure (never shown), and their total
    table = Additive(np.array([[0, -1]] * 4), np.array([0, 0, 0, 2]), np.array([True, True, False, True]), 1)
    hidden = protect(np.array([[40], [50], [unnamed], [90 + unnamed]]), table, [], small_cell=10)[:, 0]
    assert (not hidden[0]) is is_shown
    assert not hidden[[1, 3]].any()


def test_as_many_domains_as_figures_keep_their_places() -> None:
    domains = pl.DataFrame(
        {
            "kind": ["all", "unit", "unit"],
            "unit": [None, "u0", "u1"],
            "procedure": [None] * 3,
            "channel": [None] * 3,
            "province": [None, "P0", "P0"],
            "is_pooled": [True] * 3,
            "is_published": [True] * 3,
        },
        schema_overrides=dict.fromkeys(("procedure", "channel"), pl.String),
    )
    counts = pl.DataFrame({"a": [24, 4, 20], "b": [60, 30, 30], "c": [60, 30, 30]})
    assert find_small(domains, counts, tree={}).rows() == [
        (False,) * 3,
        (True, False, False),
        (True, False, False),
    ]
