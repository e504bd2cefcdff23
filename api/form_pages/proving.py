"""The page that asks for a moment, and its script."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.page_reply import FOR_EVER, reply_page, reply_text
from api.post_guard import ProofNeeded
from survey_forms.pages.proof import read_script, render_proof

router = APIRouter(include_in_schema=False)


@router.get("/static/proof.js")
def get_proof_script(request: Request) -> Response:
    """The script that does the work."""
    headers = {"Cache-Control": FOR_EVER}
    return reply_text(request, read_script(), "text/javascript; charset=utf-8", headers=headers)


def reply_proof(
    request: Request,
    needed: ProofNeeded,
    pairs: Sequence[tuple[str, str]],
    *,
    id: UUID,
    action: str,
    language: str,
    policy: str,
) -> Response:
    """Everything that was typed, to be sent again with the work done or after a wait; ``policy`` is that of the
    form's page, with scripts of our own."""
    challenge = needed.challenge
    html = render_proof(
        language=language,
        action=action,
        pairs=[*((name, value) for name, value in pairs if name != "_id"), ("_id", str(id))],
        challenge=challenge.text,
        bits=challenge.bits,
        wait_seconds=challenge.wait_seconds,
    )
    headers = {"Retry-After": str(challenge.wait_seconds)}
    return reply_page(request, html, status=429, policy=policy, language=language, headers=headers)
