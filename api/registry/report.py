"""What came of an import into the register."""

from collections.abc import Callable
from dataclasses import dataclass

from api.tabular import RowProblem

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True)
class Report:
    """``added + changed + known`` rows; ``links_*`` count successions. ``remarks`` are facts worth a look that
    stop nothing: spellings that differ, codes that contradict each other."""

    added: int = 0
    changed: int = 0
    known: int = 0
    links_added: int = 0
    links_changed: int = 0
    links_known: int = 0
    remarks: tuple[RowProblem, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """Did the register already hold all of it?"""
        return not (self.added or self.changed or self.links_added or self.links_changed)
