"""Many tablets come back at once, counters are open meanwhile: all is stored, nothing twice. Not timed."""

import asyncio
from pathlib import Path

import pytest

from tests.bench.fleet import count_stored, enrol_tablets, serve_fleet
from tests.bench.tablets import OPEN_COUNTERS, bring_all_back, keep_open
from tests.postgres_server import free_port

TABLETS, ANSWERS = 12, 130


@pytest.mark.long
def test_every_tablet_that_comes_back_is_stored_once(client, database_url: str, tmp_path: Path):
    keys, port = enrol_tablets(database_url, TABLETS + OPEN_COUNTERS), free_port()

    async def run():
        ended = asyncio.Event()
        counters = asyncio.create_task(keep_open(port, keys[:OPEN_COUNTERS], ended))
        returned = await bring_all_back(port, keys[OPEN_COUNTERS:], answers=ANSWERS, within=0.2)
        ended.set()
        return returned, await counters

    with serve_fleet(database_url, port, tmp_path / "served"):
        fleet, counter = asyncio.run(run())
        again = asyncio.run(bring_all_back(port, keys[OPEN_COUNTERS:], answers=ANSWERS, within=0.2))
    assert fleet["stored"] == TABLETS * ANSWERS
    assert set(counter["statuses"]) == {200}  # small posts are never turned away
    assert (again["stored"], again["known"]) == (0, TABLETS * ANSWERS)
    stored = count_stored(database_url)
    assert stored["responses"] == stored["numbers"] == TABLETS * ANSWERS + counter["stored"]
    assert (stored["refused"], stored["heard"]) == (0, TABLETS)
