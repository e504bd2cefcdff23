"""Sampling: how many, where, whom; a plan before, a seed and a hash after. METHODS 12."""

from analysis.sampling.allocate import allocate
from analysis.sampling.frame_hash import hash_frame
from analysis.sampling.joint import joint_probabilities
from analysis.sampling.plan import plan_sample
from analysis.sampling.power import (
    power_for_two_means,
    power_for_two_shares,
    size_for_two_means,
    size_for_two_shares,
)
from analysis.sampling.probabilities import inclusion_probabilities
from analysis.sampling.repeat import repeat_sample
from analysis.sampling.sample import Sample
from analysis.sampling.selection import select_sample, select_stages
from analysis.sampling.size import (
    SampleSize,
    margin_for_share,
    size_by_yamane,
    size_for_mean,
    size_for_share,
)
from analysis.sampling.stage import Stage

__all__ = [
    "Sample",
    "SampleSize",
    "Stage",
    "allocate",
    "hash_frame",
    "inclusion_probabilities",
    "joint_probabilities",
    "margin_for_share",
    "plan_sample",
    "power_for_two_means",
    "power_for_two_shares",
    "repeat_sample",
    "select_sample",
    "select_stages",
    "size_by_yamane",
    "size_for_mean",
    "size_for_share",
    "size_for_two_means",
    "size_for_two_shares",
]
