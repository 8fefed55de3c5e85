"""The text of a model card, which is Markdown, as elements of a page.

Knows what our cards use: headings, paragraphs, lists, tables, code, bold and italic. Everything is
escaped first; pictures and addresses are left as their words, for a card may load nothing.
"""

import re
from collections.abc import Callable, Iterator

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"(#{1,6})\s+(.*)")
RULE = re.compile(r"\|?\s*:?-{2,}")
SPANS = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)\*([^*]+)\*(?!\w)"), r"<em>\1</em>"),
)


def to_html(text: str) -> SafeString:
    """Safe HTML; headings begin at the third level, since the page has the first two."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return format_html_join("\n", "{}", ((part,) for block in blocks for part in _block(block)))


def _block(block: str) -> Iterator[SafeString]:
    lines = [line.strip() for line in block.split("\n")]
    heading = HEADING.fullmatch(lines[0])
    if heading:
        level = min(len(heading.group(1)) + 2, 6)
        yield format_html("<h{}>{}</h{}>", level, _spans(heading.group(2)), level)
        lines = lines[1:]
    if not lines:
        return
    yield _shape(lines)(lines)


def _shape(lines: list[str]) -> Callable[[list[str]], SafeString]:
    if len(lines) > 1 and lines[0].startswith("|") and RULE.match(lines[1]):
        return _table
    return _list if all(line[:2] in {"- ", "* "} for line in lines) else _paragraph


def _paragraph(lines: list[str]) -> SafeString:
    words = _spans(" ".join(lines))
    return format_html("<p>{}</p>", words) if words else mark_safe("")


def _list(lines: list[str]) -> SafeString:
    return format_html(
        "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_spans(one[2:]),) for one in lines))
    )


def _table(lines: list[str]) -> SafeString:
    head, *body = [_cells(line) for line in lines if not RULE.match(line)]
    titles = format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in head))
    rows = ((format_html_join("", "<td>{}</td>", ((cell,) for cell in cells)),) for cells in body)
    return format_html(
        '<div class="table-frame"><table class="table"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        titles,
        format_html_join("", "<tr>{}</tr>", rows),
    )


def _cells(line: str) -> list[SafeString]:
    return [_spans(cell.strip()) for cell in line.strip("|").split("|")]


def _spans(text: str) -> SafeString:
    html = str(escape(text))
    for pattern, shape in SPANS:
        html = pattern.sub(shape, html)
    return mark_safe(html.strip())  # noqa: S308  (escaped above; only our own tags were added)
