"""Radiographs as a report prints them."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from cases.marks import Mark
from cases.report.boxes import draw_box

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

    def marked(
        self,
        places: Sequence[tuple[float, float]] = (),
        marks: Sequence[Mark] = (),
        *,
        dashed: bool = False,
    ) -> BytesIO:
        """A JPEG with a ring around each place of a read and the boxes of the software's marks,
        all given in pixels of the whole radiograph."""
        picture = self.picture.copy()
        pen = ImageDraw.Draw(picture)
        across, down = picture.width / self.whole[0], picture.height / self.whole[1]
        for mark in marks:
            left, top = mark.x * across, mark.y * down
            box = (left, top, left + mark.width * across, top + mark.height * down)
            draw_box(pen, box, thick=max(picture.size) / 250, dashed=dashed)
        radius = max(picture.size) * 0.03
        for x, y in places:
            left, top = x * across, y * down
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
