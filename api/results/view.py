"""Joins the parts of the results page; every word and number in it is ready to print."""

import polars as pl

from api.results.choice import VIEWS, Choice
from api.results.downloads import list_downloads
from api.results.figures import build_figures
from api.results.filters import build_filters
from api.results.lead import say_in_short
from api.results.legend import build_legend
from api.results.listing import build_table
from api.results.method import describe_method
from api.results.notes import gather_notes
from api.results.numbers import write_month
from api.results.page import Link, Page
from api.results.published import Published, Scene
from api.results.tables import Line, find_lines, select_items, select_lines, sort_lines


def build_page(published: Published, choice: Choice) -> Page:
    """The page ``choice`` asks for; UnknownDomain when its unit or procedure is not in the release."""
    scene = Scene(published, choice)
    texts, lang = scene.texts, scene.lang
    lines = sort_lines(find_lines(_lines(scene), choice.q), choice)
    month = write_month(published.month, lang)
    return Page(
        lang=lang,
        title=_title(scene, month),
        heading=scene.form_title,
        month=month[:1].upper() + month[1:],
        other_language=Link(texts["other_language"], choice.address(lang="en" if lang == "vi" else "vi")),
        releases=_releases(scene),
        forms=_forms(scene),
        banners=_banners(scene),
        facts=_facts(scene),
        back=_back(scene),
        figures=build_figures(scene),
        lead=say_in_short(scene),
        views=_views(scene),
        filters=build_filters(scene),
        table=build_table(scene, lines),
        legend=build_legend(scene, lines),
        method=describe_method(scene),
        notes=gather_notes(scene, lines),
        downloads=list_downloads(scene),
    )


def _title(scene: Scene, month: str) -> str:
    title = scene.texts["title"].format(form=scene.form_title, month=month)
    choice = scene.choice
    place = scene.title_domain("unit", choice.unit) if choice.unit else scene.provinces.get(choice.province, "")
    return f"{place} – {title}" if place else title


def _lines(scene: Scene) -> list[Line]:
    choice, published = scene.choice, scene.published
    if choice.by == "item":
        return select_items(scene.indices, choice, scene.nodes)
    rows = published.provinces if choice.by == "province" else scene.indices
    reference = None if scene.whole is None else scene.whole["estimate"]
    lines = select_lines(rows, choice, scene.node, reference, scene.channels)
    if not choice.province:
        return lines
    within = published.units.filter(pl.col("province") == choice.province)["unit"]
    return [line for line in lines if line.key in set(within)]


def _releases(scene: Scene) -> tuple[Link, ...]:
    choice, lang = scene.choice, scene.lang
    return tuple(
        Link(
            write_month(month, lang),
            choice.address(month=month, version="", sort="", q="", page=1),
            month == scene.published.month,
        )
        for month in scene.published.months
    )


def _forms(scene: Scene) -> tuple[Link, ...]:
    choice = scene.choice
    links = [
        Link(title[scene.lang], Choice(choice.month, form, lang=scene.lang).address(), form == choice.form)
        for form, title in scene.published.forms
    ]
    if len(scene.published.versions) > 1:
        links += [
            Link(
                f"{scene.form_title} {version}",
                Choice(choice.month, choice.form, version, lang=scene.lang).address(),
                version == scene.published.version,
            )
            for version in scene.published.versions
        ]
    return tuple(links)


def _banners(scene: Scene) -> tuple[str, ...]:
    banners = []
    if scene.published.is_demonstration:
        banners.append(scene.texts["demonstration"])
    if not scene.published.is_representative:
        banners.append(scene.texts["not_representative"])
    return tuple(banners)


def _facts(scene: Scene) -> tuple[str, ...]:
    published = scene.published
    facts = [scene.texts["revision"].format(revision=published.revision, version=published.version)]
    if published.form:
        basis = published.form.legal_basis
        note = f" ({basis.note[scene.lang]})" if basis.note else ""
        facts.append(scene.texts["legal_basis"].format(document=basis.document) + note)
    return tuple(facts)


def _back(scene: Scene) -> Link | None:
    choice = scene.choice
    if not (choice.unit or choice.procedure or choice.province):
        return None
    address = choice.address(by="unit", province="", unit="", procedure="", sort="", q="", page=1)
    return Link(scene.texts["back_to_units"], address)


def _views(scene: Scene) -> tuple[Link, ...]:
    choice = scene.choice
    fresh = {"province": "", "procedure": "", "sort": "", "q": "", "page": 1}
    return tuple(
        Link(scene.texts[f"by_{by}"], choice.address(by=by, **fresh), by == choice.by)
        for by in VIEWS
        if scene.has_view(by) and not (by == "unit" and choice.unit)
    )
