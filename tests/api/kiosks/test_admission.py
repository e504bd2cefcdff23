"""Long queues come in a few at a time, each of the others with a moment of its own; small posts never wait."""

import pytest

from api.errors import TooMany
from api.kiosks.admission import SMALL_BYTES, WAIT_SECONDS_MAX, Admission


def make_admission(chance: float = 0.5) -> Admission:
    return Admission(at_once=2, seconds=lambda: 0.0, chance=lambda: chance)


def test_the_third_long_queue_is_told_when_to_come():
    admission = make_admission()
    with admission.admit(100_000), admission.admit(None), pytest.raises(TooMany) as told, admission.admit(100_000):
        pass
    assert (told.value.more["action"], told.value.more["retry_after_seconds"]) == ("retry", 1)


def test_a_small_post_is_taken_while_long_queues_fill_the_places():
    admission = make_admission()
    with admission.admit(100_000), admission.admit(100_000), admission.admit(SMALL_BYTES):
        pass


def test_a_place_is_free_again_when_a_queue_broke_off():
    admission = make_admission()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.admit(None):
            raise ZeroDivisionError


def test_a_thousand_tablets_are_spread_over_the_time_it_takes_up_to_a_limit():
    admission = make_admission()
    waits = []
    with admission.admit(None), admission.admit(None):
        for _ in range(1000):
            with pytest.raises(TooMany) as told, admission.admit(None):
                pass
            waits.append(told.value.more["retry_after_seconds"])
    assert waits == sorted(waits)
    assert waits[100] == 26  # 101 turned away, 0.25 s each at first guess (0.5 s, two at once)
    assert waits[-1] == WAIT_SECONDS_MAX


def test_two_told_in_one_moment_do_not_come_back_together():
    early, late = make_admission(0.0), make_admission(1.0)
    for admission, wanted in ((early, 8), (late, 13)):
        with admission.admit(None), admission.admit(None):
            for _ in range(40):
                with pytest.raises(TooMany) as told, admission.admit(None):
                    pass
        assert told.value.more["retry_after_seconds"] == wanted  # 10 s, a quarter less or more
