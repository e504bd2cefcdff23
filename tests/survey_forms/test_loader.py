"""A questionnaire file is either a Form or a list of everything that is wrong with it."""

from datetime import date
from pathlib import Path

import pytest

from survey_forms.errors import FormError, FormErrors
from survey_forms.form import Aggregation, Condition, Measure, Missing, OnIdle, QuestionType
from survey_forms.loader import load_form, load_scales
from tests.survey_forms.making import HEAD, RATING, SCALES, form_yaml, load_text, make_form


def problems_of(text: str, *, scales: str = SCALES) -> dict[str, FormError]:
    with pytest.raises(FormErrors) as caught:
        load_text(text, scales=scales)
    return {problem.key: problem for problem in caught.value.problems}


def test_every_part_of_a_question_is_read():
    form = make_form("""
        - {id: happy, type: rating, text: {vi: Hài lòng, en: Happy}, scale: three, required: true,
           missing: [dont_know], help: {vi: Gợi ý, en: Hint}}
        - id: why
          type: multiple
          text: {vi: Vì sao, en: Why}
          asked_if: [{question: happy, at_most: 2}, {question: happy, in: [1, dont_know]}]
          choose: {at_least: 1, at_most: 2}
          max_letters: 50
          options:
            - {id: slow, text: {vi: Chậm, en: Slow}}
            - {id: other, text: {vi: Khác, en: Other}, with_text: true}
    """)
    happy, why = form.questions
    assert (happy.type, happy.required, happy.missing) == (QuestionType.RATING, True, (Missing.DONT_KNOW,))
    assert happy.scale is not None
    assert (happy.scale.levels, happy.scale.style) == (3, "faces")
    assert why.asked_if == (Condition("happy", at_most=2), Condition("happy", values=(1, "dont_know")))
    assert (why.choose_exactly, why.choose_at_least, why.choose_at_most, why.max_letters) == (None, 1, 2, 50)
    assert [(option.id, option.with_text) for option in why.options] == [("slow", False), ("other", True)]


def test_legal_basis_and_head_are_read():
    form = load_text(
        form_yaml(head=HEAD.replace("valid_from: 2026-01-01", "issued_on: 2025-12-11, valid_from: 2026-01-01"))
    )
    assert (form.id, form.version, form.audience, form.is_representative) == ("tiny", "1", "citizen", True)
    assert (form.legal_basis.issued_on, form.legal_basis.valid_to) == (date(2025, 12, 11), None)
    assert form.recipe is None


def test_a_form_says_what_becomes_of_answers_somebody_walked_away_from():
    said = HEAD.replace("audience:", "on_idle: discard\naudience:")
    assert load_text(form_yaml(head=said)).on_idle is OnIdle.DISCARD
    assert load_text(form_yaml()).on_idle is OnIdle.PARTIAL
    assert set(problems_of(form_yaml(head=said.replace("discard", "forget")))) == {"on_idle"}


def test_a_tree_of_contents_groups_and_items_is_read():
    form = make_form(
        """
        - {id: q1, type: rating, text: {vi: Một, en: One}, scale: five}
        - {id: m, type: matrix, text: {vi: Bảng, en: Table}, scale: five,
           rows: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}]}
        - {id: all_in_all, type: rating, text: {vi: Chung, en: All}, scale: five}
        """,
        index="""
        measure: satisfied_share
        satisfied_from: 4
        asked_overall: all_in_all
        tree:
          id: index
          title: {vi: Chỉ số, en: Index}
          aggregation: fixed_weights
          children:
            - {id: first, title: {vi: I, en: I}, weight: 1, items: [q1]}
            - {id: second, title: {vi: II, en: II}, weight: 3, aggregation: equal_items,
               children: [{id: g, title: {vi: G, en: G}, items: [m.a, m.b]}]}
        """,
    )
    assert form.recipe is not None
    root = form.recipe.root
    assert (form.recipe.measure, form.recipe.satisfied_from) == (Measure.SATISFIED_SHARE, 4)
    assert form.recipe.asked_overall == "all_in_all"
    assert [(node.id, node.level, node.item, node.weight) for node in root.walk()] == [
        ("index", "overall", None, 1.0),
        ("first", "content", None, 1.0),
        ("q1", "item", "q1", 1.0),
        ("second", "content", None, 3.0),
        ("g", "group", None, 1.0),
        ("m.a", "item", "m.a", 1.0),
        ("m.b", "item", "m.b", 1.0),
    ]
    assert root.children[1].aggregation is Aggregation.EQUAL_ITEMS
    assert root.children[0].children[0].title == {"vi": "Một", "en": "One"}


