"""The files of the kiosk page are one version, listed whole, in both languages."""

import json
import re
import shutil

import pytest

from survey_forms.pages.kiosk.assets import FOLDER, read_assets


def test_the_version_changes_with_any_file(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "kiosk")
    before = read_assets(tmp_path / "kiosk").version
    file = tmp_path / "kiosk" / "words" / "en.json"
    file.write_text(file.read_text("utf-8").replace("Start", "Begin"), "utf-8")
    after = read_assets(tmp_path / "kiosk").version
    assert read_assets().version == before != after
    assert re.fullmatch(r"[0-9a-f]{12}", after)


def test_the_worker_lists_every_file_but_itself_and_the_manifest():
    assets = read_assets()
    listed = set(json.loads(re.search(r"const FILES = (\[.*\]);", assets.files["sw.js"])[1]))
    assert listed == {f"/kiosk/app/{assets.version}/{path}" for path in assets.files} - {
        f"/kiosk/app/{assets.version}/sw.js",
        f"/kiosk/app/{assets.version}/manifest.json",
    }
    assert f'const VERSION = "{assets.version}"' in assets.files["sw.js"]


def test_no_mark_is_left_unwritten_and_nothing_comes_from_elsewhere():
    for path, text in read_assets().files.items():
        assert "{{" not in text, path
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\"' ]+", text) == [], path
        assert "innerHTML" not in text, path


def test_every_module_imports_only_files_that_are_there():
    files = read_assets().files
    for path in files:
        if not path.startswith("app/"):
            continue
        folder = path.rsplit("/", 1)[0]
        for named in re.findall(r'from "(\.[^"]+)"', files[path]):
            parts = folder.split("/")
            for step in named.split("/"):
                parts = parts[:-1] if step == ".." else parts if step == "." else [*parts, step]
            assert "/".join(parts) in files, f"{path} imports {named}"


def test_both_languages_say_the_same_things():
    words = {name: json.loads(read_assets().files[f"words/{name}.json"]) for name in ("vi", "en")}
    assert words["vi"].keys() == words["en"].keys()
    marks = {
        name: {key: set(re.findall(r"{\w+}", text)) for key, text in found.items()}
        for name, found in words.items()
    }
    assert marks["vi"] == marks["en"]


@pytest.mark.parametrize(
    "newer",
    [r"\.at\(-", r"\.replaceAll\(", r"structuredClone", r"randomUUID\(", r"\?\?=", r"\|\|=", r"replaceChildren"],
)
def test_nothing_is_used_that_a_tablet_of_2020_does_not_know(newer):
    assert [
        path for path, text in read_assets().files.items() if path.endswith(".js") and re.search(newer, text)
    ] == []
