"""Signals that are about what was answered: straight lines, runs, texts, duplicates; and about how many."""

import pytest

from analysis.frames import FrameError
from analysis.quality.signals.find import find_signals
from analysis.quality.signals.rules import SignalRules
from analysis.quality.signals.sentences import SENTENCES, tell_reason
from analysis.quality.signals.texts import plain_text
from tests.analysis.quality.signals.make_guarded import find, make_guarded

LINE, MIXED = [5] * 9, [4, 5, 4, 4, 3, 4, 5, 4, 4]


def mixed(i: int) -> list[int]:
    return [1 + (7 * i + item * item) % 5 for item in range(9)]


def test_a_counter_where_everybody_draws_a_line_stands_out():
    rows = [{"counter": f"Q{c}", "levels": LINE if i < 4 else MIXED} for c in range(2, 8) for i in range(40)]
    rows += [{"counter": "Q1", "levels": LINE} for _ in range(40)]
    (signal,) = find(rows, "straight_lines")
    assert (signal.counter, signal.figures["hits"], signal.figures["share"]) == ("Q1", 40, 100.0)
    assert signal.figures["share_elsewhere"] == pytest.approx(100 * 24.5 / 241)


def test_lines_are_no_sign_where_they_are_common():
    rows = [{"counter": f"Q{c}", "levels": LINE if i < 30 else MIXED} for c in range(8) for i in range(40)]
    assert find(rows, "straight_lines") == []


def test_four_rated_items_are_too_few_for_a_line():
    rows = [
        {"counter": f"Q{c}", "levels": [5] * 4 if c == 1 else [5, 4, 5, 4]} for c in range(8) for _ in range(40)
    ]
    assert find(rows, "straight_lines") == []


def test_forty_equal_responses_in_a_row_are_told():
    rows = [{"counter": f"Q{c}", "minute": 480 + i, "levels": mixed(i)} for c in (2, 3) for i in range(200)]
    rows += [{"counter": "Q1", "minute": 480 + i, "levels": mixed(i) if i % 80 < 40 else LINE} for i in range(160)]
    found = find(rows, "same_answers")
    assert [signal.figures["responses"] for signal in found] == [40, 40]
    assert {signal.counter for signal in found} == {"Q1"}
    assert len({signal.detail for signal in found}) == 2  # two runs of one day are two signals


def test_a_button_everybody_presses_makes_no_run():
    # Nine of ten press 5: among 400 a run of 40 is to be expected.
    levels = [[5] if i % 10 else [4] for i in range(400)]
    levels[100:140] = [[5]] * 40
    rows = [{"counter": "Q1", "minute": 480 + i, "levels": level, "items": 1} for i, level in enumerate(levels)]
    assert find(rows, "same_answers") == []


def test_runs_are_counted_tablet_by_tablet():
    # Together they alternate; each tablet alone gives one answer only, which nobody else gives.
    rows = [
        {"counter": "Q1", "device": f"k{i % 2}", "minute": 480 + i, "levels": [1 + i % 2] * 9} for i in range(80)
    ]
    rows += [{"counter": "Q2", "device": "k3", "minute": 480 + i, "levels": mixed(i)} for i in range(400)]
    assert [signal.figures["responses"] for signal in find(rows, "same_answers")] == [40, 40]


def test_a_comment_copied_at_one_counter_is_told_and_not_repeated():
    rows = [{"counter": f"Q{c}", "levels": mixed(i)} for c in range(4) for i in range(50)]
    texts = {f"r{i:05d}": f"Câu chuyện thứ {i} của tôi ở đây hôm nay" for i in range(50, 200)}
    texts |= {f"r{i:05d}": "Cán bộ rất nhiệt tình,  CHU ĐÁO với dân!" for i in range(12)}
    (signal,) = find(rows, "same_texts", texts=texts)
    assert signal.responses == tuple(f"r{i:05d}" for i in range(12))
    assert "nhiệt tình" not in tell_reason(signal, "vi")


def test_what_everybody_writes_is_no_copy():
    rows = [{"counter": f"Q{c}", "levels": mixed(i)} for c in range(8) for i in range(50)]
    texts = {f"r{i:05d}": "Không có ý kiến gì thêm ạ" for i in range(0, 400, 4)}
    assert find(rows, "same_texts", texts=texts) == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("  Rất HÀI lòng!! ", "rất hài lòng", id="case, marks, blanks"),
        pytest.param("Ra\u0302\u0301t hài lòng", "rất hài lòng", id="letters in pieces"),
        pytest.param("!?…", "", id="marks only"),
        pytest.param("👍👍", "", id="pictures only"),
    ],
)
def test_plain_text_is_the_words_alone(text: str, plain: str):
    assert plain_text(text) == plain


