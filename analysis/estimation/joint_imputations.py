"""Estimates with their covariances from several completed data sets, put together by Rubin's rules."""

from collections.abc import Sequence

import numpy as np

from analysis.errors import EstimateError
from analysis.estimation.imputations import combine_imputations
from analysis.estimation.joint import JointEstimates


def combine_joint_imputations(joints: Sequence[JointEstimates], *, rule: str = "barnard_rubin") -> JointEstimates:
    """One table of estimates and covariances from those of M completed data sets; contrasts are made of it.

    ``joints``: ``estimate_jointly`` of the same figures from each data set. Covariance: the mean of theirs plus
    (1 + 1/M) times the covariance of the estimates between data sets, of which few data sets tell little: of a
    contrast, and of anything near a difference of alike figures, silently uncertain with M below about 20.
    ``df`` of every row by ``rule`` as in ``combine_imputations``; of all together, and so of contrasts, the
    smallest. Raises EstimateError: fewer than two, or other figures. METHODS 16.1, 16.2. As R's MIcombine of
    vectors and matrices.

    >>> import polars as pl
    >>> from analysis.design import SurveyDesign
    >>> from analysis.estimation.joint import estimate_jointly
    >>> sets = [pl.DataFrame({"w": [1.0] * 4, "y": [1.0, 2.0, 3.0, filled]}) for filled in (4.0, 5.0, 6.0)]
    >>> joints = [estimate_jointly(each, SurveyDesign("w"), values="y") for each in sets]
    >>> filled = combine_joint_imputations(joints)
    >>> filled.estimates.select("estimate", pl.col("standard_error").round(4)).row(0)
    (2.75, 0.9242)
    """
    _check(joints)
    first = joints[0].estimates
    by = [c for c in first.columns if c not in ("n", "estimate", "standard_error", "df")]
    rows = combine_imputations([joint.estimates for joint in joints], by=by, rule=rule)
    theta = np.array([joint.estimates["estimate"].fill_null(np.nan).to_numpy() for joint in joints])
    between = np.atleast_2d(np.cov(theta, rowvar=False))
    covariance = np.mean([joint.covariance for joint in joints], axis=0) + (1 + 1 / len(joints)) * between
    df = rows["df"].drop_nulls()
    return JointEstimates(
        rows.select(first.columns),
        covariance,
        float(df.min()) if len(df) else 0.0,  # type: ignore[arg-type]
        np.mean([joint.random_covariance for joint in joints], axis=0),
        joints[0].names,
    )


def _check(joints: Sequence[JointEstimates]) -> None:
    problems = [] if len(joints) > 1 else [f"{len(joints)} completed data sets, two at least are needed"]
    problems += [
        f"data set {number} has other figures than the first: {', '.join(joint.names[:5])}"
        for number, joint in enumerate(joints, start=1)
        if joint.names != joints[0].names
    ]
    if problems:
        raise EstimateError(problems, "Estimate the same figures jointly from every completed data set.")
