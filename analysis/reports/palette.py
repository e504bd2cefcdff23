"""Colours that people who see no red or no green tell apart; shape and place tell too. METHODS 21.2."""

# After Okabe and Ito (2008), darker or lighter until eyes without red or green keep them apart (21.2).
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0063a6", "#c84b00", "#0a5a45", "#ca73aa", "#d99a00"
INK, QUIET, GRID, SHADE = "#1f2430", "#666d78", "#dfe2e7", "#f2f4f7"

SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, INK)
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
HIGHER, LOWER, ALIKE = BLUE, VERMILION, QUIET

_BAD, _MIDDLE, _GOOD = ("#a83f00", "#ec9a5c"), "#d9dce1", ("#7db8e0", "#0b5590")
_LEVELS = {
    2: (_BAD[0], _GOOD[1]),
    3: (_BAD[0], _MIDDLE, _GOOD[1]),
    4: (*_BAD, *_GOOD),
    5: (*_BAD, _MIDDLE, *_GOOD),
    6: (_BAD[0], "#da7a35", "#f3b98b", "#a9d0ec", "#4a94cb", _GOOD[1]),
    7: (_BAD[0], "#da7a35", "#f3b98b", _MIDDLE, "#a9d0ec", "#4a94cb", _GOOD[1]),
}
MOST_LEVELS = max(_LEVELS)


def colour_levels(count: int) -> tuple[str, ...]:
    """Colours of an ordered scale from worst to best, 2 to 7 levels, the middle grey. METHODS 21.2."""
    return _LEVELS[count]


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour``. METHODS 21.2."""
    return "#ffffff" if luminance(colour) < 0.18 else INK


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 (black) to 1 (white), as WCAG 2 defines it. METHODS 21.2."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
