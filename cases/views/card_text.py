"""The text of a model card, which is Markdown, as elements of a page.

HTML in it is shown as the text that it is. Of pictures only those appear that the page offers;
addresses are left as their words, for a card may load nothing and lead nowhere else.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

Pictures = Mapping[str, str]
HIGHEST, LOWEST = 3, 6
"""Levels of headings: the page itself has the first two."""


class _CardRenderer(RendererHTML):
    """Named by kind of token, as markdown-it wants it; all others are rendered as it does."""

    def link_open(self, *of: Any) -> str:
        return ""

    link_close = link_open

    def table_open(self, *of: Any) -> str:
        # Scrolls where it is too wide; who uses a keyboard must be able to reach it for that.
        return format_html(
            '<div class="table-frame" tabindex="0" role="group" aria-label="{}">'
            '<table class="table">',
            _("Table"),
        )

    def table_close(self, *of: Any) -> str:
        return "</table></div>"

    def image(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        name = unquote(str(tokens[idx].attrGet("src")))
        address = env["pictures"].get(name)
        if address is None:
            return ""
        words = self.renderInlineAsText(tokens[idx].children, options, env)
        return format_html('<img src="{}" alt="{}" loading="lazy">', address, words)


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_CardRenderer).enable("table")


def to_html(text: str, pictures: Pictures | None = None) -> SafeString:
    """Safe HTML; `pictures` are addresses by the file names that the card uses."""
    tokens = _MARKDOWN.parse(text)
    for token, content, end in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.type == "heading_open":
            token.tag = end.tag = f"h{min(int(token.tag[1:]) + HIGHEST - 1, LOWEST)}"
        elif token.type == "td_open":
            token.attrs = {}  # how it is aligned, which only a style could say
        elif token.type == "th_open" and content.content:
            token.attrs = {"scope": "col"}
        elif token.type == "th_open":
            token.attrs, token.tag, end.tag = {}, "td", "td"  # a head without words heads nothing
    env = {"pictures": pictures or {}}
    return mark_safe(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env))  # noqa: S308  (the parser escapes all text)
