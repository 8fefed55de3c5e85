"""A model card's Markdown becomes elements, and never more than that."""

import re

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
    html = to_html(CARD)
    assert "<h3>A model</h3>" in html
    assert (
        "<p><strong>Demonstration.</strong> It reads <code>a &amp; b</code>, <em>not</em>" in html
    )
    assert "<h4>Figures</h4>" in html
    assert '<th scope="col">figure</th><th scope="col">value</th>' in html
    assert "<tr><td>AUC</td><td>0.7</td></tr>" in html
    assert "<ul><li>one</li><li>two</li></ul>" in html
    assert "<p>Source</p>" in html


OURS = re.compile(
    r'</?(h[3-6]|p|ul|li|table|thead|tbody|tr|td|code|strong|em|div)>|<th scope="col">|</th>'
    r'|<div class="table-frame">|<table class="table">'
)


@given(st.text(alphabet="<>&\"'`*|-#[]()! ab\n", max_size=120))
def test_nothing_but_our_own_tags_comes_out(text: str) -> None:
    assert not re.search(r"[<>]", OURS.sub("", to_html(text)))
