"""What came of an import into the register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.errors import FileUnusable
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


def refuse_file(name: str, problems: Sequence[RowProblem]) -> FileUnusable:
    """The error of a file of which nothing was imported because of ``problems``."""
    return FileUnusable(
        "file_rejected",
        f"Chưa nhập gì từ {name}: có {len(problems)} lỗi cần sửa",
        f"Nothing was imported from {name}: {len(problems)} problems to mend",
        [found.as_dict() for found in problems],
        row_problems=tuple(problems),
    )
