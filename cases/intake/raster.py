"""JPEG, PNG, WebP, TIFF and BMP -> a picture."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, TiffTags, UnidentifiedImageError

from cases.intake.blocks import Stripped
from cases.intake.chunks import strip_png, strip_webp
from cases.intake.errors import IntakeError
from cases.intake.jpeg import missing_share, strip_jpeg
from cases.intake.limits import Limits
from cases.intake.picture import (
    COLOURED_SHARE,
    Picture,
    check_complete,
    check_size,
    coloured_share,
    stretched,
)

# The caps are ours (check_size): Pillow's warns at one size and fails at another.
Image.MAX_IMAGE_PIXELS = None

_STRIPPERS: dict[str, Callable[[bytes], Stripped]] = {
    "jpeg": strip_jpeg,
    "png": strip_png,
    "webp": strip_webp,
}
_SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tif", "bmp": ".bmp"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN = {"I;16", "I;16L", "I;16B", "I;16N"}
_SEE_THROUGH = {"LA", "La", "PA", "RGBA", "RGBa"}
# TIFF entries that describe how samples lie in the file; all others are left out.
_STRUCTURAL = {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283}
_STRUCTURAL |= {284, 292, 293, 296, 317, 320, 322, 323, 324, 325, 338, 339, 347, 530, 531, 532}
_WHITE_IS_ZERO, _PHOTOMETRIC, _BITS_PER_SAMPLE = 0, 262, 258


def decode_raster(data: bytes, kind: str, limits: Limits) -> Picture:
    """Strip, check, decode, turn upright, reduce to grey. What is decoded is the stripped file."""
    strip = _STRIPPERS.get(kind)
    stripped = strip(data) if strip else Stripped(data)
    image = _open(stripped.data, kind, limits)
    warnings = check_complete(missing_share(stripped) if kind == "jpeg" else 0.0)
    try:
        image.load()
    except OSError as error:
        # Pillow tells a file that ends too early from a broken one by its words alone.
        cut = "truncated" in str(error) or "cut off" in str(error)
        raise IntakeError("truncated" if cut else "damaged") from error
    picture = to_picture(_turned(image, stripped.orientation))
    picture.warnings = warnings + picture.warnings
    picture.removed = stripped.removed + _other_tags(image)
    picture.original = stripped.data if strip else _saved_again(image, kind)
    picture.original_suffix = _SUFFIXES[kind]
    return picture


def _open(data: bytes, kind: str, limits: Limits) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    except UnidentifiedImageError as error:
        raise IntakeError("damaged") from error
    check_size(*image.size, limits)
    if getattr(image, "n_frames", 1) > 1:
        raise IntakeError("multi_frame")
    return image


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def to_picture(image: Image.Image) -> Picture:
    """Grey values of a loaded image of any mode. 8-bit grey stays as it is, value by value."""
    if image.mode in _SIXTEEN or image.mode == "I":
        deep = _sixteen_bits(image)
        return Picture(
            grey=stretched(deep), deep=deep, bits=_bits(image), original=b"", original_suffix=""
        )
    if image.mode == "F":
        raise IntakeError("unsupported_pixels")
    if image.mode == "1":
        grey = image.convert("L")
        return Picture(grey=np.asarray(grey), bits=1, original=b"", original_suffix="")
    if image.mode == "L" and "transparency" not in image.info:
        return Picture(grey=np.asarray(image), bits=8, original=b"", original_suffix="")
    return colour_picture(_on_black(image))


def colour_picture(rgb: Image.Image) -> Picture:
    """Grey stored as RGB is grey; a colour photograph is kept, and no model is asked."""
    share = coloured_share(rgb)
    picture = Picture(grey=np.asarray(rgb.convert("L")), bits=8, original=b"", original_suffix="")
    if share > COLOURED_SHARE:
        picture.not_assessable = "colour_photograph"
    elif share > 0:
        picture.warnings.append("colour_marks")
    return picture


def _on_black(image: Image.Image) -> Image.Image:
    """Transparent parts become black, as the surroundings of a radiograph are."""
    if image.mode not in _SEE_THROUGH and "transparency" not in image.info:
        return image.convert("RGB")
    see_through = image.convert("RGBA")
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, see_through).convert("RGB")


def _sixteen_bits(image: Image.Image) -> np.ndarray:
    """uint16; signed 16-bit values are moved up by half their range, anything wider is refused."""
    values = np.asarray(image)
    if image.mode == "I":
        low, high = int(values.min()), int(values.max())
        if -32768 <= low < 0 and high <= 32767:
            values = values + 32768
        elif low < 0 or high > 65535:
            raise IntakeError("unsupported_pixels")
    deep = values.astype(np.uint16)
    tags = getattr(image, "tag_v2", {})
    if image.mode in _SIXTEEN and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        deep = ((1 << _bits(image)) - 1) - deep
    return deep


def _bits(image: Image.Image) -> int:
    stated = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (16,))
    first = stated[0] if isinstance(stated, tuple) else stated
    return min(int(first), 16)


def _other_tags(image: Image.Image) -> list[str]:
    tags = getattr(image, "tag_v2", {})
    return sorted({TiffTags.lookup(tag).name for tag in tags if tag not in _STRUCTURAL})


def _saved_again(image: Image.Image, kind: str) -> bytes:
    """A lossless copy of the samples without any metadata, upright."""
    if image.mode in _SIXTEEN:
        copy = Image.fromarray(np.asarray(image).astype(np.uint16))
    else:
        copy = Image.frombytes(image.mode, image.size, image.tobytes())
        if palette := image.getpalette():
            copy.putpalette(palette)
    out = io.BytesIO()
    options = {"compression": "tiff_adobe_deflate"} if kind == "tiff" else {}
    copy.save(out, kind.upper(), **options)
    return out.getvalue()
