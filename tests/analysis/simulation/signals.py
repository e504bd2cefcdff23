"""How often honest places raise a signal, and which planted cheating is found.

``python -m tests.analysis.simulation.signals --months 40 --out …/signals.md``

Honest months: the demonstration population, answered at a tablet (self-selected, every item) and, by other
people, by invitation. People come in the morning rather than at noon, one in six with others of the family who
answer right after; they take 4 to 12 seconds an item; one in ten writes one of sixty sentences. Cheating is
planted at one place of middle size.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analysis.frames import TRANSACTIONS
from analysis.quality.signals.find import find_signals
from analysis.quality.signals.frames import AWAKE, GUARDED, GUARDED_TEXTS, Signal
from analysis.quality.signals.sentences import SENTENCES
from api.demo.population import ITEMS, count_transactions, draw_respondents, make_places, make_population
from api.registry.import_procedures import STARTER

SEED = 20261120
MONTH = "2026-10"
COMMUNES = 56
PLANTED = "X20"
DAYS = [date(2026, 10, day) for day in range(1, 32) if date(2026, 10, day).weekday() < 5]

World = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]  # responses, texts, transactions
Cheat = Callable[[np.random.Generator], tuple[list[dict[str, object]], dict[str, str]]]


def make_month(seed: int) -> World:
    """One honest month."""
    starter = pl.read_csv(STARTER)
    commune, province = (
        starter.filter(pl.col("level") == level)["code"].to_list() for level in ("commune", "province")
    )
    places = make_places([f"X{n:02d}" for n in range(COMMUNES)], "centre", commune, province, seed=seed)
    population = make_population(places, MONTH, seed=seed)
    own = _answered(draw_respondents(population, seed=seed), seed, "kiosk", "self_selected")
    later = _answered(draw_respondents(population, seed=seed + 1), seed + 1, "web", "invited")
    responses = pl.concat([own, later])
    rng = np.random.default_rng([seed, 7])
    wrote = responses.filter(pl.Series(rng.random(responses.height) < 0.1))["response_id"]
    said = [f"Câu thứ {n} mà người dân hay viết khi làm thủ tục" for n in rng.zipf(1.4, len(wrote)) % 60]
    texts = pl.DataFrame({"response_id": wrote, "text": said}, schema=_types(GUARDED_TEXTS))
    counted = count_transactions(population).with_columns(month=pl.lit(MONTH), is_demo=pl.lit(False))
    completed = counted.select(pl.col(name).cast(column.dtype) for name, column in TRANSACTIONS.items())
    return responses, texts, completed


def find(world: World) -> list[Signal]:
    responses, texts, completed = world
    awake = pl.DataFrame(schema=_types(AWAKE))
    return find_signals(responses, texts=texts, transactions=completed, awake=awake)


def plant(world: World, cheat: Cheat, seed: int) -> World:
    """``world`` with the responses of ``cheat`` added at the planted place."""
    rows, said = cheat(np.random.default_rng([seed, 8]))
    usual = {
        "form": "one_stop", "unit": PLANTED, "counter": f"{PLANTED}-Q1", "device": f"{PLANTED}-k1",
        "channel": "kiosk", "selection": "self_selected", "opens": 450, "closes": 1020, "seconds": 70.0,
        "items": 9, "levels": [5] * 9,
        "satisfied": 100.0, "is_trapped": False, "device_sequence": None, "procedure": None,
    }  # fmt: skip
    full = []
    for number, row in enumerate(rows):
        one = {**usual, "response_id": f"c{number:04d}", **row}
        one["answers"] = str(one["levels"])
        one["minute"] = int(one.pop("second")) // 60
        one["at"] = _epoch(one["local_day"]) + int(row["second"])
        full.append({name: one[name] for name in GUARDED})
    added = pl.DataFrame(full, schema=_types(GUARDED))
    texts = pl.DataFrame(list(said.items()), schema=_types(GUARDED_TEXTS), orient="row")
    return pl.concat([world[0], added]), pl.concat([world[1], texts]), world[2]


def five_at_closing(rng: np.random.Generator):
    """Five a day in the last ten minutes, all with the best level everywhere."""
    return [{"local_day": day, "second": 1010 * 60 + int(rng.integers(600))} for day in DAYS for _ in range(5)], {}


def once_in_a_hurry(rng: np.random.Generator):
    """Twenty-five within eight minutes of one afternoon, answers slightly different."""
    start = int(rng.integers(800 * 60, 980 * 60))
    return [
        {
            "local_day": DAYS[9],
            "second": start + int(rng.integers(480)),
            "levels": [int(level) for level in rng.choice([4, 5], 9)],
        }
        for _ in range(25)
    ], {}


def three_a_day_unnoticed(rng: np.random.Generator):
    """Three a day at any time, of the best level with now and then one below."""
    return [
        {
            "local_day": day,
            "second": int(rng.integers(480 * 60, 1000 * 60)),
            "levels": [int(level) for level in rng.choice([4, 5], 9, p=(0.15, 0.85))],
        }
        for day in DAYS
        for _ in range(3)
    ], {}


def thirty_a_day_unnoticed(rng: np.random.Generator):
    """The same thirty times a day: more than there are cases."""
    return [row for _ in range(10) for row in three_a_day_unnoticed(rng)[0]], {}


def one_after_the_other(rng: np.random.Generator):
    """Thirty equal ones between two people, once a week, two minutes apart."""
    rows = []
    for day in DAYS[::5]:
        start = int(rng.integers(800 * 60, 900 * 60))
        rows += [
            {"local_day": day, "second": start + 120 * number, "levels": [5] * 8 + [4]} for number in range(30)
        ]
    return rows, {}


def faster_than_reading(rng: np.random.Generator):
    """Two a day in five seconds for nine items."""
    return [
        {"local_day": day, "second": int(rng.integers(480 * 60, 1000 * 60)), "seconds": 5.0,
         "levels": [int(level) for level in rng.choice([4, 5], 9)]}
        for day in DAYS for _ in range(2)
    ], {}  # fmt: skip


def one_comment_ten_times(rng: np.random.Generator):
    """Ten with the same praise."""
    rows = [
        {"local_day": day, "second": int(rng.integers(480 * 60, 1000 * 60)),
         "levels": [int(level) for level in rng.choice([4, 5], 9)]}
        for day in DAYS[:10]
    ]  # fmt: skip
    return rows, {f"c{number:04d}": "Cán bộ rất nhiệt tình, chu đáo với nhân dân" for number in range(10)}


CHEATS: tuple[Cheat, ...] = (
    five_at_closing,
    once_in_a_hurry,
    one_after_the_other,
    faster_than_reading,
    one_comment_ten_times,
    thirty_a_day_unnoticed,
    three_a_day_unnoticed,
)


def measure(months: int, seed: int = SEED) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Honest places called, and planted cheating found: by kind; and how many places were looked at."""
    honest: list[tuple[int, str, str]] = []
    planted: list[tuple[str, int, str]] = []
    looked_at = 0
    for month in range(months):
        world = make_month(seed + 10 * month)
        looked_at += world[0].select("form", "unit", "counter").n_unique()
        before = {(s.kind, s.form, s.unit, s.counter, s.local_day, s.detail) for s in find(world)}
        honest += [(month, kind, f"{form} {unit} {counter}") for kind, form, unit, counter, _, _ in before]
        for cheat in CHEATS:
            for signal in find(plant(world, cheat, seed + month)):
                key = (signal.kind, signal.form, signal.unit, signal.counter, signal.local_day, signal.detail)
                if signal.unit == PLANTED and (key not in before or signal.kind == "straight_lines"):
                    planted.append((cheat.__name__, month, signal.kind))
    return (
        pl.DataFrame(honest, schema={"month": pl.Int64, "kind": pl.String, "place": pl.String}, orient="row"),
        pl.DataFrame(planted, schema={"cheat": pl.String, "month": pl.Int64, "kind": pl.String}, orient="row"),
        looked_at,
    )


