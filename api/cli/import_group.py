"""``hailong import …``: the group of the import commands."""

import typer

from api.cli import (
    import_assignments,
    import_cases,
    import_queue,
    import_registry,
    import_responses,
    import_transactions,
)

app = typer.Typer(no_args_is_help=True, help="Nhập dữ liệu / Import units, procedures, counters, transactions, …")
app.command("units")(import_registry.units)
app.command("procedures")(import_registry.procedures)
app.command("counters")(import_registry.counters)
app.command("transactions")(import_transactions.transactions)
app.command("responses")(import_responses.responses)
app.command("assignments")(import_assignments.assignments)
app.command("cases")(import_cases.cases)
app.command("queue")(import_queue.queue)
