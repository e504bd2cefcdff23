"""Where the figures of a view can be had as a file."""

from urllib.parse import urlencode

from api.results.page import Link
from api.results.published import Scene


def list_downloads(scene: Scene) -> tuple[Link, ...]:
    """The published rows of this view, and those of all units together."""
    choice, published = scene.choice, scene.published
    of_form = {"month": choice.month, "form": choice.form, "version": published.version, "format": "csv"}
    level, code = scene.node
    by = {"unit": "unit", "province": "unit", "procedure": "procedure", "channel": "channel", "item": ""}[
        choice.by
    ]
    dimensions = {name for name in (by, choice.unit and "unit", choice.procedure and "procedure") if name}
    aggregate = "province" if choice.by == "province" else "none"
    of_view = {
        "aggregate": aggregate,
        "province": choice.province,
        "unit": choice.unit,
        "procedure": choice.procedure,
        "by": ",".join(sorted(dimensions)),
    }
    if choice.by != "item":
        of_view |= {"level": level, "code": code}
    of_view = {name: value for name, value in of_view.items() if value} | {"limit": "100000"}
    address = "/api/v1/indices?"
    return (
        Link(scene.texts["download_view"], address + urlencode(of_form | of_view)),
        Link(scene.texts["download_csv"], address + urlencode(of_form)),
    )
