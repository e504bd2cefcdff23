"""What the import commands print, and how a rejected file becomes a list beside it and exit code 2."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from api.tabular import FileRejected, RowProblem, write_problems

SHOWN_MAX = 20
EXIT_UNUSABLE, EXIT_SOME_REJECTED = 2, 3


@contextmanager
def listing_problems(path: Path) -> Iterator[None]:
    """A FileRejected inside: every problem to ``<file>.problems.csv``, the first ones printed, exit code 2."""
    try:
        yield
    except FileRejected as error:
        typer.echo(f"Lỗi: {error.vi}\nError: {error.en}", err=True)
        show_problems(path, error.row_problems)
        raise typer.Exit(EXIT_UNUSABLE) from None


def show_problems(path: Path, problems: Sequence[RowProblem]) -> None:
    """Print the first problems and say where all of them are listed."""
    for found in problems[:SHOWN_MAX]:
        typer.echo(f"  - dòng / row {found.row}: {found.as_text()}", err=True)
    listed = write_problems(path.with_name(path.name + ".problems.csv"), problems)
    typer.echo(f"  Tất cả {len(problems)} / All {len(problems)}: {listed}", err=True)


def show_counts(**counts: int) -> None:
    """``vi / en`` names with their numbers, thousands parted as in Vietnamese."""
    shown = (f"{name.replace('_', ' ')} {count:,}".replace(",", ".") for name, count in counts.items())
    typer.echo("; ".join(shown))


@contextmanager
def counting_rows(title: str) -> Iterator["RowBar"]:
    """A bar that shows how many rows are done; on a terminal only."""
    columns = (TextColumn(title), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield RowBar(progress)


class RowBar:
    """Called with the rows done so far, or with done and total."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._task = progress, progress.add_task("", total=None)

    def __call__(self, done: int, total: int | None = None) -> None:
        self._progress.update(self._task, completed=done, total=total)
