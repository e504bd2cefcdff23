"""Spark on this machine, for the few tests that compare engines."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from analysis.dataset import open_spark


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    session = open_spark()
    yield session
    session.stop()