def test_all_problems_of_a_file_come_together_in_its_order():
    text = form_yaml("""
        - {id: Q 1, type: rating, text: {vi: Một}, scale: nine}
        - {id: q2, type: sliderr, text: {vi: Hai, en: ""}}
    """).replace("audience: citizen", "audience: cat")
    found = problems_of(text)
    assert set(found) == {
        "audience",
        "sections[0].questions[0].id",
        "sections[0].questions[0].text.en",
        "sections[0].questions[0].scale",
        "sections[0].questions[1].type",
        "sections[0].questions[1].text.en",
    }
    assert [problem.line for problem in found.values()] == sorted(problem.line for problem in found.values())


def test_a_problem_names_file_line_key_expected_and_got(tmp_path: Path):
    path = tmp_path / "form.yaml"
    path.write_text(form_yaml(head=HEAD.replace('version: "1"', "version: 1.0")), "utf-8")
    with pytest.raises(FormErrors) as caught:
        load_form(path)
    problem = next(found for found in caught.value.problems if found.key == "version")
    assert (problem.file, problem.line, problem.got) == (str(path), 2, "1.0 (float)")
    assert "an id like" in problem.expected
    assert str(problem).startswith(f"{path}:2: version: ")


QUESTION = "sections[0].questions[0]"
SECOND = "sections[0].questions[1]"
OPTIONS = "options: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}]"


