"""Part by part, what the official indices are asked for is there by one import, and gives the printed figure."""

import importlib
import inspect
import pkgutil

import polars as pl
import pytest

from analysis.indices import official

# Not for callers: pieces that the functions of the face are made of.
INNER = {"check_nodes", "freeze_methods", "parameter_of", "read_method", "settle"}


def test_every_function_of_the_official_indices_is_on_the_face():
    found = {
        name
        for module in pkgutil.iter_modules(official.__path__, "analysis.indices.official.")
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        if function.__module__ == module.name and not name.startswith("_")
    }
    assert found - INNER == set(official.__all__) - {"Indicator", "load_method"}, "load_method is cached"


def test_sipas_of_every_framework():
    for version, values, overall in (
        ("2022", {"policy": "79.72", "service": "80.43"}, "80.08"),
        ("2023", {"policy": "83.84", "service": "84.09"}, "83.94"),
    ):
        scored = official.score_framework(official.load_framework(version), values)
        assert scored.filter(pl.col("node") == "overall")["estimate_rounded"].item() == overall
    assert [official.load_framework(version).root.criteria for version in ("2017", "2021")] == [22, None]
    assert str(official.sipas_points("91.17", 2021)) == "9.12"


def test_papi_from_indicators_to_the_interval():
    known = pl.DataFrame({"policies_known": [0.745272], "leaders_known": [0.581964]})
    low, high = official.score_range(4)
    parts = official.list_indicators("civic_knowledge", 2023)
    scored = official.score_indicators(known, parts, low=low, high=high)
    assert scored["score"].item() == pytest.approx(1.323925, abs=1e-6)
    hanoi = pl.DataFrame({"estimate": [43.960304], "standard_error": [0.157685]})
    found = official.add_intervals(hanoi).row(0, named=True)
    assert found["high_published"] - found["low_published"] < found["high"] - found["low"]


def test_the_sheet_at_its_edge_and_silence_by_its_name():
    assert official.band_of(15) == "excellent"
    counts = {"received": [0], "on_time": [0], "answered": [0], "answered_not_satisfied": [0]}
    dossiers = {"settled": [100], "settled_not_satisfied": [1]}
    rated = official.rate_decision_766(pl.DataFrame({"unit": ["A"], **counts, **dossiers}))
    assert rated["label_en"].to_list()[1:] == ["silence counts as satisfaction"] * 2
