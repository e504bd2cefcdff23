"""Pages of paper: printing, batches, keying a sheet, what two people keyed differently."""

from tests.browser.pages.parts import STAFF, Open, Scene, send, show

PAPER, OPEN, CHECKING = "/staff/paper", "/staff/paper/{entering}", "/staff/paper/{checking}"
SHEET, DIFFERING = OPEN + "/sheet?serial={serial}", CHECKING + "/differences/{differing}"


def paper(name: str, route: str, opened: Open, only: str | None = None) -> Scene:
    return Scene(name, route.replace(" ", " /staff/paper", 1), STAFF, opened, only)


SCENES = (
    paper("batches", "GET ", show(PAPER)),
    paper("printing refused", "POST /printings", send(PAPER, 'form[action$="/printings"]', sheets="0")),
    paper("printing", "GET /printings/{printing}", show(PAPER + "/printings/{printing}"), "vi"),
    paper("batch refused", "POST /batches", send(PAPER, 'form[action$="/batches"]', unit="nowhere")),
    paper("batch", "GET /{batch}", show(OPEN)),
    paper("batch with differences", "GET /{batch}", show(CHECKING)),
    paper("unfinished", "POST /{batch}/finish", send(OPEN, 'form[action$="/finish"]', reason="")),
    paper("not closed", "POST /{batch}/close", send(CHECKING, 'form[action$="/close"]', reason="")),
    paper("which sheet", "GET /{batch}/sheet", show(OPEN + "/sheet")),
    paper("sheet", "GET /{batch}/sheet", show(SHEET)),
    paper("sheet with mistakes", "POST /{batch}/sheet", send(SHEET, "#keying", **{"box.overall": "9"})),
    paper("differences", "GET /{batch}/differences/{number}", show(DIFFERING)),
    paper(
        "difference undecided", "POST /{batch}/differences/{number}",
        send(DIFFERING, 'form[action*="/differences/"]'),
    ),
    paper("errors", "GET /errors", show(PAPER + "/errors")),
)  # fmt: skip