def test_the_same_content_twice_within_two_minutes_is_marked_the_second_time():
    rows = [{"minute": 480 + i, "answers": f"a{i}"} for i in range(400)]
    rows += [{"minute": minute, "answers": "same"} for minute in (700, 702, 705)]
    (signal,) = find(rows, "duplicates")
    assert signal.responses == ("r00401",)


def test_common_answers_twice_are_no_duplicate():
    rows = [{"minute": 480 + i} for i in range(200)]  # everybody gives the same
    assert find(rows, "duplicates") == []


def test_common_answers_with_the_same_text_are():
    rows = [{"minute": 480 + i} for i in range(200)]
    texts = dict.fromkeys(("r00010", "r00011"), "Tôi chờ từ sáng đến chiều mới xong")
    (signal,) = find(rows, "duplicates", texts=texts)
    assert signal.responses == ("r00011",)


def test_more_responses_than_cases_are_told_for_the_unit_or_else_for_the_procedure():
    rows = [{"unit": "A", "procedure": "p"} for _ in range(30)] + [
        {"unit": "B", "procedure": "p"} for _ in range(30)
    ]
    found = find(rows, "unserved", completed={("A", "p"): 20, ("B", "p"): 20, ("B", "q"): 50})
    assert [(signal.unit, signal.figures["procedure"]) for signal in found] == [("A", ""), ("B", "p")]
    assert [signal.figures["completed"] for signal in found] == [20, 20]


def test_nothing_can_be_said_without_transactions():
    assert find([{"unit": "A"} for _ in range(30)], "unserved") == []


def test_four_more_responses_than_cases_are_let_pass():
    assert find([{"procedure": "p"} for _ in range(24)], "unserved", completed={("A", "p"): 20}) == []


def test_a_counter_far_above_its_follow_up_is_told_with_the_difference_and_its_interval():
    rows = []
    for unit in "ABCDEFG":
        own = 100.0 if unit == "C" else 80.0
        rows += [{"unit": unit, "satisfied": own if i % 5 else own - 40} for i in range(50)]
        later = 50.0 if unit == "C" else 70.0
        rows += [
            {"unit": unit, "counter": None, "selection": "sample", "satisfied": later if i % 5 else later - 40}
            for i in range(50)
        ]
    (signal,) = find(rows, "follow_up")
    # 100·0,8 + 60·0,2 = 92 and 50·0,8 + 10·0,2 = 42; elsewhere 72 and 62.
    assert (signal.unit, signal.figures["difference"], signal.figures["usual"]) == ("C", pytest.approx(50), 10)
    assert signal.figures["low"] < 50 < signal.figures["high"]


def test_what_is_so_everywhere_is_no_sign():
    rows = [{"unit": unit, "satisfied": 90.0} for unit in "ABCDEFG" for _ in range(50)]
    rows += [{"unit": unit, "selection": "sample", "satisfied": 60.0} for unit in "ABCDEFG" for _ in range(50)]
    assert find(rows, "follow_up") == []


def test_a_hidden_field_that_was_filled_in_is_told():
    (signal,) = find([{"is_trapped": True}, {}], "trap")
    assert signal.responses == ("r00000",)


def test_a_frame_that_breaks_its_contract_is_refused():
    with pytest.raises(FrameError, match="minute"):
        find(make_guarded([{}]).drop("minute"))


def test_every_sentence_takes_the_figures_of_its_kind():
    rows = [{"is_trapped": True, "seconds": 1.0, "minute": 1200, "levels": LINE} for _ in range(60)]
    found = find(rows, awake=[("k7", "A", None, make_guarded([{}])["local_day"][0], 20.0)])
    assert {signal.kind for signal in found} >= {"trap", "too_fast", "closed_hours", "awake_closed"}
    for signal in found:
        assert "{" not in tell_reason(signal, "vi") + tell_reason(signal, "en")
    assert all(set(wordings) == {"vi", "en"} for wordings in SENTENCES.values())


def test_stricter_rules_find_less():
    rows = [{"is_trapped": False, "seconds": 5.0} for _ in range(4)]
    assert find(rows, "too_fast")
    assert not find(rows, "too_fast", rules=SignalRules(fast_responses=5))
    assert find_signals.__doc__
