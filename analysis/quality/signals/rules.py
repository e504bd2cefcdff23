"""The thresholds of the signals, each with where it comes from; METHODS 22.1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignalRules:
    """``false_alarms``: of each kind, the chance per month that honest responses raise any signal, if they are as
    the rule's model says. The others are chosen so that the simulation of METHODS 22.7 calls few honest counters.

    ``seconds_per_item``: Wood, Harms, Lowman and DeSimone 2017 (Social Psychological and Personality Science 8).
    """

    false_alarms: float = 0.01
    window_minutes: int = 10
    burst_responses: int = 8  # fewer in a window are never a burst: a family at the counter
    closing_minutes: int = 15
    share_factor: float = 2.0  # a share is high from twice that of the others
    high_share_responses: int = 8  # and from so many responses
    straight_items: int = 5
    seconds_per_item: float = 1.0
    fast_items: int = 3
    fast_responses: int = 3
    run_responses: int = 5
    text_letters: int = 20
    text_responses: int = 3
    duplicate_minutes: int = 2
    duplicate_items: int = 5
    duplicate_share: float = 0.01  # answers more common than this are no proof of copying
    unserved_responses: int = 5
    follow_up_responses: int = 10
    follow_up_points: float = 5.0
    closed_minutes: int = 15
    closed_responses: int = 3
