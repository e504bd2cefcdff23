"""The limit: bounded for an address, fair to the counters behind it, forgetful of addresses."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.errors import TooMany
from api.rate_limit import BUCKETS_MAX, RateLimit
from api.settings import Settings


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def count_allowed(limit: RateLimit, address: str, tries: int, counter: str | None = None) -> int:
    allowed = 0
    for _ in range(tries):
        try:
            limit.take_for_address(address, counter=counter)
        except TooMany:
            continue
        allowed += 1
    return allowed


def test_an_address_may_post_as_often_as_set_and_is_told_when_to_come_back(seconds):
    limit = RateLimit(60, seconds=seconds)
    assert count_allowed(limit, "203.0.113.5", 100) == 60
    with pytest.raises(TooMany) as refused:
        limit.take_for_address("203.0.113.5")
    assert refused.value.more["retry_after_seconds"] == 1  # 60 a minute: one a second
    seconds.now += 10
    assert count_allowed(limit, "203.0.113.5", 100) == 10


def test_another_address_is_not_touched(seconds):
    limit = RateLimit(60, seconds=seconds)
    count_allowed(limit, "203.0.113.5", 100)
    assert count_allowed(limit, "203.0.113.6", 100) == 60


def test_a_counter_behind_an_exhausted_address_is_not_cut_off(seconds):
    limit = RateLimit(60, seconds=seconds)
    count_allowed(limit, "203.0.113.5", 1000)
    assert count_allowed(limit, "203.0.113.5", 50, counter="Q1") == 50
    assert count_allowed(limit, "203.0.113.5", 50, counter="Q2") == 50


def test_somebody_elsewhere_cannot_use_up_a_counters_share(seconds):
    limit = RateLimit(60, seconds=seconds)
    count_allowed(limit, "198.51.100.1", 1000, counter="Q1")
    assert count_allowed(limit, "203.0.113.5", 60, counter="Q1") == 60


def test_an_ipv6_network_counts_as_one_address(seconds):
    limit = RateLimit(60, seconds=seconds)
    count_allowed(limit, "2001:db8:1:2::1", 60)
    assert count_allowed(limit, "2001:db8:1:2:ffff::9", 5) == 0
    assert count_allowed(limit, "2001:db8:1:3::1", 5) == 5


def test_no_address_is_kept_and_the_buckets_are_bounded(seconds):
    limit = RateLimit(60, seconds=seconds)
    for n in range(BUCKETS_MAX + 100):
        limit.take_for_address(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    assert len(limit._buckets) == BUCKETS_MAX
    assert all(isinstance(bucket, bytes) and len(bucket) == 16 for bucket in limit._buckets)


def test_posts_over_the_limit_are_told_to_wait_whatever_they_hold(sqlite_url, clock):
    app = create_app(Settings(database_url=sqlite_url, public_posts_per_minute=3), clock=clock)
    with TestClient(app) as client:
        replies = [client.post("/api/v1/responses", json={"no": "response"}) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [422, 422, 422, 429, 429]
    assert int(replies[-1].headers["retry-after"]) == 20
    assert replies[-1].json()["code"] == "too_many_posts"
    app.state.engine.dispose()
