"""A model card's Markdown becomes elements, and never more than that."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.views.card_text import to_html

CARD = """# A model

**Demonstration.** It reads `a & b`, *not* more.

## Figures

| figure | value |
| --- | --- |
| AUC | 0.7 |

- one
- two

![Curves](curves.png) [Source](https://example.org/x)
"""


def test_the_parts_of_a_card() -> None:
    html = to_html(CARD).replace("\n", "")
    assert "<h3>A model</h3>" in html
    assert (
        "<p><strong>Demonstration.</strong> It reads <code>a &amp; b</code>, <em>not</em>" in html
    )
    assert "<h4>Figures</h4>" in html
    assert '<th scope="col">figure</th><th scope="col">value</th>' in html
    assert "<tr><td>AUC</td><td>0.7</td></tr>" in html
    assert "<ul><li>one</li><li>two</li></ul>" in html
    assert "<p> Source</p>" in html


def test_a_head_without_words_is_an_empty_cell() -> None:
    html = to_html("| | a |\n| --- | ---: |\n| b | c |").replace("\n", "")
    assert '<tr><td></td><th scope="col">a</th></tr>' in html
    assert "<tr><td>b</td><td>c</td></tr>" in html


def test_headings_begin_below_those_of_the_page() -> None:
    html = to_html("# *a*\n\n##\n\n###### c\n\nd\n===\n").replace("\n", "")
    assert html == "<h3><em>a</em></h3><h4></h4><h6>c</h6><h3>d</h3>"


def test_a_picture_appears_where_the_page_has_it() -> None:
    text = "![A & *B*](curves%201.png) ![Other](other.png) ![Far](https://example.org/x.png)"
    html = to_html(text, {"curves 1.png": "/models/1/curves%201.png"})
    assert html.count("<img") == 1
    assert '<img src="/models/1/curves%201.png" alt="A &amp; B" loading="lazy">' in html
    assert "example.org" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[words](javascript:alert(1))",
        "<https://example.org/>",
        "[words][1]\n\n[1]: https://example.org/ 'title'",
        "```html onclick=alert(1)\n<img src=x onerror=alert(1)>\n```",
        "| a |\n| :-: |\n| <b onclick=alert(1)>b</b> |",
    ],
)
def test_nothing_runs_and_nothing_leads_away(text: str) -> None:
    html = to_html(text)
    assert not re.search(r"<(script|a|img|b)\b|href=|style=|<[^>]*onclick", html)


OURS = re.compile(
    r"</?(h[3-6]|p|ul|ol|li|table|thead|tbody|tr|td|th|code|pre|strong|em|div|blockquote)>"
    r'|<th scope="col">|<div class="table-frame" tabindex="0" role="group" aria-label="Table">'
    r'|<table class="table">|<ol start="\d+">|<br />|<hr />|<code class="language-[^"<>]*">'
)


@given(st.text(alphabet="<>&\"'`*|-#[]()!:~_\\ ab1.\n", max_size=120))
def test_nothing_but_our_own_tags_comes_out(text: str) -> None:
    assert not re.search(r"[<>]", OURS.sub("", to_html(text)))