def write_table(months: int, honest: pl.DataFrame, planted: pl.DataFrame, looked_at: int) -> Iterator[str]:
    yield f"# Signals: {months} honest months, seed {SEED}"
    yield f"\n{looked_at} place-months were looked at. Places called of 1,000, and months with any such signal:\n"
    yield "| kind | places of 1,000 | months of 100 |\n|---|---|---|"
    for kind in SENTENCES:
        of_kind = honest.filter(pl.col("kind") == kind)
        places = of_kind.select("month", "place").n_unique() if of_kind.height else 0
        called = of_kind["month"].n_unique() if of_kind.height else 0
        yield f"| {kind} | {1000 * places / looked_at:.2f} | {100 * called / months:.0f} |"
    any_place = honest.select("month", "place").n_unique() if honest.height else 0
    yield f"| any | {1000 * any_place / looked_at:.2f} | {100 * honest['month'].n_unique() / months:.0f} |"
    yield "\nPlanted at one place of middle size: found in so many of 100 months, and by what.\n"
    yield "| cheating | found | by |\n|---|---|---|"
    for cheat in CHEATS:
        of_cheat = planted.filter(pl.col("cheat") == cheat.__name__)
        kinds = of_cheat.group_by("kind").agg(pl.col("month").n_unique()).sort("month", "kind", descending=True)
        by = ", ".join(f"{kind} {100 * many / months:.0f}" for kind, many in kinds.iter_rows())
        found = of_cheat["month"].n_unique() if of_cheat.height else 0
        yield f"| {cheat.__doc__} | {100 * found / months:.0f} | {by} |"


