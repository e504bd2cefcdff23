"""What came of every case of a sample, and the rates that follow: response, cooperation, refusal, contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The final or present outcome of a case, after the standard definitions of AAPOR (METHODS 25.1)."""

    COMPLETE = "complete"  # 1.1
    PARTIAL = "partial"  # 1.2
    REFUSAL = "refusal"  # 2.11
    BREAK_OFF = "break_off"  # 2.12
    NON_CONTACT = "non_contact"  # 2.2
    UNABLE = "unable"  # 2.32: ill, or cannot be interviewed
    LANGUAGE = "language"  # 2.33
    OTHER = "other"  # 2.36
    NOT_FOUND = "not_found"  # 3.1: nobody knows whether there is such a place
    NOT_ELIGIBLE = "not_eligible"  # 4: moved away, did no procedure
    OPEN = "open"  # never tried; counts as unknown


REFUSED = (Outcome.REFUSAL, Outcome.BREAK_OFF)
OTHERS = (Outcome.UNABLE, Outcome.LANGUAGE, Outcome.OTHER)
UNKNOWN = (Outcome.NOT_FOUND, Outcome.OPEN)


@dataclass(frozen=True)
class OutcomeRates:
    """Rates 0-1, None where nothing could be divided; ``cases`` is the n of ``response_1``, the ineligible left
    out."""

    cases: int
    response_1: float | None
    response_2: float | None
    cooperation: float | None
    refusal: float | None
    contact: float | None


def find_outcome_rates(counts: Mapping[str, int]) -> OutcomeRates:
    """AAPOR's RR1, RR2, COOP1, REF1 and CON1 of a sample in which every case had the same chance.

    Parameters
    ----------
    counts
        Outcome → cases, each case once; outcomes left out have none. Whole numbers, >= 0.

    Returns
    -------
    OutcomeRates
        RR1 counts every case of unknown eligibility as eligible: the lowest of the response rates. Silently wrong
        for a sample with unequal chances (weigh the cases first), and while fieldwork goes on.

    Raises
    ------
    ValueError
        For an outcome that is not one of ``Outcome``, or a negative count.

    References
    ----------
    METHODS 25.1.

    Examples
    --------
    >>> find_outcome_rates({"complete": 6, "refusal": 2, "non_contact": 2, "not_eligible": 5}).response_1
    0.6
    """
    unknown = set(counts) - set(Outcome)
    if unknown or any(count < 0 for count in counts.values()):
        raise ValueError(f"outcomes {sorted(unknown)}; counts {sorted(counts.values())[:1]}")
    done, partial = counts.get(Outcome.COMPLETE, 0), counts.get(Outcome.PARTIAL, 0)
    refused, others, unsure = (sum(counts.get(one, 0) for one in group) for group in (REFUSED, OTHERS, UNKNOWN))
    reached = done + partial + refused + others
    cases = reached + counts.get(Outcome.NON_CONTACT, 0) + unsure
    return OutcomeRates(
        cases=cases,
        response_1=_share(done, cases),
        response_2=_share(done + partial, cases),
        cooperation=_share(done, reached),
        refusal=_share(refused, cases),
        contact=_share(reached, cases),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
