"""``hailong check-words`` names what a language lacks, and writes what a translator needs."""

import yaml
from typer.testing import CliRunner

from api.cli.main import app

runner = CliRunner()


def test_every_language_is_summed_up_and_only_whole_ones_are_offered():
    lines = runner.invoke(app, ["check-words"]).output.splitlines()
    assert [line.split()[0] for line in lines] == ["vi", "en", "tyz", "blt", "hmn", "km", "cjm"]
    assert [line.split()[0] for line in lines if line.endswith("offered")] == ["vi", "en"]


def test_a_draft_holds_every_word_with_the_vietnamese_above_it(tmp_path):
    file = tmp_path / "tyz.yaml"
    result = runner.invoke(app, ["check-words", "tyz", "--draft", str(file)])
    assert result.exit_code == 0
    assert "  send: Gửi ý kiến" in result.output
    text = file.read_text(encoding="utf-8")
    assert "# Gửi ý kiến\nsend: ''" in text
    assert set(yaml.safe_load(text).values()) == {""}
