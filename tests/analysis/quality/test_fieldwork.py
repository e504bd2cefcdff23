"""Outcome rates: by hand, and what must hold whatever the counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.quality.fieldwork import Outcome, find_outcome_rates


def test_rates_follow_their_definitions():
    found = find_outcome_rates(
        {"complete": 50, "partial": 10, "refusal": 12, "break_off": 3, "non_contact": 15, "unable": 2,
         "language": 1, "other": 2, "not_found": 4, "open": 1, "not_eligible": 30}
    )  # fmt: skip
    # Eligible or unknown: 50 + 10 + 12 + 3 + 15 + 2 + 1 + 2 + 4 + 1 = 100; reached 50 + 10 + 15 + 5 = 80.
    assert found.cases == 100
    assert (found.response_1, found.response_2, found.cooperation) == (0.5, 0.6, 0.625)
    assert (found.refusal, found.contact) == (0.15, 0.8)


def test_without_cases_there_is_no_rate():
    found = find_outcome_rates({"not_eligible": 3})
    assert (found.cases, found.response_1, found.cooperation) == (0, None, None)


@pytest.mark.parametrize("counts", [{"lost": 1}, {"complete": -1}])
def test_what_is_no_outcome_is_refused(counts):
    with pytest.raises(ValueError, match="outcomes"):
        find_outcome_rates(counts)


@given(st.dictionaries(st.sampled_from(list(Outcome)), st.integers(0, 1000)))
def test_rates_are_shares_in_their_order(counts):
    found = find_outcome_rates(counts)
    if found.cases:
        assert 0 <= found.response_1 <= found.response_2 <= found.contact <= 1
        assert found.refusal <= found.contact
