"""What a reader chose to see, read from the address, and addresses that change one thing of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from survey_forms.form import LANGUAGES

VIEWS = ("unit", "province", "procedure", "channel", "item")
SORTS = ("name", "estimate", "n", "rate")
LONGEST = 200  # letters of one value taken from the address


@dataclass(frozen=True)
class Choice:
    """One view of one form's month. An empty dimension is all; ``index`` is ``level:code``."""

    month: str
    form: str
    version: str = ""
    by: str = "unit"
    province: str = ""
    unit: str = ""
    procedure: str = ""
    index: str = ""
    sort: str = ""
    q: str = ""
    page: int = 1
    lang: str = "vi"

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    def address(self, **changes: Any) -> str:
        """The address of this view with ``changes``; what stands at its default is left out."""
        changed = replace(self, **changes)
        query = {
            name: value
            for name, value in vars(changed).items()
            if name not in ("month", "form") and value != Choice.__dataclass_fields__[name].default
        }
        path = f"/results/{quote(changed.month)}/{quote(changed.form)}"
        return f"{path}?{urlencode(query)}" if query else path


def read_choice(month: str, form: str, query: Mapping[str, str]) -> Choice:
    """The choice an address expresses; a value that means nothing counts as not given."""
    given = {name: query.get(name, "").strip()[:LONGEST] for name in Choice.__dataclass_fields__}
    lang = read_language(query)
    by = given["by"] if given["by"] in VIEWS else "unit"
    sort = given["sort"] if given["sort"].removeprefix("-") in SORTS else ""
    page = int(given["page"]) if given["page"].isascii() and given["page"].isdecimal() else 1
    return Choice(
        month=month,
        form=form,
        version=given["version"],
        by=by,
        province=given["province"] if by == "unit" else "",
        unit=given["unit"] if by not in ("unit", "province") else "",
        procedure=given["procedure"] if by == "unit" else "",
        index=given["index"] if by != "item" else "",
        sort="" if sort == "name" or (by == "item" and sort in ("-name", "rate", "-rate")) else sort,
        q=given["q"],
        page=max(1, min(page, 100_000)),
        lang=lang,
    )


def read_language(query: Mapping[str, str]) -> str:
    """``en`` when the address asks for it, else ``vi``."""
    return query.get("lang", "") if query.get("lang", "") in LANGUAGES else "vi"
