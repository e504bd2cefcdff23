"""What an answer may carry is shared by enough invited people, whatever the cases are."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.invitations.cells import Facts, share_facts


def cases_of(*facts: Facts) -> dict[str, Facts]:
    return {f"c{number:03d}": fact for number, fact in enumerate(facts)}


def test_facts_that_enough_share_are_kept():
    cases = cases_of(*[Facts("u", "p", "d", "r")] * 3)
    assert set(share_facts(cases, at_least=3).values()) == {Facts("u", "p", "d", "r")}


def test_the_place_of_residence_goes_first_and_the_procedure_last():
    cases = cases_of(Facts("u", "p", "d", "r1"), Facts("u", "p", "d", "r2"), Facts("u", "p", "d", "r3"))
    assert set(share_facts(cases, at_least=3).values()) == {Facts("u", "p", "d")}
    cases = cases_of(Facts("u", "p", "d1", "r"), Facts("u", "p", "d2", "r"), Facts("u", "p", "d3", "r"))
    assert set(share_facts(cases, at_least=3).values()) == {Facts("u", "p")}
    cases = cases_of(Facts("u", "p1"), Facts("u", "p2"), Facts("u", "p3"))
    assert set(share_facts(cases, at_least=3).values()) == {Facts("u")}


def test_a_single_rare_case_does_not_stand_alone_without_its_fact():
    # Four of p and one of q: the one without a procedure would be known for q, so p gives its procedure up too.
    cases = cases_of(*[Facts("u", "p")] * 4, Facts("u", "q"))
    assert Counter(share_facts(cases, at_least=3).values()) == {Facts("u"): 5}


def test_a_rare_case_joins_the_smallest_group_that_is_enough():
    cases = cases_of(*[Facts("u", "p")] * 9, *[Facts("u", "q")] * 4, Facts("u", "r"))
    assert Counter(share_facts(cases, at_least=3).values()) == {Facts("u", "p"): 9, Facts("u"): 5}


def test_a_unit_with_too_few_cases_is_not_asked_yet():
    cases = cases_of(*[Facts("u", "p")] * 2, *[Facts("v", "p")] * 3)
    assert Counter(share_facts(cases, at_least=3).values()) == {Facts("v", "p"): 3}


def test_a_case_without_a_fact_is_no_rarer_than_one_that_gave_it_up():
    cases = cases_of(*[Facts("u", "p", None, None)] * 3, Facts("u", "p", "d", "r"))
    assert Counter(share_facts(cases, at_least=3).values()) == {Facts("u", "p"): 4}


@pytest.mark.parametrize("at_least", [1, 2, 5])
@given(
    facts=st.lists(
        st.builds(
            Facts,
            st.sampled_from("uv"),
            st.sampled_from("pqr"),
            st.sampled_from(["d", "e", None]),
            st.sampled_from(["x", "y", None]),
        ),
        max_size=40,
    )
)
def test_nobody_stands_among_fewer_than_asked_for(at_least, facts):
    cases = cases_of(*facts)
    shared = share_facts(cases, at_least=at_least)

    for facts_shared, count in Counter(shared.values()).items():
        assert count >= at_least, facts_shared
    for id, carried in shared.items():
        given_up = [have is not None and kept is None for have, kept in zip(cases[id], carried, strict=True)]
        kept = [fact for fact in zip(cases[id], carried, strict=True) if fact[1] is not None]
        assert all(have == carries for have, carries in kept)
        assert not given_up[0]
    of_unit = Counter(fact.unit_filed for fact in cases.values())
    left_out = {cases[id].unit_filed for id in cases.keys() - shared}
    assert left_out == {unit for unit, count in of_unit.items() if count < at_least}
