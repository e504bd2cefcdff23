"""The demonstration population: the same seed gives the same people, and its truth is that of its people."""

import polars as pl
import pytest

from api.demo.population import count_transactions, draw_respondents, make_places, make_population, true_shares

PLACES = make_places(["00001", "00002"], "C", ["1.1", "1.2", "1.3"], ["2.1"], seed=7)


def test_same_seed_gives_the_same_people():
    assert make_population(PLACES, "2026-10", seed=7).equals(make_population(PLACES, "2026-10", seed=7))


def test_months_and_seeds_differ():
    october = make_population(PLACES, "2026-10", seed=7)
    assert not october.equals(make_population(PLACES, "2026-09", seed=7))
    assert not october.equals(make_population(PLACES, "2026-10", seed=8))


def test_transaction_counts_add_up_to_the_people():
    people = make_population(PLACES, "2026-10", seed=7)
    assert count_transactions(people)["completed"].sum() == people.height


def test_respondents_come_from_the_population():
    people = make_population(PLACES, "2026-10", seed=7)
    respondents = draw_respondents(people, seed=1)
    assert 0 < respondents.height < people.height / 2
    assert respondents.join(people, on=people.columns, how="anti", nulls_equal=True).is_empty()


def test_truth_counts_only_people_with_an_opinion():
    people = pl.DataFrame(
        {"unit": ["u"] * 4, **{f"q{item}": pl.Series([5, 4, 3, None], dtype=pl.Int8) for item in range(1, 10)}}
    )
    truth = true_shares(people, ["unit"]).to_dicts()[0]
    assert truth["index"] == pytest.approx(200 / 3)  # two of three with an opinion
    assert truth["transactions"] == 4
