"""The errors of ``analysis``.

AnalysisError
├── DesignError      a design column is absent or holds what no design can (null, negative, two populations)
├── ItemError        an item column is absent, not numeric, or outside the range its measure promises
├── NodeError        the coefficients of a node do not make a mean
├── EngineError      an engine beyond Polars was asked for and cannot start here
├── EstimateError    what was asked cannot be answered (unknown interval, too many domains for a covariance)
├── WeightError      weights, margins, classes or limits that no adjustment of weights can use
│   ├── CalibrationFailed      the totals cannot be met together; the one furthest off is named
│   ├── RakingRefused          margins that these responses cannot meet (weighting.rake)
│   └── RakingDidNotConverge   margins still not met after the last round (weighting.rake)
├── MeasureError     counts or levels that no scale can have produced
├── ComparisonError  figures that cannot be compared (an unknown contrast, one domain only, periods that differ)
├── WatchError       a stream of answers or a baseline nothing can be watched with
├── AreaError        areas (or responses of areas) from which no small-area model can be fitted
├── OfficialError    figures or choices no official method can use
│   └── UnknownParameter    a parameter no text settles: it must be given
├── PublishedError   printed figures that cannot be read
├── RankError        figures that cannot be ranked (no standard error, two rows for a unit, too many units)
├── SamplingError    what no sample can be planned or drawn from
│   ├── SizeError        a margin, share, power or population no sample size belongs to
│   ├── AllocationError  strata that cannot hold the sample asked for
│   └── SelectionError   a frame or a design nothing can be drawn from
│       └── FrameChanged the frame or the draw is not the one on record
├── ReportError      figures that cannot be drawn or printed honestly (no interval, no n, repeated rows)
│   └── ChartsNotInstalled   the libraries that draw are not there
├── FrameError           a frame that breaks its contract (frames)
├── FormWithoutIndex     a form that has no recipe (indices.compute)
├── UndescribedColumn    a column that would be released without words (release.codebook)
└── UnknownRelease       no such month or revision (release.reading)

Those with a module in brackets stand where they are raised. Every error carries ``problems``, all of one input
together, and ``remedy``; the message ends with what to do.
"""

from collections.abc import Sequence


class AnalysisError(ValueError):
    """Base of the package; ``problems`` lists everything that was wrong, ``remedy`` what to do."""

    def __init__(self, problems: Sequence[str], remedy: str) -> None:
        super().__init__("; ".join(problems) + f". {remedy}")
        self.problems, self.remedy = tuple(problems), remedy


class DesignError(AnalysisError):
    pass


class ItemError(AnalysisError):
    pass


class NodeError(AnalysisError):
    pass


class EstimateError(AnalysisError):
    pass


class EngineError(AnalysisError):
    pass


class MeasureError(AnalysisError):
    pass


class WeightError(AnalysisError):
    pass


class CalibrationFailed(WeightError):
    """``variable`` and ``level`` are furthest off: ``got`` for ``wanted``."""

    def __init__(
        self, problems: Sequence[str], remedy: str, *, variable: str, level: str | None, got: float, wanted: float
    ) -> None:
        super().__init__(problems, remedy)
        self.variable, self.level, self.got, self.wanted = variable, level, got, wanted


class ComparisonError(AnalysisError):
    pass


class WatchError(AnalysisError):
    pass


class AreaError(AnalysisError):
    pass


class OfficialError(AnalysisError):
    pass


class UnknownParameter(OfficialError):
    pass


class PublishedError(AnalysisError):
    pass


class RankError(AnalysisError):
    pass


class SamplingError(AnalysisError):
    pass


class SizeError(SamplingError):
    pass


class AllocationError(SamplingError):
    pass


class SelectionError(SamplingError):
    pass


class FrameChanged(SelectionError):
    pass


class ReportError(AnalysisError):
    pass


class ChartsNotInstalled(ReportError):
    """``library`` cannot be imported."""

    def __init__(self, library: str) -> None:
        super().__init__(
            [f"chưa cài thư viện vẽ biểu đồ {library} / the drawing library {library} is not installed"],
            "Cài phần bổ sung: pip install 'hailong[charts]' / Install the extra 'charts'.",
        )
        self.library = library