@pytest.mark.parametrize(
    ("questions", "key"),
    [
        pytest.param(
            "- {id: q, type: yes_no, text: {vi: A, en: B}, scale: five}", "scale", id="key of another type"
        ),
        pytest.param("- {id: q, type: yes_no, text: {vi: A, en: B}, colour: red}", "colour", id="unknown key"),
        pytest.param("- {id: q, type: rating, text: {vi: A, en: B}}", "scale", id="rating without scale"),
        pytest.param("- {id: q, type: rating, text: {vi: A, en: B}, scale: nine}", "scale", id="unknown scale"),
        pytest.param("- {id: q, type: yes_no, text: {vi: A}}", "text.en", id="no English"),
        pytest.param("- {id: q, type: yes_no, text: {vi: A, en: '  '}}", "text.en", id="blank English"),
        pytest.param("- {id: q, type: yes_no, text: {vi: A, en: B, fr: C}}", "text.fr", id="a third language"),
        pytest.param("- {id: q, type: yes_no, text: một câu}", "text", id="text without languages"),
        pytest.param("- {id: Q, type: yes_no, text: {vi: A, en: B}}", "id", id="capital in an id"),
        pytest.param("- {id: no, type: yes_no, text: {vi: A, en: B}}", "id", id="no is false in YAML"),
        pytest.param("- {id: a.b, type: yes_no, text: {vi: A, en: B}}", "id", id="point in an id"),
        pytest.param("- {id: month, type: yes_no, text: {vi: A, en: B}}", "id", id="id of a snapshot column"),
        pytest.param(
            "- {id: q, type: yes_no, text: {vi: A, en: B}, required: 'yes'}", "required", id="yes as text"
        ),
        pytest.param("- {id: q, type: yes_no, text: {vi: A, en: B}, missing: [never]}", "missing[0]", id="reason"),
        pytest.param(
            "- {id: q, type: single, text: {vi: A, en: B}, options: [{id: a, text: {vi: A, en: A}}]}",
            "options",
            id="one option only",
        ),
        pytest.param(
            "- {id: q, type: single, text: {vi: A, en: B}, options: [{id: a, text: {vi: A, en: A}}, "
            "{id: a, text: {vi: B, en: B}}]}",
            "options[1].id",
            id="option twice",
        ),
        pytest.param(
            "- {id: q, type: single, text: {vi: A, en: B}, options: [{id: a, text: {vi: A, en: A}}, "
            "{id: dont_know, text: {vi: B, en: B}}]}",
            "options[1].id",
            id="reserved option",
        ),
        pytest.param(
            f"- {{id: q, type: single, text: {{vi: A, en: B}}, {OPTIONS}, choose: {{exactly: 1}}}}",
            "choose",
            id="choose in a single",
        ),
        pytest.param(
            f"- {{id: q, type: multiple, text: {{vi: A, en: B}}, {OPTIONS}, choose: {{exactly: 3}}}}",
            "choose.exactly",
            id="more than there are",
        ),
        pytest.param(
            f"- {{id: q, type: multiple, text: {{vi: A, en: B}}, {OPTIONS}, choose: {{at_least: 2, at_most: 1}}}}",
            "choose",
            id="least above most",
        ),
        pytest.param(
            f"- {{id: q, type: multiple, text: {{vi: A, en: B}}, {OPTIONS}, choose: {{exactly: 1, at_most: 2}}}}",
            "choose",
            id="exactly and at most",
        ),
        pytest.param(
            "- {id: q, type: number, text: {vi: A, en: B}, minimum: 3, maximum: 2}", "maximum", id="empty range"
        ),
        pytest.param("- {id: q, type: number, text: {vi: A, en: B}, maximum: .nan}", "maximum", id="NaN"),
        pytest.param(
            "- {id: q, type: long_text, text: {vi: A, en: B}, max_letters: 0}", "max_letters", id="no letters"
        ),
    ],
)
def test_a_question_its_type_does_not_allow_is_refused(questions: str, key: str):
    assert f"{QUESTION}.{key}" in problems_of(form_yaml(questions))


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        pytest.param("{question: q3, in: [1]}", "asked_if[0].question", id="later question"),
        pytest.param("{question: q2, in: [true]}", "asked_if[0].question", id="itself"),
        pytest.param("{question: q1, in: [6]}", "asked_if[0].in", id="level beyond the scale"),
        pytest.param("{question: q1, in: [true]}", "asked_if[0].in", id="true is not level 1"),
        pytest.param("{question: q1, in: [dont_know]}", "asked_if[0].in", id="reason that is not offered"),
        pytest.param("{question: q1, at_most: 6}", "asked_if[0]", id="bound beyond the scale"),
        pytest.param("{question: q1}", "asked_if[0]", id="no condition"),
        pytest.param("{question: q1, values: [1]}", "asked_if[0].values", id="unknown key"),
    ],
)
def test_a_condition_that_cannot_be_decided_is_refused(condition: str, key: str):
    text = form_yaml(f"""
        {RATING}
        - {{id: q2, type: yes_no, text: {{vi: Hai, en: Two}}, asked_if: [{condition}]}}
        - {{id: q3, type: rating, text: {{vi: Ba, en: Three}}, scale: five}}
    """)
    assert f"{SECOND}.{key}" in problems_of(text)


TREE = "tree: {id: index, title: {vi: C, en: I}, items: [q1]}"


