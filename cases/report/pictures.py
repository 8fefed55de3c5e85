"""Radiographs as a report prints them."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

LONG_SIDE = 1400
"""Pixels: 300 dpi on half the width of a page."""
QUALITY = 85
RING = (124, 200, 232)


def printed(
    canonical: bytes, *, heatmap: bytes | None = None, marks: Sequence[tuple[float, float]] = ()
) -> BytesIO:
    """A JPEG of a canonical radiograph, reduced, with the heatmap over it and a ring around each
    mark, both of which are in pixels of the whole radiograph."""
    with Image.open(BytesIO(canonical)) as image:
        whole = image.size
        image.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2)
        picture = image.convert("RGB")
    if heatmap:
        with Image.open(BytesIO(heatmap)) as image:
            over = image.convert("RGBA").resize(picture.size)
        picture.paste(over, mask=over.getchannel("A"))
    pen = ImageDraw.Draw(picture)
    radius = max(picture.size) * 0.03
    for x, y in marks:
        left, top = x * picture.width / whole[0], y * picture.height / whole[1]
        around = (left - radius, top - radius, left + radius, top + radius)
        pen.ellipse(around, outline=RING, width=max(2, round(radius / 8)))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    buffer.seek(0)
    return buffer
