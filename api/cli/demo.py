"""``hailong demo``: the demonstration, made once; every step that is done already is passed over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from analysis.release.reading import released_months
from api.catalogue import open_catalogue
from api.cli.export import export_one
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.demo.load import demo_months, is_loaded, load_demo
from api.registry.import_procedures import STARTER, import_procedures
from api.registry.official import load_official_units
from api.settings import Settings, read_settings
from api.tables import Unit

ACTOR = "demo"
OFFICIAL_UNITS_AT_LEAST = 3321 + 34

Told = Callable[[float], None]


def demo() -> None:
    """Nạp đơn vị và số liệu trình diễn, một lần / Load the units and the demonstration, once."""
    settings = read_settings()
    with opened_engine(settings) as engine:
        console = Console(stderr=True)
        fill_database(engine, settings, console)
        release_last_month(engine, settings, console)


def release_last_month(engine: Engine, settings: Settings, console: Console) -> None:
    """Export the last finished month unless a revision of it is there."""
    month = demo_months(utc_now().astimezone(settings.zone).date())[-2]
    if month not in released_months(settings.exports_folder):
        export_one(engine, open_catalogue(settings), settings, month=month, now=utc_now(), console=console)


def fill_database(engine: Engine, settings: Settings, console: Console) -> bool:
    """Bring the registry and the demonstration in; False when both were there."""
    if is_loaded(engine):
        return False
    now = utc_now()
    if _count_units(engine) < OFFICIAL_UNITS_AT_LEAST:
        with _bar(console, "Đơn vị hành chính / Units") as told:
            load_official_units(engine, progress=lambda done, total: told(done / max(total, 1)))
    import_procedures(engine, STARTER, now=now, actor=ACTOR, is_starter=True)
    with _bar(console, "Số liệu trình diễn / Demonstration") as told:
        load_demo(
            engine,
            open_catalogue(settings),
            now=now,
            zone=settings.zone,
            truth_file=settings.var_folder / "demo" / "truth.json",
            progress=lambda _step, share: told(share),
        )
    return True


def _count_units(engine: Engine) -> int:
    with Session(engine) as session:
        return session.exec(select(func.count()).select_from(Unit)).one()


@contextmanager
def _bar(console: Console, title: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{title:<40}", total=1.0)
        yield lambda share: progress.update(task, completed=share)
        progress.update(task, completed=1.0)
