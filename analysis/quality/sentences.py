"""What is said of a contradiction, Vietnamese and English, with the numbers. METHODS 18.10."""

from collections.abc import Mapping, Sequence

from analysis.quality.printed import Printed, Span, show

CHECK = {"vi": " Cần xem lại số liệu gốc.", "en": " Check the source."}
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "sum": {
        "vi": "{figure} in là {value}, nhưng tổng các phần ({parts}) là {allowed}.",
        "en": "{figure} is printed as {value}, but its parts ({parts}) sum to {allowed}.",
    },
    "difference": {
        "vi": "{figure} in là {value}, nhưng hiệu của các số ({parts}) là {allowed}.",
        "en": "{figure} is printed as {value}, but the difference of the figures ({parts}) is {allowed}.",
    },
    "mean": {
        "vi": "{figure} in là {value}, nhưng trung bình các phần ({parts}) phải là {allowed}.",
        "en": "{figure} is printed as {value}, but the mean of its parts ({parts}) must be {allowed}.",
    },
    "weighted_mean": {
        "vi": "{figure} in là {value}, nhưng trung bình có trọng số của các phần ({parts}) là {allowed}.",
        "en": "{figure} is printed as {value}, but the weighted mean of its parts ({parts}) is {allowed}.",
    },
    "between": {
        "vi": "{figure} in là {value}, ngoài khoảng các phần ({parts}): {allowed}; không trọng số nào cho nó.",
        "en": "{figure} is printed as {value}, outside its parts ({parts}): {allowed}; no weights can give it.",
    },
    "smallest": {
        "vi": "Giá trị thấp nhất {figure} in là {value}, nhưng theo các phần ({parts}) phải là {allowed}.",
        "en": "The smallest value {figure} is printed as {value}, but its parts ({parts}) make it {allowed}.",
    },
    "largest": {
        "vi": "Giá trị cao nhất {figure} in là {value}, nhưng theo các phần ({parts}) phải là {allowed}.",
        "en": "The largest value {figure} is printed as {value}, but its parts ({parts}) make it {allowed}.",
    },
    "same": {
        "vi": "Cùng một số mà in khác nhau: {figure} là {value}, nơi khác là {parts}.",
        "en": "One figure, printed differently: {figure} is {value}, elsewhere {parts}.",
    },
    "shares_below_100": {
        "vi": "Các tỷ lệ của {figure} ({parts}) cộng lại {allowed}, thiếu so với 100 quá mức làm tròn.",
        "en": "The shares of {figure} ({parts}) sum to {allowed}, short of 100 by more than rounding.",
    },
    "shares_above_100": {
        "vi": "Các tỷ lệ của {figure} ({parts}) cộng lại {allowed}, vượt 100 quá mức làm tròn.",
        "en": "The shares of {figure} ({parts}) sum to {allowed}, above 100 by more than rounding.",
    },
    "no_counts_fit": {
        "vi": "Không có số người nguyên nào cộng thành {n} mà cho các tỷ lệ của {figure} ({parts}).",
        "en": "No whole numbers of people that add up to {n} give the shares of {figure} ({parts}).",
    },
    "no_count_fits": {
        "vi": "{figure} in là {value}, nhưng với n = {n} chỉ có thể là {neighbours}.",
        "en": "{figure} is printed as {value}, but with n = {n} it can only be {neighbours}.",
    },
    "outside_bounds": {
        "vi": "{figure} in là {value}, nằm ngoài giới hạn {allowed}.",
        "en": "{figure} is printed as {value}, outside its bounds {allowed}.",
    },
    "rank_against_value": {
        "vi": "{figure} xếp hạng {rank} với {value}, nhưng đứng trên là {parts} có giá trị thấp hơn.",
        "en": "{figure} has rank {rank} with {value}, but above it stands {parts} with a smaller value.",
    },
    "rank_below_value": {
        "vi": "{figure} xếp hạng {rank} với {value}, nhưng đứng dưới là {parts} có giá trị cao hơn.",
        "en": "{figure} has rank {rank} with {value}, but below it stands {parts} with a greater value.",
    },
    "tied_but_different": {
        "vi": "{figure} cùng hạng {rank} với {parts}, nhưng giá trị {value} khác.",
        "en": "{figure} shares rank {rank} with {parts}, but its value {value} differs.",
    },
    "dropped": {
        "vi": " Có thể {figure} bị thiếu chữ số: {whole} thay vì {value}.",
        "en": " Perhaps {figure} lost a digit: {whole} in place of {value}.",
    },
}
SHOWN_PARTS = 8


def fill(sentence: str, row: Printed, allowed: Span, parts: Sequence[Printed], language: str) -> str:
    """The sentence with the figures of this finding, and what to do. METHODS 18.10."""
    either = {"vi": "hoặc", "en": "or"}[language]
    bounds = [None if bound is None else show(bound, language) for bound in (allowed.low, allowed.high)]
    filled = sentence.format(
        figure=row.figure,
        value=row.show(language),
        parts=_list(parts, language),
        allowed=_between(bounds, language),
        neighbours=f" {either} ".join(bound for bound in bounds if bound is not None),
        n=row.n,
        rank=row.rank,
    )
    return filled + CHECK[language]


def _between(bounds: Sequence[str | None], language: str) -> str:
    low, high = bounds
    words = {
        "vi": ("ít nhất {}", "nhiều nhất {}", "từ {} đến {}"),
        "en": ("at least {}", "at most {}", "{} to {}"),
    }
    at_least, at_most, between = words[language]
    if low is not None and high is not None:
        return low if low == high else between.format(low, high)
    return at_least.format(low) if low is not None else at_most.format(high) if high is not None else "?"


def _list(parts: Sequence[Printed], language: str) -> str:
    named = [_name(part, language) for part in parts[:SHOWN_PARTS]]
    more = len(parts) - len(named)
    return ", ".join(named) + (f", … (+{more})" if more > 0 else "")


def _name(part: Printed, language: str) -> str:
    times = f"{part.count} × " if part.count > 1 else ""
    if part.value is not None:
        return f"{times}{part.figure} {part.show(language)}"
    bounds = [None if bound is None else show(bound, language) for bound in (part.low, part.high)]
    return f"{times}{part.figure} {_between(bounds, language)}"
