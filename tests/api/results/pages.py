"""A small released month, and what a person reads on a page."""

import html
import re

from tests.releasing import make_index, make_suppressed


def make_units(**form: str) -> list[dict[str, object]]:
    return [
        make_index(estimate=83.935, low=82.0, high=85.5, n=1033, transactions=12000, **form),
        make_index(unit="u1", unit_name="Phường Đông Ngạc", estimate=90.0, n=120, **form),
        make_index(unit="u2", unit_name="Phường Đa Kao", estimate=84.0, n=40, **form),
        make_index(unit="u3", unit_name="Phường Ba Đình", estimate=70.0, n=200, **form),
        make_suppressed(unit="u4", unit_name="Phường Láng", **form),
        make_index(unit="u5", unit_name="Phường Xa", estimate=None, n=0, transactions=70, **form),
        make_index(procedure="p1", procedure_name="Khai sinh", estimate=85.0, **form),
        make_index(
            unit="u1",
            unit_name="Phường Đông Ngạc",
            procedure="p1",
            procedure_name="Khai sinh",
            estimate=88.0,
            **form,
        ),
    ]


def read_text(page: str) -> str:
    """What a person reads: no markup, blanks made one."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ").split())


def read_names(page: str) -> list[str]:
    return [html.unescape(name).strip() for name in re.findall(r'<th role="rowheader"[^>]*>([^<]*)<', page)]
