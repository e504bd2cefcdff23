"""What the service keeps in one process for its tablets; made with the app, closed with it."""

from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import Engine

from api.clock import Clock
from api.kiosks.admission import Admission
from api.kiosks.event_board import EventBoard
from api.kiosks.heartbeat_writer import HeartbeatWriter
from api.kiosks.receipts import ReceiptSigner
from api.kiosks.receiving_items import ItemDesk
from api.kiosks.shown_config import ConfigShelf
from api.receiving.receiver import Receiver


class KioskDesk:
    """One for each process. ``folder`` holds the key of the receipts; ``app_version`` is that of the page it gives
    out."""

    def __init__(
        self,
        engine: Engine,
        receiver: Receiver,
        *,
        clock: Clock,
        zone: ZoneInfo,
        folder: Path,
        app_version: str,
    ) -> None:
        self.app_version = app_version
        self.signer = ReceiptSigner(folder)
        self.items = ItemDesk(engine, receiver, self.signer)
        self.configs = ConfigShelf(engine, receiver.forms, zone.key)
        self.heartbeats = HeartbeatWriter(engine, zone)
        self.admission = Admission()
        self.board = EventBoard(engine, clock)

    def close(self) -> None:
        """Write what was heard."""
        self.heartbeats.close()


def desk_of(request: Request) -> KioskDesk:
    """The desk of the app of ``request``."""
    desk: KioskDesk = request.app.state.kiosks
    return desk
