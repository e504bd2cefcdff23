"""``hailong nightly``: joins the features that have something to do at night."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

import typer
from rich.console import Console
from sqlalchemy import Engine
from sqlmodel import Session

from api.audit import record_event
from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.cli.progress_bar import progress_bar
from api.cli.signals import compute_months, usual_months
from api.clock import local_day, utc_now
from api.comments.screening import purge_originals, screen_waiting
from api.db import begin_write
from api.invitations.closing import close_due
from api.kiosks.protecting import protect_refusals, purge_sealed_items
from api.kiosks.purging import purge_kiosks
from api.nightly.running import Progress, Step, run_nightly
from api.nightly.telling import name_step, tell_step
from api.privacy.requests import count_requests
from api.sealer import require_sealer
from api.settings import Settings, read_settings
from api.staff.expiring import delete_expired

ACTOR = "nightly"
BUG, PARTLY = 1, 3  # exit codes, as main.py says


def nightly() -> None:
    """Làm mọi việc ban đêm; đặt lịch mỗi đêm một lần / Do all nightly work; schedule it once a night.

    With cron: 15 1 * * * cd FOLDER && .venv/bin/hailong nightly. Running it again does no harm. Exit code 3: a
    step failed, the others were done; 1: one failed by our fault. Staff see it at /staff/nightly.
    """
    settings, console = read_settings(), Console(stderr=True)
    with opened_engine(settings) as engine:
        run = run_nightly(
            engine,
            list_steps(engine, settings, now=utc_now()),
            folder=settings.var_folder / "nightly",
            clock=utc_now,
            tell=_tell,
            progress=lambda name: progress_bar(console, f"{name_step(name, 'vi')} / {name_step(name, 'en')}"),
        )
    codes = {step["error"]["code"] for step in run.steps if step["error"]}
    if codes:
        raise typer.Exit(BUG if "bug" in codes else PARTLY)


def list_steps(engine: Engine, settings: Settings, *, now: datetime) -> list[Step]:
    """What is done at night, in order: people's words are masked before anything else."""
    today = local_day(now, settings.zone)

    def alone(work: Callable[[Session], Mapping[str, int]], _progress: Progress) -> Mapping[str, int]:
        with Session(engine) as session, session.begin():
            begin_write(session)
            return work(session)

    def screen(progress: Progress) -> Mapping[str, int]:
        found = screen_waiting(
            engine, require_sealer(settings), now=now, zone=settings.zone,
            keep_days=settings.comment_original_days, progress=progress,
        )  # fmt: skip
        return {"screened": found.screened, "masked": found.masked, "again": found.again}

    def protect(_progress: Progress) -> Mapping[str, int]:
        sealer, days = require_sealer(settings), settings.comment_original_days
        return {"protected": protect_refusals(engine, sealer, now=now, zone=settings.zone, keep_days=days)}

    def delete_originals(session: Session) -> Mapping[str, int]:
        gone = {
            "comments": purge_originals(session, today=today),
            "items": purge_sealed_items(session, today=today),
        }
        if any(gone.values()):
            record_event(session, at=now, actor=ACTOR, action="comment.purge", subject="originals", **gone)
        return gone

    def find_signals(progress: Progress) -> Mapping[str, int]:
        months, catalogue = usual_months(now, settings.zone), open_catalogue(settings)
        found = compute_months(
            engine, settings, catalogue, months, now=now, bar=lambda _title: nullcontext(progress)
        )
        return {name: sum(one[name] for one in found) for name in ("found", "new", "gone")}

    def close_invitations(_progress: Progress) -> Mapping[str, int]:
        due = close_due(engine, today=today, days=settings.invitation_days, now=now, actor=ACTOR)
        return {"periods": len(due)}

    def count_open(session: Session) -> Mapping[str, int]:
        return asdict(count_requests(session, today=today))

    return [
        Step("comments", screen),
        Step("quarantine", protect),
        Step("originals", partial(alone, delete_originals)),
        Step("signals", find_signals),
        Step("invitations", close_invitations),
        Step("staff", partial(alone, partial(delete_expired, now=now, settings=settings))),
        Step("kiosks", partial(alone, partial(purge_kiosks, now=now, actor=ACTOR))),
        Step("requests", partial(alone, count_open)),
    ]


def _tell(step: dict[str, Any]) -> None:
    name = step["name"]
    told = f"{name_step(name, 'vi')}: {tell_step(step, 'vi')} / {name_step(name, 'en')}: {tell_step(step, 'en')}"
    typer.echo(told, err=step["error"] is not None)
