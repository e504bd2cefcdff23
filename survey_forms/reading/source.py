"""A YAML file as plain data with the line of every key. Knows no questionnaires."""

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from survey_forms.errors import FormError, FormErrors

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_LEVELS = 50


@dataclass
class Source:
    """One file while it is read: its data, where each key stands, and the problems found so far."""

    file: str
    data: object = None
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[FormError] = field(default_factory=list)

    def report(self, key: str, expected: str, got: str) -> None:
        """Note a problem; a problem already noted at ``key`` is not followed by a second one."""
        shown = key or "(tệp / file)"
        if not any(problem.key == shown for problem in self.problems):
            self.problems.append(FormError(self.file, shown, expected, got, self._line_of(key)))

    def raise_problems(self) -> None:
        """FormErrors with all that was noted, if anything was."""
        if self.problems:
            raise FormErrors(sorted(self.problems, key=lambda problem: problem.line))

    def _line_of(self, key: str) -> int:
        # An absent key has no line of its own: the nearest key above it has.
        while key and key not in self.lines:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return self.lines.get(key, 0)


def read_source(path: Path) -> Source:
    """The content of ``path``; FormErrors at once if it is no YAML at all."""
    source = Source(str(path))
    try:
        text = path.read_text("utf-8-sig")
        root = yaml.compose(text, Loader=Loader) if _is_shallow(text) else None
    except OSError as error:
        source.report("", "một tệp đọc được / a readable file", error.strerror or type(error).__name__)
    except UnicodeDecodeError:
        source.report("", "văn bản UTF-8 / UTF-8 text", "bytes khác / other bytes")
    except yaml.YAMLError as error:
        source.report("", "YAML", " ".join(str(error).split()))
    else:
        source.data = _build(root, "", source, set()) if root is not None else None
    if source.data is None:
        expected = (
            f"một tệp có nội dung, tối đa {MOST_LEVELS} tầng / a file with content, at most {MOST_LEVELS} levels"
        )
        source.report("", expected, "tệp rỗng hoặc quá sâu / an empty file or a deeper one")
        source.raise_problems()
    return source


def _is_shallow(text: str) -> bool:
    # The C composer calls itself for every level and takes the whole process down when there are too many.
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_LEVELS:
            return False
    return True


def _build(node: yaml.Node, key: str, source: Source, seen: set[int]) -> object:
    source.lines.setdefault(key, node.start_mark.line + 1)
    if id(node) in seen:  # an alias gives the same node again, and may even contain itself
        source.report(key, "nội dung viết đủ / the content written out", "*bí danh / *alias")
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, key, source, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, f"{key}[{number}]", source, seen) for number, item in enumerate(node.value)]
    return _build_scalar(node, key, source)


def _build_mapping(node: yaml.MappingNode, key: str, source: Source, seen: set[int]) -> dict[str, object]:
    built: dict[str, object] = {}
    for name_node, value_node in node.value:
        name = name_node.value if isinstance(name_node, yaml.ScalarNode) else ""
        inner = f"{key}.{name}" if key else name
        if not name_node.tag.endswith(":str"):
            source.lines.setdefault(inner, name_node.start_mark.line + 1)
            source.report(inner, f'khoá là chữ: "{name}" / a key that is text: "{name}"', name_node.tag)
        elif name in built:
            source.lines[inner] = name_node.start_mark.line + 1
            source.report(inner, "mỗi khoá một lần / every key once", "khoá lặp lại / a repeated key")
        else:
            built[name] = _build(value_node, inner, source, seen)
    return built


def _build_scalar(node: yaml.Node, key: str, source: Source) -> object:
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        source.report(key, "một giá trị YAML thường / a plain YAML value", str(node.value)[:60])
        return None
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