@pytest.mark.parametrize(
    ("index", "key"),
    [
        pytest.param(f"measure: median\n{TREE}", "index.measure", id="unknown measure"),
        pytest.param(f"measure: satisfied_share\n{TREE}", "index.satisfied_from", id="share of which levels"),
        pytest.param(
            f"measure: satisfied_share\nsatisfied_from: 6\n{TREE}", "index.satisfied_from", id="beyond the scale"
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, items: [q2]}",
            "index.tree.items[0]",
            id="item that is no rating",
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, items: [q1, q1]}",
            "index.tree",
            id="twice",
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, items: [m]}",
            "index.tree.items[0]",
            id="a matrix without its row",
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}}", "index.tree", id="nothing below"
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, items: [q1], "
            "aggregation: fixed_weights}",
            "index.tree.items",
            id="weights without weights",
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, aggregation: fixed_weights, "
            "children: [{item: q1, weight: 0}]}",
            "index.tree.children[0].weight",
            id="weight of nothing",
        ),
        pytest.param(
            "measure: rescaled_mean\ntree: {id: i, title: {vi: C, en: I}, children: [{item: q1, weight: 2}]}",
            "index.tree.children[0].weight",
            id="a weight that would not count",
        ),
        pytest.param(
            f"measure: rescaled_mean\nasked_overall: q1\n{TREE}", "index.asked_overall", id="also an item"
        ),
        pytest.param(f"measure: rescaled_mean\nasked_overall: q9\n{TREE}", "index.asked_overall", id="not asked"),
    ],
)
def test_a_recipe_that_cannot_be_computed_is_refused(index: str, key: str):
    questions = f"""
        {RATING}
        - {{id: q2, type: yes_no, text: {{vi: Hai, en: Two}}}}
        - {{id: m, type: matrix, text: {{vi: B, en: T}}, scale: five, rows: [{{id: a, text: {{vi: A, en: A}}}}]}}
    """
    assert key in problems_of(form_yaml(questions, index=index))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        pytest.param("audience: citizen", "audience: citizen\naudience: citizen", "audience", id="key twice"),
        pytest.param("form: tiny", "form: Tiny Form", "form", id="form id"),
        pytest.param('version: "1"', "version: ../1", "version", id="version that is a path"),
        pytest.param("valid_from: 2026-01-01", "valid_from: 2026-13-01", "legal_basis.valid_from", id="month 13"),
        pytest.param("valid_from: 2026-01-01", "valid_from: null", "legal_basis.valid_from", id="no first day"),
        pytest.param(
            "valid_from: 2026-01-01",
            "valid_from: 2026-01-01, valid_to: 2025-01-01",
            "legal_basis.valid_to",
            id="ends before it begins",
        ),
        pytest.param("thanks: {vi: Cảm ơn, en: Thank you}\n", "", "thanks", id="no thanks"),
        pytest.param("audience: citizen", "audience: citizen\nyes: 1", "yes", id="a key that is true"),
        pytest.param(
            "{vi: Xin chào, en: Hello}", "&x {vi: Xin chào, en: Hello}\nthanks: *x", "thanks", id="an alias"
        ),
        pytest.param("Hello", "!!python/name:os.system x", "intro.en", id="a Python tag"),
    ],
)
def test_a_head_that_is_wrong_is_refused(old: str, new: str, key: str):
    assert old in HEAD
    text = HEAD.replace("thanks: {vi: Cảm ơn, en: Thank you}\n", "") if "*x" in new else HEAD
    assert key in problems_of(form_yaml(head=text.replace(old, new)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"# only a comment\n", id="a comment"),
        pytest.param(b"form: [1, 2", id="not closed"),
        pytest.param("form: tiếng".encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"just words", id="words"),
        pytest.param(b"form: \x00", id="NUL"),
    ],
)
def test_a_file_that_is_no_questionnaire_is_refused_in_words(tmp_path: Path, content: bytes):
    path = tmp_path / "form.yaml"
    path.write_bytes(content)
    with pytest.raises(FormErrors):
        load_form(path)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path):
    with pytest.raises(FormErrors, match="a readable file"):
        load_form(tmp_path / "nothing.yaml")


def test_wordings_are_nfc_whatever_the_editor_wrote():
    form = load_text(form_yaml(head=HEAD.replace("Phiếu nhỏ", "Phie\u0302\u0301u")))
    assert form.title["vi"] == "Phi\u1ebfu"


def test_a_scale_needs_levels_labels_and_a_known_style(tmp_path: Path):
    path = tmp_path / "scales.yaml"
    path.write_text("one: {style: sliders, labels: [{vi: A, en: A}]}\nTwo: {style: faces}\n", "utf-8")
    with pytest.raises(FormErrors) as caught:
        load_scales(path)
    assert {problem.key for problem in caught.value.problems} == {"one.style", "one.labels", "Two", "Two.labels"}


def test_a_question_is_found_by_its_id():
    assert make_form().question("q1").text["vi"] == "Một"
    with pytest.raises(KeyError):
        make_form().question("q9")
