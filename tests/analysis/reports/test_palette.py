"""Colours stay apart for people who see no red or no green, and words on them can be read."""

from itertools import combinations

import numpy as np
import pytest

from analysis.reports.palette import (
    ALIKE,
    BLUE,
    GREEN,
    HIGHER,
    INK,
    LOWER,
    MOST_LEVELS,
    ORANGE,
    QUIET,
    SERIES,
    VERMILION,
    colour_levels,
    ink_on,
    luminance,
)

# Severity 1,0 of Machado, Oliveira and Fernandes (2009), table 1: linear RGB as such eyes see it.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
# linear sRGB to CIE XYZ, white D65
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = TO_XYZ @ np.ones(3)
LEAST = 14.0


def see(colour: str, sight: str) -> np.ndarray:
    """``colour`` in CIELAB as it is seen."""
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ np.clip(SIGHTS[sight] @ linear, 0, 1) / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(
    "colours",
    [
        pytest.param(SERIES, id="series"),
        pytest.param((HIGHER, LOWER, ALIKE), id="verdicts"),
        pytest.param((BLUE, VERMILION, GREEN, ORANGE, QUIET), id="quadrants"),
        *(pytest.param(colour_levels(count), id=f"{count} levels") for count in range(2, MOST_LEVELS + 1)),
    ],
)
def test_any_two_colours_of_a_picture_are_told_apart(colours: tuple[str, ...], sight: str):
    near = {
        (one, two): round(float(np.linalg.norm(see(one, sight) - see(two, sight))), 1)
        for one, two in combinations(colours, 2)
    }
    assert {pair: distance for pair, distance in near.items() if distance < LEAST} == {}


def test_red_and_green_of_equal_lightness_would_fail():
    # the simulation must be able to say no
    assert np.linalg.norm(see("#a05a50", "deuteranopia") - see("#6f7a50", "deuteranopia")) < LEAST


@pytest.mark.parametrize(
    "colour", [colour for count in range(2, MOST_LEVELS + 1) for colour in colour_levels(count)]
)
def test_figures_on_a_level_have_contrast(colour: str):
    light, dark = sorted([luminance(colour), luminance(ink_on(colour))], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("colour", [INK, QUIET, BLUE, VERMILION, GREEN])
def test_marks_and_words_have_contrast_on_white(colour: str):
    assert 1.05 / (luminance(colour) + 0.05) >= (4.5 if colour in (INK, QUIET) else 3)
