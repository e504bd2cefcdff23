"""A wording that knows its language, so that a page in another one can mark it."""

from markupsafe import Markup, escape

ISOLATE = Markup('<span lang="{language}" dir="{direction}">{text}</span>')


class Said(str):
    """Text; ``language`` is empty where it is that of the page. Put out by a template it is escaped, and marked
    where it is in another language. In an attribute, a title or an <option> no mark can stand: ``| plain``."""

    language: str
    direction: str

    def __new__(cls, text: str, language: str = "", direction: str = "ltr") -> "Said":
        said = super().__new__(cls, text)
        said.language, said.direction = language, direction
        return said

    def __html__(self) -> Markup:
        text = escape(str(self))
        if not self.language:
            return text
        return ISOLATE.format(language=self.language, direction=self.direction, text=text)

    def format(self, *args: object, **named: object) -> "Said":
        """With its places filled, in the same language."""
        return Said(super().format(*args, **named), self.language, self.direction)
