"""Imports responses keyed or collected elsewhere: a file, and a mapping that says what its columns mean."""

from api.responses.importing.mapping import ResponseMapping
from api.responses.importing.mapping_reader import read_mapping
from api.responses.importing.run import ImportReport, import_responses

__all__ = ["ImportReport", "ResponseMapping", "import_responses", "read_mapping"]
