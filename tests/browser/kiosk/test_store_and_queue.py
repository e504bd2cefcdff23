"""The tablet's own database: numbers without gaps, nothing dropped, nothing deleted without its receipt."""

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ITEM = (
    "{ id: crypto.randomUUID(), form: 'counter', version: '2026.1', answers: { overall: 5 }, submitted_at: 'now' }"
)
OPEN = """
const version = document.documentElement.dataset.version;
const at = (file) => import(`/kiosk/app/${version}/app/${file}`);
const [store, queue, facts, drafts] = await Promise.all(['store.js', 'queue.js', 'facts.js', 'drafts.js'].map(at));
const opened = await store.openStore(NAME);
"""


@pytest.fixture
def run(bare_page, request):
    """Run statements with the modules at hand, in a database of the test's own; the value they return."""
    name = json.dumps(request.node.name)

    def evaluate(statements: str):
        return bare_page.evaluate(f"(async () => {{ {OPEN.replace('NAME', name)} {statements} }})()")

    return evaluate


def test_numbers_begin_at_one_and_are_given_out_once_though_many_write_at_the_same_moment(run):
    numbers = run(f"return Promise.all(Array.from({{length: 40}}, () => queue.keepResponse(opened, {ITEM})));")
    assert sorted(numbers) == list(range(1, 41))


def test_a_number_is_not_used_again_when_its_response_has_gone(run):
    numbers = run(f"""
        const item = {ITEM};
        const first = await queue.keepResponse(opened, item);
        await queue.settle(opened, [{{ id: item.id, status: 'stored', receipt: {{ id: item.id }} }}]);
        return [first, await queue.keepResponse(opened, {ITEM})];
    """)
    assert numbers == [1, 2]


def test_the_same_response_written_twice_is_one(run):
    assert run(f"""
        const item = {ITEM};
        return [await queue.keepResponse(opened, item), await queue.keepResponse(opened, item),
                (await queue.listItems(opened)).length];
    """) == [1, 1, 1]


@pytest.mark.parametrize(
    ("result", "left", "held"),
    [
        pytest.param("{status: 'stored', receipt: {id: item.id}}", 0, 0, id="receipt"),
        pytest.param("{status: 'refused', receipt: {id: item.id}}", 0, 0, id="quarantined with receipt"),
        pytest.param("{status: 'stored'}", 1, 0, id="no receipt"),
        pytest.param("{status: 'stored', receipt: {id: 'another'}}", 1, 0, id="receipt of another"),
        pytest.param("{status: 'refused', problem: {code: 'x'}}", 1, 1, id="refused and not kept there"),
        pytest.param("{status: 'conflict', problem: {code: 'x'}}", 1, 1, id="conflict"),
    ],
)
def test_a_response_is_deleted_only_with_its_own_receipt(run, result, left, held):
    found = run(f"""
        const item = {ITEM};
        await queue.keepResponse(opened, item);
        await queue.settle(opened, [{{ id: item.id, ...{result} }}]);
        const {{ length, held }} = await queue.describeQueue(opened);
        return [length, held];
    """)
    assert found == [left, held]


def test_a_response_may_be_amended_until_it_is_taken_to_be_sent(run):
    assert run(f"""
        const item = {ITEM};
        const take = (now) => queue.takeBatch(opened, {{ most: 10, bytes: 1e6, now }});
        await queue.keepResponse(opened, item, {{ amendableMs: 15000, now: 1000 }});
        const early = (await take(2000)).length;
        const amended = await queue.amendResponse(opened, {{ ...item, answers: {{ overall: 1 }} }});
        const taken = (await take(3000))[0].item;
        return [early, amended, taken.answers.overall, taken.sequence, await queue.amendResponse(opened, item)];
    """) == [0, True, 1, 1, False]


def test_a_clock_set_back_does_not_hold_a_response_for_a_year(run):
    assert (
        run(f"""
        const year = 365 * 86400e3;
        await queue.keepResponse(opened, {ITEM}, {{ amendableMs: 15000, now: year }});
        return (await queue.takeBatch(opened, {{ most: 10, bytes: 1e6, now: 0 }})).length;
    """)
        == 1
    )


def test_a_batch_keeps_the_order_and_ends_at_its_size_but_is_never_empty(run):
    assert run(f"""
        for (let turn = 0; turn < 5; turn += 1) {{
          await queue.keepResponse(opened, {{ ...{ITEM}, answers: {{ comment: 'á'.repeat(1000) }} }});
        }}
        const numbers = async (bytes, most) =>
          (await queue.takeBatch(opened, {{ most, bytes, now: 0 }})).map((one) => one.sequence);
        return [await numbers(1, 10), await numbers(5000, 10), await numbers(1e6, 3)];
    """) == [[1], [1, 2], [1, 2, 3]]


def test_a_newer_schema_adds_and_drops_nothing(run, request):
    assert run(f"""
        await queue.keepResponse(opened, {ITEM});
        await facts.writeFact(opened, 'device', {{ key: 'k' }});
        const second = (database) => database.createObjectStore('assignments');
        const upgraded = await store.openStore({json.dumps(request.node.name)}, [...opened.steps, second]);
        const found = [(await queue.listItems(upgraded)).length, (await facts.readFact(upgraded, 'device')).key];
        return [...found, [...upgraded.database.objectStoreNames]];
    """) == [1, "k", ["assignments", "facts", "queue"]]


def test_a_draft_is_an_orphan_only_when_nobody_holds_it(run):
    assert run("""
        await drafts.saveDraft(opened, { id: 'held' });
        await drafts.saveDraft(opened, { id: 'left' });
        const release = drafts.holdDraft('held');
        await new Promise((resolve) => setTimeout(resolve, 50));
        const before = (await drafts.listOrphans(opened)).map((one) => one.id);
        release();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return [before, (await drafts.listOrphans(opened)).map((one) => one.id)];
    """) == [["left"], ["held", "left"]]


def test_a_failed_change_changes_nothing_and_says_why(run):
    assert run(f"""
        await queue.keepResponse(opened, {ITEM});
        let told = '';
        await store.change(opened, ['queue', 'facts'], async (of) => {{
          of('queue').clear();
          throw new TypeError('no');
        }}).catch((error) => (told = error.message));
        return [told, (await queue.listItems(opened)).length];
    """) == ["no", 1]
