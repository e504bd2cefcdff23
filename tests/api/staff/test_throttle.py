"""Guessing is slow, and guessing at somebody's account does not lock that person out."""

import pytest

from api.errors import TooMany
from api.staff.throttle import SignInThrottle
from tests.api.staff.people import EMAIL, add_staff, sign_in


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def throttle(watch: Watch) -> SignInThrottle:
    return SignInThrottle(seconds=watch)


def count(
    throttle: SignInThrottle, email: str, address: str, *, browser: str | None = None, tries: int = 1000
) -> int:
    """How many tries go through."""
    for done in range(tries):
        try:
            throttle.take_password(email, address, browser=browser)
        except TooMany:
            return done
    return tries


def test_six_wrong_tries_from_one_place_then_one_in_two_minutes(throttle, watch):
    assert count(throttle, EMAIL, "192.0.2.1") == 6
    with pytest.raises(TooMany) as refused:
        throttle.take_password(EMAIL, "192.0.2.1", browser=None)
    assert refused.value.more["retry_after_seconds"] == 120
    watch.seconds = 240
    assert count(throttle, EMAIL, "192.0.2.1") == 2


def test_an_account_tried_from_everywhere_is_slow_for_strangers(throttle):
    assert sum(count(throttle, EMAIL, f"192.0.2.{place}") for place in range(20)) == 30


def test_and_open_to_the_person_in_a_browser_they_have_used(throttle):
    for place in range(20):
        count(throttle, EMAIL, f"192.0.2.{place}")
    count(throttle, EMAIL, "198.51.100.7")  # the person's own office too
    assert count(throttle, EMAIL, "198.51.100.7", browser="theirs") == 10


def test_the_wait_of_an_account_is_a_minute_at_most(throttle, watch):
    for place in range(20):
        count(throttle, EMAIL, f"192.0.2.{place}")
    with pytest.raises(TooMany) as refused:
        throttle.take_password(EMAIL, "203.0.113.9", browser=None)
    assert refused.value.more["retry_after_seconds"] <= 60


def test_one_address_cannot_try_many_accounts(throttle):
    tried = sum(count(throttle, f"p{person}@example.vn", "192.0.2.1", tries=1) for person in range(100))
    assert tried == 60


def test_a_house_of_ipv6_is_one_address(throttle):
    assert sum(count(throttle, EMAIL, f"2001:db8::{last:x}") for last in range(8)) == 6


def test_what_was_right_does_not_count(throttle):
    for _ in range(50):
        throttle.take_password(EMAIL, "192.0.2.1", browser=None)
        throttle.give_back_password(EMAIL, "192.0.2.1", browser=None)
    assert count(throttle, EMAIL, "192.0.2.1") == 6


def test_codes_are_eight_then_one_in_three_minutes(throttle, watch):
    for _ in range(8):
        throttle.take_code("a1")
    with pytest.raises(TooMany):
        throttle.take_code("a1")
    throttle.take_code("a2")
    watch.seconds = 180
    throttle.take_code("a1")


def test_too_many_tries_are_told_with_the_time_to_wait_even_to_the_right_password(client, engine):
    add_staff(engine, "operator")
    for _ in range(6):
        assert sign_in(client, password="wrong wrong wrong").status_code == 401

    reply = sign_in(client)

    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) > 0
    assert "hãy đợi" in reply.text


def test_the_person_gets_in_where_they_were_before_while_others_guess(client, engine):
    add_staff(engine, "operator")
    assert sign_in(client).status_code == 303  # now this browser is known
    stranger = type(client)(client.app)
    for _ in range(7):
        sign_in(stranger, password="wrong wrong wrong")
    assert sign_in(stranger).status_code == 429
    assert sign_in(client).status_code == 303
