"""``GET /health``: 200 when the database answers, 503 when it does not; for monitors and load balancers."""

from fastapi import APIRouter, Request
from sqlalchemy import text

router = APIRouter(tags=["health"])


@router.get("/health")
def show_health(request: Request) -> dict[str, str]:
    """Whether responses can be taken: 200, or 503 while the database is away."""
    with request.app.state.engine.connect() as connection:  # away: OperationalError, which is 503 everywhere
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}
