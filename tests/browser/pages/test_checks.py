"""The checks of every page find what they are there for."""

import pytest

from tests.browser.pages.checks import find_faults_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHOLE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Thử</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>
<body><main><h1>Thử</h1>{body}</main></body></html>"""


@pytest.mark.parametrize(
    ("style", "body", "told"),
    [
        pytest.param("", "<p>Được</p>", None, id="nothing"),
        pytest.param("", "<p>Xem <a href='#x'>ở đây</a> nhé</p>", None, id="a link in a sentence"),
        pytest.param("", "<p><a href='#x'>Một mình</a></p>", "small", id="a link alone"),
        pytest.param("", "<button>Gửi</button>", "small", id="a small button"),
        pytest.param("", "<div style='width: 400px'>Rộng</div>", "px too wide", id="too wide"),
        pytest.param("", "<input style='width: 99px; height: 50px'>", "label", id="a field without a name"),
        pytest.param("p { color: #999 }", "<p>Nhạt</p>", "%: color-contrast", id="pale"),
        pytest.param(
            "@media (prefers-contrast: more) { p { color: #999 } }",
            "<p>Nhạt</p>",
            "more contrast: color",
            id="pale where more contrast is asked for",
        ),
        pytest.param(
            "@media (forced-colors: active) { p { forced-color-adjust: none; color: #999; background: #fff } }",
            "<p>Nhạt</p>",
            "own colours: color",
            id="pale where colours are forced",
        ),
    ],
)
def test_a_fault_is_found(chromium, tmp_path, style, body, told):
    file = tmp_path / "page.html"
    file.write_text(WHOLE.format(style=style, body=body), encoding="utf-8")
    found = find_faults_everywhere(chromium.open_page(file.as_uri(), width=320))
    if told is None:
        assert found == []
    else:
        assert any(told in fault for fault in found), found
