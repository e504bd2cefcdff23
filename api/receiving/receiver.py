"""The receiving desk of one process: reads submissions, has them written, hands out receipts after the commit."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.clock import Clock
from api.errors import Forbidden, HailongError, Malformed
from api.receiving.known_codes import KnownCodes
from api.receiving.reading import read_ready
from api.receiving.submission import ReadyResponse, Receipt, Submission
from api.receiving.writer import GroupWriter, Outcome
from survey_forms.loader import Catalogue


class Receiver:
    """Used from the event loop; ``close`` writes what is still queued."""

    def __init__(self, engine: Engine, *, forms: Catalogue, clock: Clock, zone: ZoneInfo) -> None:
        self.forms = forms
        self.codes = KnownCodes(engine)
        self._clock, self._zone = clock, zone
        self._writer = GroupWriter(engine)

    def close(self) -> None:
        self._writer.close()

    async def receive(self, submission: Submission, *, within: str | None = None) -> Receipt:
        """Store ``submission`` or recognise it: Malformed, NotThere, or Conflict when its id holds other content.
        ``within`` names the unit in (or below) which it must have been filed, else Forbidden."""
        ready = await self.read(submission, within=within)
        outcome = (await self.write([ready]))[0]
        if isinstance(outcome, HailongError):
            raise outcome
        return outcome

    async def read(self, submission: Submission, *, within: str | None = None) -> ReadyResponse:
        """``submission`` as it will be stored, checked against codes that are fresh enough."""
        if self.codes.is_stale:
            await self._refresh_codes()
        try:
            ready = self._read_now(submission)
        except Malformed as error:
            names_unknown_code = any(str(problem["code"]).startswith("unknown_") for problem in error.problems)
            if not (names_unknown_code and self.codes.may_miss_a_code):
                raise
            await self._refresh_codes()
            ready = self._read_now(submission)
        if within and not self.codes.is_within(submission.unit_filed, within, ready.values["local_day"]):
            raise Forbidden(
                "unit_not_yours",
                f"Khóa này chỉ gửi được phiếu của đơn vị {within}",
                f"This key may only send responses of unit {within}",
                unit=within,
            )
        return ready

    async def write(self, ready: Sequence[ReadyResponse]) -> list[Outcome]:
        """An outcome for each of ``ready``, in order, after their commit."""
        return await asyncio.wrap_future(self._writer.write(ready))

    def _read_now(self, submission: Submission) -> ReadyResponse:
        return read_ready(submission, forms=self.forms, codes=self.codes, now=self._clock(), zone=self._zone)

    async def _refresh_codes(self) -> None:
        try:
            await run_in_threadpool(self.codes.refresh)
        except SQLAlchemyError:
            if not self.codes.is_loaded:
                raise  # nothing can be checked yet; the reply says to try again
