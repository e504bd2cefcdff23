"""What the columns ``method`` and ``note`` say of a figure; notes are Vietnamese / English."""

from collections.abc import Sequence

import polars as pl

from analysis.indices.measure import describe_measure
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import Prepared
from survey_forms.form import Form, Recipe

SEPARATOR = " | "
WITHHELD = (
    "che vì ít phiếu trả lời, hoặc để không suy ra được ô khác / withheld: few responses, or to protect others"
)
SILENT = "không có phiếu trả lời, giao dịch không được đại diện / no responses, not represented"
PROVINCE, MEAN_OF_UNITS = "province", "mean_of_units"  # values of the column ``aggregate``


def describe_weights(prepared: Prepared, policy: IndexPolicy) -> str:
    """How the responses were weighted, for the column ``method``. METHODS 2."""
    if not prepared.has_transactions:
        weights = "unweighted: no transactions"
    else:
        weights = "post-stratified to transactions with FPC"
    if policy.raking:
        weights += f"; raked to {', '.join(policy.raking)} (errors as if weights were given)"
    return weights


def describe_method(recipe: Recipe, prepared: Prepared, policy: IndexPolicy) -> pl.Expr:
    """The column ``method`` from the estimator's own. METHODS 10.3."""
    return pl.concat_str(
        pl.lit(f"{describe_measure(recipe)}; {describe_weights(prepared, policy)}; "),
        pl.col("method"),
        pl.lit(f"; {policy.confidence * 100:g} %"),
        pl.when(pl.col("kind") == "province")
        .then(pl.lit("; units of the province together"))
        .otherwise(pl.lit("")),
    )


def describe_withheld(recipe: Recipe, prepared: Prepared, policy: IndexPolicy) -> str:
    """The column ``method`` of a withheld figure: the estimator's own would tell a census or equal answers.

    METHODS 7.1, 10.3.
    """
    return f"{describe_measure(recipe)}; {describe_weights(prepared, policy)}; withheld"


def describe_silence(recipe: Recipe) -> str:
    """The column ``method`` of a unit without responses. METHODS 10.3."""
    return f"{describe_measure(recipe)}; no responses"


def describe_means(recipe: Recipe, policy: IndexPolicy) -> str:
    """The column ``method`` of a mean of units. METHODS 10.2, 10.3."""
    return (
        f"mean of units: {describe_measure(recipe)}; every published unit counts the same; wilson; t(df); "
        f"{policy.confidence * 100:g} %"
    )


def note_means() -> pl.Expr:
    """How many units are in a mean, over its column ``units``. METHODS 10.2."""
    return pl.format("trung bình {} đơn vị được công bố / mean of {} published units", "units", "units")


def note_everywhere(form: Form, prepared: Prepared) -> list[str]:
    """What must stand on every row of this form and month. METHODS 10.3."""
    notes = []
    if prepared.is_demo:
        notes.append("số liệu trình diễn, không có thật / demonstration data, not real")
    if not form.is_representative:
        notes.append("không đại diện cho người dân / not representative")
    share = prepared.summary["self_selected_share"].item()
    if share:
        notes.append(f"tự nguyện {_vi(share * 100)} % / self-selected {share * 100:.1f} %")
    return notes


def note_all(prepared: Prepared) -> list[str]:
    """What must stand on the rows that speak of all units. METHODS 2.2, 10.5, 22.8."""
    facts = prepared.summary.row(0, named=True)
    notes = _note_left_early(facts["responses_partial"], facts["responses_flagged"])
    notes += _note_excluded(facts["responses_excluded"])
    if not prepared.has_transactions:
        notes.append("chưa có số giao dịch: mỗi phiếu tính như nhau / no transactions: responses count equally")
        return notes
    left_out = 100 * (1 - facts["transactions_represented"] / facts["transactions"])
    if left_out > 0:
        notes.append(
            f"đơn vị không có phiếu trả lời chiếm {_vi(left_out)} % giao dịch, không được đại diện / "
            f"units without responses have {left_out:.1f} % of transactions, not represented"
        )
    without = facts["responses"] - facts["responses_without_unit"] - facts["responses_pooled"]
    if without:
        notes.append("không gộp đơn vị không có giao dịch / units without transactions are not pooled")
    if facts["responses_without_unit"]:
        notes.append("bỏ phiếu không ghi đơn vị / responses without a unit left out")
    return notes


def _note_left_early(partial: int, flagged: int) -> list[str]:
    notes = []
    if partial:
        notes.append(f"{partial} phiếu trả lời dở không được tính / {partial} partial responses left out")
    if flagged:
        notes.append(
            f"trong đó {flagged} phiếu dừng giữa chừng vẫn được tính / {flagged} responses left early are counted"
        )
    return notes


def _note_excluded(excluded: int) -> list[str]:
    if not excluded:
        return []
    return [f"{excluded} phiếu bị loại sau khi xem xét dấu hiệu / {excluded} responses left out after review"]


def note_units(prepared: Prepared) -> pl.DataFrame:
    """Unit → ``unit_note``: joined cells, no transactions, more responses than transactions. METHODS 2.2, 2.3."""
    if not prepared.has_transactions:
        return pl.DataFrame(schema={"unit": pl.String, "unit_note": pl.String})
    cells = prepared.cells.filter(pl.col("n") > 0)
    excess = prepared.strata.filter("has_excess")["stratum"].implode()
    said = [
        (
            ~pl.col("is_pooled").all(),
            "không có số giao dịch: mỗi phiếu tính như nhau, không gộp vào số chung / "
            "no transactions: responses count equally, not in pooled figures",
        ),
        (
            (pl.col("stratum").is_in(excess)).any(),
            "phiếu nhiều hơn giao dịch / more responses than transactions",
        ),
        (
            pl.col("is_pooled").all() & pl.col("stratum").str.contains(r"\|(\*|tiny units)$").any(),
            "có ô được gộp / some cells joined",
        ),
    ]
    notes = [pl.when(holds).then(pl.lit(text)).alias(str(number)) for number, (holds, text) in enumerate(said)]
    return (
        cells.group_by("unit")
        .agg(notes)
        .select(
            "unit",
            pl.concat_str([str(number) for number in range(len(said))], separator=SEPARATOR, ignore_nulls=True)
            .replace("", None)
            .alias("unit_note"),
        )
    )


def join_notes(*parts: pl.Expr | Sequence[str]) -> pl.Expr:
    """The parts that are not null or empty, joined by a bar; null when there is none. METHODS 10.3."""
    texts = [
        part if isinstance(part, pl.Expr) else pl.lit(SEPARATOR.join(part) or None, pl.String) for part in parts
    ]
    return pl.concat_str(texts, separator=SEPARATOR, ignore_nulls=True).replace("", None)


def _vi(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
