"""Many tablets come back at once, a counter is open meanwhile: all is stored, nothing twice. Not timed."""

import asyncio
from pathlib import Path

from tests.bench.fleet import count_stored, enrol_tablets, serve_fleet
from tests.bench.tablets import bring_all_back, keep_open
from tests.postgres_server import free_port

TABLETS, ANSWERS, OPEN_SECONDS = 12, 130, 2.0


def test_every_tablet_that_comes_back_is_stored_once(client, database_url: str, tmp_path: Path):
    keys, port = enrol_tablets(database_url, TABLETS + 1), free_port()

    async def run():
        return await asyncio.gather(
            bring_all_back(port, keys[1:], answers=ANSWERS, within=0.2),
            keep_open(port, keys[0], seconds=OPEN_SECONDS),
        )

    with serve_fleet(database_url, port, tmp_path / "served"):
        fleet, counter = asyncio.run(run())
        again = asyncio.run(bring_all_back(port, keys[1:], answers=ANSWERS, within=0.2))
    assert fleet["stored"] == TABLETS * ANSWERS
    assert set(counter["statuses"]) == {200}  # small posts are never turned away
    assert (again["stored"], again["known"]) == (0, TABLETS * ANSWERS)
    stored = count_stored(database_url)
    assert stored["responses"] == stored["numbers"] == TABLETS * ANSWERS + counter["stored"]
    assert (stored["refused"], stored["heard"]) == (0, TABLETS)
