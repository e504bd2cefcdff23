"""``python -m tests.bench``: runs every benchmark beside this file that has a ``main``, or the ones named.

python -m tests.bench receiving
"""

import importlib
import pkgutil
import sys
from pathlib import Path

PARTS = {"__main__", "bare_service", "load", "tablets"}  # programs of a benchmark, not benchmarks


def main() -> None:
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    wanted = sys.argv[1:] or sorted(set(found) - PARTS)
    for name in wanted:
        benchmark = importlib.import_module(f"tests.bench.{name}")
        if hasattr(benchmark, "main"):
            benchmark.main()


if __name__ == "__main__":
    main()
