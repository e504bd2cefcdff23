"""``/api/v1/interviews``: the list of a tablet, and what came of its tries. The guard of tablets is given by
``api/app.py``, since features do not import each other."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api.db import begin_write, session
from api.interviews.attempts import Attempts, keep_attempts, list_assignments


class Tablet(Protocol):
    """What has to be known of whoever sends."""

    @property
    def id(self) -> str: ...
    @property
    def unit(self) -> str: ...


def make_router(require_device: Callable[..., Any]) -> APIRouter:
    """The routes, open to whoever ``require_device`` lets in."""
    router = APIRouter(prefix="/api/v1/interviews", tags=["interviews"])
    database = Annotated[Session, Depends(session, scope="function")]
    this_device = Annotated[Any, Depends(require_device)]

    @router.get("/assignments")
    def get_assignments(database: database, device: this_device) -> JSONResponse:
        """The cases of this tablet."""
        tablet: Tablet = device
        found = list_assignments(database, device=tablet.id, unit=tablet.unit)
        return JSONResponse({"assignments": found}, headers={"Cache-Control": "private, no-cache"})

    @router.post("/attempts")
    def post_attempts(
        request: Request, body: Attempts, database: database, device: this_device
    ) -> dict[str, list[dict[str, Any]]]:
        """What came of tries; a result for each. Sent again, it is known."""
        tablet: Tablet = device
        begin_write(database)
        state = request.app.state
        results = keep_attempts(
            database,
            body.attempts,
            device=tablet.id,
            unit=tablet.unit,
            now=state.clock(),
            zone=state.settings.zone,
        )
        return {"results": results}

    return router
