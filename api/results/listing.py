"""The table of one view: headings that sort, a common axis, rows with their intervals drawn, pages."""

from api.results.drawing import Axis, common_axis
from api.results.numbers import write_count, write_interval, write_percent
from api.results.page import Column, Link, Row, Table
from api.results.published import Scene
from api.results.tables import Line

PAGE_ROWS = 200
ONE_PAGE_ROWS = 400  # a table up to here stays whole; one of 3,321 communes does not

FIRST_DOWN = ("estimate", "n", "rate")  # a first press on these shows the largest on top


def build_table(scene: Scene, lines: list[Line]) -> Table:
    """The table of ``lines``, which are all rows of the view in their order; the axis is common to all pages."""
    axis = _axis(lines)
    pages = 1 if len(lines) <= ONE_PAGE_ROWS else -(-len(lines) // PAGE_ROWS)
    page = min(scene.choice.page, pages)
    shown = lines if pages == 1 else lines[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return Table(
        caption=_caption(scene),
        remarks=_remarks(scene, lines, len(shown), page),
        columns=_columns(scene, axis, lines),
        ticks=axis.ticks(),
        rows=tuple(_row(scene, line, axis) for line in shown),
        pages=_pages(scene, page, pages),
    )


def _axis(lines: list[Line]) -> Axis:
    values = [
        value
        for line in lines
        for value in (line.values["low"], line.values["high"], line.values["estimate"], line.reference)
        if value is not None
    ]
    return common_axis(values)


def _row(scene: Scene, line: Line, axis: Axis) -> Row:
    texts, lang, values = scene.texts, scene.lang, line.values
    is_shown = line.state == "shown"
    has_interval = is_shown and values["low"] is not None and values["high"] is not None
    return Row(
        name=line.name,
        code=line.key if scene.choice.by in ("unit", "province", "procedure") else "",
        place=_place(scene, line),
        links=_links(scene, line),
        depth=scene.depths.get(line.key, 0),
        state=line.state,
        estimate=scene.write_figure(values["estimate_rounded"]) if is_shown else texts[line.state],
        interval=write_interval(values["low_rounded"], values["high_rounded"], lang) if has_interval else "",
        drawing=axis.draw(values["low"], values["estimate"], values["high"], line.reference)
        if has_interval
        else None,
        mark=line.mark,
        mark_text=texts[f"mark_{line.mark}"],
        n="" if values["n"] is None else write_count(values["n"], lang),
        rate="" if values["response_rate"] is None else write_percent(values["response_rate"], lang),
    )


def _place(scene: Scene, line: Line) -> str:
    """The unit's province, where units of several are listed: communes of many provinces have one name."""
    if scene.choice.by != "unit" or scene.choice.province:
        return ""
    return scene.provinces.get(scene.province_of.get(line.key, ""), "")


def _links(scene: Scene, line: Line) -> tuple[Link, ...]:
    choice, texts = scene.choice, scene.texts
    fresh = {"province": "", "sort": "", "q": "", "page": 1}
    if choice.by == "unit":
        links = []
        if scene.has_view("procedure"):
            address = choice.address(by="procedure", unit=line.key, procedure="", **fresh)
            links.append(Link(texts["detail_procedures"], address))
        if scene.has_view("item"):
            address = choice.address(by="item", unit=line.key, procedure="", index="", **fresh)
            links.append(Link(texts["detail_items"], address))
        return tuple(links)
    if choice.by == "province" and line.key in scene.provinces:
        return (Link(texts["detail_units"], choice.address(**fresh | {"by": "unit", "province": line.key})),)
    if choice.by == "procedure" and not choice.unit:
        return (Link(texts["detail_units"], choice.address(by="unit", procedure=line.key, **fresh)),)
    return ()


def _caption(scene: Scene) -> str:
    choice = scene.choice
    names = {"index": scene.nodes[":".join(scene.node)]}
    key = f"table_{choice.by}"
    if choice.unit:
        key, names["unit"] = key + "_unit", scene.title_domain("unit", choice.unit)
    if choice.province:
        key, names["province"] = key + "_province", scene.provinces[choice.province]
    if choice.procedure:
        key, names["procedure"] = key + "_procedure", scene.title_domain("procedure", choice.procedure)
    return scene.texts[key].format(**names)


def _remarks(scene: Scene, lines: list[Line], shown: int, page: int) -> tuple[str, ...]:
    texts, choice, lang, total = scene.texts, scene.choice, scene.lang, len(lines)
    if not total:
        return (texts["no_rows"],)
    sort_text = texts[scene.sort_texts[choice.sort]]
    first = (page - 1) * PAGE_ROWS + 1
    counts = {"first": first, "last": first + shown - 1, "total": total}
    written = {name: write_count(count, lang) for name, count in counts.items()}
    counted = texts["rows_all" if shown == total else "rows_shown"].format(**written)
    remarks = [f"{texts['sorted_by'].format(column=sort_text)} {counted}"]
    with_figures = sum(line.state == "shown" for line in lines)
    if with_figures < total:
        remarks[0] += f" {texts['rows_with_figures'].format(count=write_count(with_figures, lang))}"
    if choice.sort_key == "estimate":
        remarks.append(texts["sorted_by_estimate"])
    return tuple(remarks)


def _columns(scene: Scene, axis: Axis, lines: list[Line]) -> tuple[Column, ...]:
    texts, choice = scene.texts, scene.choice
    columns = [
        Column("name", texts[f"column_{choice.by}"], *_sorting(scene, "name")),
        Column("estimate", texts["column_estimate"], *_sorting(scene, "estimate")),
        Column("drawing", texts["column_drawing"].format(axis=f"{axis.start}–{axis.end}")),
        Column("interval", texts["column_interval"].format(confidence=scene.confidence)),
    ]
    if scene.reference_name and any(line.reference is not None for line in lines):
        columns.append(Column("mark", texts["column_mark"].format(reference=scene.reference_name)))
    columns.append(Column("n", texts["column_n"], *_sorting(scene, "n")))
    # The rate is that of the unit; beside single items it would read as theirs.
    if choice.by != "item" and any(line.values["response_rate"] is not None for line in lines):
        columns.append(Column("rate", texts["column_rate"], *_sorting(scene, "rate")))
    return tuple(columns)


def _sorting(scene: Scene, key: str) -> tuple[str, str]:
    choice = scene.choice
    if choice.by == "item" and key == "name":  # back to the order of the form
        return (choice.address(sort="", page=1) if choice.sort else ""), "none"
    down, up = f"-{key}", "" if key == "name" else key
    if choice.sort not in (down, up):
        wanted = down if key in FIRST_DOWN else up
        return choice.address(sort=wanted, page=1), "none"
    wanted = up if choice.sort == down else down
    return choice.address(sort=wanted, page=1), "descending" if choice.is_descending else "ascending"


def _pages(scene: Scene, page: int, pages: int) -> tuple[Link, ...]:
    if pages == 1:
        return ()
    texts, choice = scene.texts, scene.choice
    links = [
        Link(texts["page_number"].format(number=number), choice.address(page=number), number == page)
        for number in range(1, pages + 1)
    ]
    if page > 1:
        links.insert(0, Link(texts["previous"], choice.address(page=page - 1)))
    if page < pages:
        links.append(Link(texts["next"], choice.address(page=page + 1)))
    return tuple(links)
