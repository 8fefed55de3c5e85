"""Radiographs as a report prints them."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

LONG_SIDE = 1400
"""Pixels: 300 dpi on half the width of a page."""
QUALITY = 85
RING = (124, 200, 232)


class Print:
    """A canonical radiograph, decoded once and reduced for print."""

    def __init__(self, canonical: bytes) -> None:
        with Image.open(BytesIO(canonical)) as image:
            self.whole = image.size
            image.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2)
            self.picture = image.convert("RGB")

    def marked(self, marks: Sequence[tuple[float, float]] = ()) -> BytesIO:
        """A JPEG with a ring around each mark, given in pixels of the whole radiograph."""
        picture = self.picture.copy()
        pen = ImageDraw.Draw(picture)
        radius = max(picture.size) * 0.03
        for x, y in marks:
            left = x * picture.width / self.whole[0]
            top = y * picture.height / self.whole[1]
            around = (left - radius, top - radius, left + radius, top + radius)
            pen.ellipse(around, outline=RING, width=max(2, round(radius / 8)))
        return _jpeg(picture)

    def under(self, heatmap: bytes) -> BytesIO:
        """A JPEG with the heatmap, a PNG of the whole radiograph's shape, over it."""
        picture = self.picture.copy()
        with Image.open(BytesIO(heatmap)) as image:
            over = image.convert("RGBA").resize(picture.size)
        picture.paste(over, mask=over.getchannel("A"))
        return _jpeg(picture)


def _jpeg(picture: Image.Image) -> BytesIO:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    buffer.seek(0)
    return buffer
