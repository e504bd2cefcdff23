"""All signals of a month; METHODS 22."""

from itertools import chain

import polars as pl

from analysis.frames import TRANSACTIONS, check_frame
from analysis.quality.signals.bursts import find_bursts
from analysis.quality.signals.closed_hours import find_closed_hours
from analysis.quality.signals.closing_time import find_closing_time
from analysis.quality.signals.duplicates import find_duplicates
from analysis.quality.signals.follow_up import find_far_from_follow_up
from analysis.quality.signals.frames import AWAKE, GUARDED, GUARDED_TEXTS, Signal
from analysis.quality.signals.rules import SignalRules
from analysis.quality.signals.runs import find_runs
from analysis.quality.signals.speed import find_too_fast
from analysis.quality.signals.straight_lines import find_straight_lines
from analysis.quality.signals.texts import find_same_texts
from analysis.quality.signals.traps import find_trapped
from analysis.quality.signals.unserved import find_unserved


def find_signals(
    responses: pl.DataFrame,
    *,
    texts: pl.DataFrame,
    transactions: pl.DataFrame,
    awake: pl.DataFrame,
    rules: SignalRules | None = None,
) -> list[Signal]:
    """Everything in a month's responses that an analyst should look at, each with its reason.

    Parameters
    ----------
    responses, texts, awake
        By ``frames.GUARDED``, ``GUARDED_TEXTS`` and ``AWAKE``, of one month and all forms. Order is of no account.
    transactions
        By ``analysis.frames.TRANSACTIONS``, of that month.
    rules
        Thresholds; None: the defaults.

    Returns
    -------
    list of Signal
        Sorted by kind, unit, counter, day and detail. A signal is a reason to look, no proof, and none is no proof
        of honesty: METHODS 22.7 tells how often honest places are called, and what cheating is missed.

    Raises
    ------
    FrameError
        A frame breaks its contract.

    References
    ----------
    METHODS 22.
    """
    rules = rules or SignalRules()
    check_frame(responses, GUARDED, "responses")
    check_frame(texts, GUARDED_TEXTS, "texts")
    check_frame(transactions, TRANSACTIONS, "transactions")
    check_frame(awake, AWAKE, "awake")
    responses = responses.sort("response_id")
    found = chain(
        find_bursts(responses, rules),
        find_closing_time(responses, rules),
        find_straight_lines(responses, rules),
        find_too_fast(responses, rules),
        find_runs(responses, rules),
        find_same_texts(responses, texts, rules),
        find_duplicates(responses, texts, rules),
        find_unserved(responses, transactions, rules),
        find_far_from_follow_up(responses, rules),
        find_closed_hours(responses, awake, rules),
        find_trapped(responses),
    )
    return sorted(found, key=_order)


def _order(signal: Signal) -> tuple[str, ...]:
    return (
        signal.kind,
        signal.unit,
        signal.counter or "",
        signal.form or "",
        str(signal.local_day or ""),
        signal.detail,
    )
