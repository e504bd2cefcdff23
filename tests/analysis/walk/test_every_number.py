"""Every number R printed in the 26 cases stands beside ours: none is skipped but those told here, with reasons."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.analysis.oracle import ORACLES, read_case
from tests.analysis.walk import answers_of_answers, answers_of_designs, answers_of_models, answers_of_weights
from tests.analysis.walk.walking import find, is_same, walk

CASES = sorted(path.stem for path in ORACLES.glob("p*.json"))
MODULES = (answers_of_answers, answers_of_designs, answers_of_models, answers_of_weights)
CLOSED_FORM = 1e-8

# What was put into the calculation, and came out beside its results.
GIVEN = {
    "p09_rake": r"/margins/",
    "p10_poststratify": r"/pop_",
    "p11_calibrate": r"/population/|/bounds/",
    "p12_trim": r"/(lower|upper)$",
    "p14_brr_scd": r"/replicate_factors/|/fay_rho",
    "p21_likert_index": r"/index_weights/",
    "p24_allocation_size": r"^/[NSn](/|$)",
    "p26_multiple_imputation": r"^/(est|var)/",
}
# Where we answer otherwise on purpose: path → (why, what stands there instead).
OTHERWISE: dict[str, list[tuple[str, str, Callable[[Any, Any], bool]]]] = {
    "p02_strat_fpc": [
        (
            r"/total_no_fpc/[123]/(lo|hi)_",
            "a stratum's own total is known: no limits",
            lambda ours, _: ours is None,
        )
    ],
    "p09_rake": [
        (r"/margin_check/./se", "R prints rounding of 0, ours is 0", lambda ours, r: ours == 0 and r < 1e-10),
        (r"/margin_check/./(lo|hi)_", "a total that was met is known: no limits", lambda ours, _: ours is None),
    ],
    "p10_poststratify": [
        (r"/total/[123]/(lo|hi)_", "a total that was met is known: no limits", lambda ours, _: ours is None)
    ],
    "p20_likert_domains": [
        (
            r"/(unit|unit_procedure)/\d+/(lo|hi)",
            "a variance of 0: R gives no limits, we the census or Clopper-Pearson (METHODS 4.5)",
            lambda ours, r: r is None and 0 <= ours <= 1,
        )
    ],
}
# Looser than 1e-8: path → (relative, why).
LOOSER: dict[str, list[tuple[str, float, str]]] = {
    "p18_tests_models": [
        (r"/olr/", 1e-5, "R stops 8e-6 from the largest likelihood, METHODS 19.4"),
        (r"/chisq/(lincom|saddlepoint)/p", 1e-6, "a root found by steps in both"),
    ],
    "p22_fay_herriot": [(r"", 1e-6, "iterated in both")],
    "p24_allocation_size": [(r"/two_", 1e-6, "R finds its root to about 1e-8")],
}


def answer_of(case: str) -> Any:
    (found,) = [made for module in MODULES if (made := getattr(module, f"answer_{case[:3]}", None))]
    return found()


def looser(case: str, path: str) -> float:
    return next((r for pattern, r, _ in LOOSER.get(case, []) if re.search(pattern, path)), CLOSED_FORM)


def test_all_26_cases_have_their_answer():
    assert [case[:3] for case in CASES] == [f"p{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_the_case_is_ours_too(case):
    answer, wrong, used = answer_of(case), [], set()
    for path, theirs in walk(read_case(case)):
        if re.search(GIVEN.get(case, r"(?!)"), path):
            continue
        try:
            ours = find(answer, path)
        except KeyError:
            wrong.append(f"{path}: no answer")
            continue
        if is_same(ours, theirs, looser(case, path)):
            continue
        reasons = [
            pattern
            for pattern, _, holds in OTHERWISE.get(case, [])
            if re.search(pattern, path) and holds(ours, theirs)
        ]
        used |= set(reasons)
        if not reasons:
            wrong.append(f"{path}: {ours} for {theirs}")
    assert wrong == []
    assert used == {pattern for pattern, *_ in OTHERWISE.get(case, [])}, "an exception nobody needs"


def test_a_number_that_is_off_or_missing_is_seen():
    expected = {"a": [1.0, {"b": 2.0, "name": "x"}], "c": None}
    assert list(walk(expected)) == [("/a/0", 1.0), ("/a/1/b", 2.0), ("/c", None)]
    assert not is_same(find({"a": [1.0 + 1e-7]}, "/a/0"), 1.0, CLOSED_FORM)
    with pytest.raises(KeyError):
        find({"a": [1.0]}, "/a/1/b")
    assert not is_same(None, 0.0, CLOSED_FORM)
