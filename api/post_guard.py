"""May this public post be stored now? Counts it; asks for work or a wait while very much comes from there."""

from uuid import UUID

from api.errors import TooMany
from api.proof_of_work import Challenge, Proof, ProofDesk
from api.rate_limit import RateLimit


class ProofNeeded(TooMany):
    """Nothing was stored: the same post with an answer to ``challenge``, or the same later, will be."""

    def __init__(self, challenge: Challenge) -> None:
        super().__init__(
            "proof_needed",
            "Đang có rất nhiều phiếu từ mạng này; xin gửi lại sau ít giây hoặc kèm lời giải",
            "Very much is being posted from this network; send again in some seconds, or with the answer",
            retry_after_seconds=challenge.wait_seconds,
            challenge=challenge.text,
            bits=challenge.bits,
        )
        self.challenge = challenge


def guard_public_post(
    limit: RateLimit,
    desk: ProofDesk,
    *,
    address: str | None,
    counter: str | None,
    id: UUID | None,
    challenge: str = "",
    answer: str = "",
) -> None:
    """Count one post; TooMany over the limit, ProofNeeded while the calm part of it is used up.

    People without script wait, and of those only ``rate_limit.PATIENT_PER_MINUTE`` of an address get through: who
    waits for a thousand challenges at once gains nothing.
    """
    limit.take_for_address(address, counter=counter)
    if id is None or limit.is_calm(address, counter=counter):
        return
    proof = desk.check(id, challenge, answer)
    if proof is Proof.SOLVED or (proof is Proof.WAITED and limit.has_patience_left(address)):
        return
    raise ProofNeeded(desk.challenge(id))
