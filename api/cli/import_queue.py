"""``hailong import queue``."""

from pathlib import Path
from typing import Annotated

import typer

from api.catalogue import open_catalogue
from api.cli.import_printing import EXIT_SOME_REJECTED, counting_rows, show_counts
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.kiosks.queue_file import import_queue, read_queue_file
from api.kiosks.receipts import ReceiptSigner
from api.kiosks.receiving_items import ItemDesk
from api.receiving.receiver import Receiver
from api.settings import read_settings


def queue(
    file: Annotated[Path, typer.Argument(help="Tệp xuất từ máy / File exported from a tablet.")],
) -> None:
    """Nhập phiếu chờ gửi của một máy / Import the queue of a tablet; the same file again changes nothing.

    What cannot be stored is kept in quarantine. Exit codes: 0 all stored or known; 3 some in quarantine, or the
    file is not whole; 2 it is no such file, or of an unknown device.
    """
    settings = read_settings()
    given = read_queue_file(file)
    with opened_engine(settings) as engine, counting_rows("Phiếu / Responses") as bar:
        receiver = Receiver(engine, forms=open_catalogue(settings), clock=utc_now, zone=settings.zone)
        try:
            desk = ItemDesk(engine, receiver, ReceiptSigner(settings.var_folder))
            report = import_queue(desk, given, now=utc_now(), progress=bar)
        finally:
            receiver.close()
    typer.echo(f"Máy / Device {report.device.number} ({report.device.id}), {report.device.unit}")
    show_counts(**{
        "phiếu_/_responses": len(given.items), "lưu_mới_/_stored": report.stored, "đã_có_/_known": report.known,
        "cách_ly_/_quarantined": len(report.refused),
    })  # fmt: skip
    if not given.is_whole:
        typer.echo("Tệp bị cắt hoặc bị sửa; hãy xuất lại / The file was cut or altered; export it anew")
    if report.refused or not given.is_whole:
        raise typer.Exit(EXIT_SOME_REJECTED)
