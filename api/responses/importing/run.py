"""The import itself: batch by batch, each in one transaction, so that a stopped import is resumed by running it
again: what is stored is then known."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from api.db import begin_write
from api.errors import Conflict, Malformed
from api.receiving import queries
from api.receiving.known_codes import KnownCodes
from api.receiving.service import ReadyResponse, Receipt, read_submission, record_all
from api.responses.importing.mapping import ResponseMapping
from api.responses.importing.rejects import Rejects
from api.responses.importing.rows import Reader
from api.tables import ImportRun
from api.tabular import Row, RowProblem, Table, open_table
from survey_forms.loader import Catalogue

ROWS_AT_ONCE = 2_000
Progress = Callable[[int], None]  # rows done so far


@dataclass
class ImportReport:
    """``rows = accepted + known + rejected``. ``rules``: how many rows broke each rule."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    rejected_file: Path | None = None
    import_run: int | None = None


def import_responses(
    engine: Engine,
    path: Path,
    mapping: ResponseMapping,
    *,
    forms: Catalogue,
    now: datetime,
    zone: ZoneInfo,
    is_dry_run: bool = False,
    is_demo: bool = False,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Store every row of ``path`` that can be; the others go to ``<file>.rejected.csv`` with all their problems.

    FileUnusable when the file lacks a column of the mapping or cannot be read. A dry run stores nothing and counts
    the same; it keeps the ids of the whole file in memory (about 0,3 kB a row).
    """
    table = open_table(path, required=mapping.columns, sheet=sheet)
    codes = KnownCodes(engine)
    report = ImportReport()
    if not is_dry_run:
        report.import_run = _open_run(engine, table, mapping, now)
    first_of_id: dict[UUID, str] = {}
    reader = Reader(mapping, zone, now, report.import_run, is_demo)
    with Rejects(path, table.header) as rejects:
        while rows := list(islice(table.rows, ROWS_AT_ONCE)):
            ready, refused = _read_batch(rows, reader, forms=forms, codes=codes)
            outcomes = (
                _look_up(engine, ready, first_of_id) if is_dry_run else _store(engine, ready, report, len(refused))
            )
            for (row, _), outcome in zip(ready, outcomes, strict=True):
                if isinstance(outcome, Conflict):
                    refused.append((row, [_conflict_problem(row, mapping, outcome)]))
            for row, problems in sorted(refused, key=lambda pair: pair[0].number):
                rejects.add(row, problems)
                report.rules.update(dict.fromkeys((problem.code for problem in problems), 1))
            if is_dry_run:
                _count(report, outcomes, len(rows))
            if progress is not None:
                progress(report.rows)
        report.rejected_file = rejects.path if rejects.count else None
    return report


def _open_run(engine: Engine, table: Table, mapping: ResponseMapping, now: datetime) -> int:
    with Session(engine) as session, session.begin():
        begin_write(session)
        run = ImportRun(
            kind="responses",
            file_name=table.path.name[:300],
            file_sha256=table.sha256,
            mapping_sha256=mapping.sha256,
            finished_at=now,
            rows=0,
            accepted=0,
            known=0,
            rejected=0,
        )
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


Ready = list[tuple[Row, ReadyResponse]]
Refused = list[tuple[Row, list[RowProblem]]]


def _read_batch(rows: list[Row], reader: Reader, *, forms: Catalogue, codes: KnownCodes) -> tuple[Ready, Refused]:
    ready: Ready = []
    refused: Refused = []
    for row in rows:
        submission, problems = reader.read(row)
        if submission is None:
            refused.append((row, problems))
            continue
        try:
            response = read_submission(submission, forms=forms, codes=codes, now=reader.now, zone=reader.zone)
        except Malformed as error:
            refused.append((row, list(_row_problems(row, reader.mapping, error))))
        else:
            ready.append((row, response))
    return ready, refused


def _row_problems(row: Row, mapping: ResponseMapping, error: Malformed) -> Iterator[RowProblem]:
    for found in error.problems:
        column = mapping.column_of(found.get("field"), found.get("question"), found.get("part"))
        value = row.values.get(column) if column else None
        yield RowProblem(row.number, column, found["code"], found["vi"], found["en"], value)


def _store(engine: Engine, ready: Ready, report: ImportReport, refused: int) -> list[Receipt | Conflict]:
    """One transaction: the responses, and the counts of the run as they then stand."""
    with Session(engine) as session, session.begin():
        begin_write(session)
        outcomes = record_all(session, [response for _, response in ready])
        _count(report, outcomes, len(ready) + refused)
        run = session.get_one(ImportRun, report.import_run)
        run.rows, run.accepted, run.known, run.rejected = (
            report.rows,
            report.accepted,
            report.known,
            report.rejected,
        )
    return outcomes


def _look_up(engine: Engine, ready: Ready, first_of_id: dict[UUID, str]) -> list[Receipt | Conflict]:
    """What storing would give; ``first_of_id`` holds the content hashes of the rows before, and is added to."""
    with engine.connect() as connection:
        known = queries.find_receipts(connection, [response.id for _, response in ready])
    outcomes: list[Receipt | Conflict] = []
    for _, response in ready:
        earlier = known.get(response.id) or _receipt_above(response, first_of_id)
        outcomes.append(queries.recognise(response, earlier) if earlier else queries.new_receipt(response))
        first_of_id.setdefault(response.id, response.content_hash)
    return outcomes


def _receipt_above(response: ReadyResponse, first_of_id: dict[UUID, str]) -> Receipt | None:
    found = first_of_id.get(response.id)
    return None if found is None else replace(queries.new_receipt(response), content_hash=found)


def _count(report: ImportReport, outcomes: list[Receipt | Conflict], rows: int) -> None:
    receipts = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    new = sum(receipt.is_new for receipt in receipts)
    report.rows += rows
    report.accepted += new
    report.known += len(receipts) - new
    report.rejected += rows - len(receipts)


def _conflict_problem(row: Row, mapping: ResponseMapping, error: Conflict) -> RowProblem:
    cells = "/".join(row.values[column] for column in mapping.id_columns)
    return RowProblem(row.number, mapping.id_columns[0], error.code, error.vi, error.en, cells)