def _answered(people: pl.DataFrame, seed: int, channel: str, selection: str) -> pl.DataFrame:
    rng = np.random.default_rng([seed, 5])
    n = people.height
    is_timed = channel == "kiosk"
    day = rng.integers(len(DAYS), size=n)
    hour = np.where(rng.random(n) < 0.6, rng.normal(9.5, 1.0, n), rng.normal(14.8, 1.1, n))
    second = np.clip(hour * 3600, 8 * 3600, 17 * 3600 - 1).astype(int)
    # One in six comes with the person before them in the file, who is of the same unit.
    unit = people["unit"].to_numpy()
    follows = np.concatenate([[False], (rng.random(n - 1) < 1 / 6) & (unit[1:] == unit[:-1])])
    for row in np.flatnonzero(follows):
        day[row], second[row] = day[row - 1], min(second[row - 1] + int(rng.integers(20, 120)), 17 * 3600 - 1)
    levels = people.select(pl.concat_list(ITEMS).list.drop_nulls().alias("levels"))["levels"]
    days = pl.Series([DAYS[index] for index in day])
    at = np.array([_epoch(DAYS[index]) for index in day]) + second
    frame = people.select(
        response_id=pl.format("{}{}", pl.lit(channel), pl.int_range(pl.len())),
        form=pl.lit("one_stop"),
        unit=pl.col("unit"),
        counter=pl.format("{}-Q1", "unit") if is_timed else pl.lit(None, pl.String),
        device=pl.format("{}-k1", "unit") if is_timed else pl.lit(None, pl.String),
        device_sequence=pl.lit(None, pl.Int64),
        procedure=pl.col("procedure"),
        channel=pl.lit(channel),
        selection=pl.lit(selection),
        local_day=days,
        at=pl.Series(at) if is_timed else pl.lit(None, pl.Int64),
        minute=pl.Series(second // 60) if is_timed else pl.lit(None, pl.Int32),
        opens=pl.lit(450),
        closes=pl.lit(1020),
        seconds=pl.Series(rng.uniform(4, 12, n) * 9),
        items=levels.list.len(),
        levels=levels,
        answers=pl.concat_str([pl.col(item).cast(pl.String).fill_null("-") for item in ITEMS]),
        satisfied=pl.mean_horizontal([(pl.col(item) >= 4).cast(pl.Float64) * 100 for item in ITEMS]),
        is_trapped=pl.lit(False),
    )
    return frame.select(pl.col(name).cast(column.dtype) for name, column in GUARDED.items())


def _epoch(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1) * 86_400 - 7 * 3600


def _types(contract) -> dict[str, object]:
    return {name: column.dtype for name, column in contract.items()}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--months", type=int, default=40)
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    text = "\n".join(write_table(given.months, *measure(given.months))) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
