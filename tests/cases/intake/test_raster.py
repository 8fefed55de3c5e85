"""Rasters: every format by its content, upright, grey, stripped; or a code that says why not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from cases.intake.errors import IntakeError
from tests.cases.intake.make import bone, jpeg, pixels, saved, taken

GREY = bone()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_by_its_content(kind: str, mode: str, tmp_path: Path) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    made = taken(saved(Image.fromarray(GREY).convert(mode), kind, **options), tmp_path)
    assert (made.format, made.width, made.height) == (kind.lower(), 120, 160)
    assert (made.bits, made.deep, made.not_assessable, made.warnings) == (8, None, "", [])
    difference = np.abs(pixels(made.canonical).astype(int) - GREY)
    assert difference.max() <= (12 if kind == "JPEG" else 0)
    with Image.open(made.original) as original:
        assert original.format == kind
        again = np.asarray(original.convert("L"))
    assert np.array_equal(again, pixels(made.canonical))


def test_the_name_of_a_file_is_never_asked(tmp_path: Path) -> None:
    (tmp_path / "radiograph.jpg").write_bytes(b"not a picture at all, whatever its name says" * 9)
    with pytest.raises(IntakeError) as refused:
        taken((tmp_path / "radiograph.jpg").read_bytes(), tmp_path)
    assert refused.value.code == "not_an_image"


@pytest.mark.parametrize("orientation", range(2, 9))
def test_every_orientation_is_applied(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 95})):
        data = saved(Image.fromarray(GREY).convert("RGB"), kind, exif=exif.tobytes(), **options)
        made = taken(data, tmp_path)
        with Image.open(io.BytesIO(data)) as image:
            expected = np.asarray(ImageOps.exif_transpose(image).convert("L"))
        assert np.array_equal(pixels(made.canonical), expected), kind
        with Image.open(made.original) as original:
            assert dict(original.getexif()) == {0x0112: orientation}, kind


def test_a_turned_tiff_is_saved_upright(tmp_path: Path) -> None:
    made = taken(
        saved(Image.fromarray(GREY), "TIFF", tiffinfo={274: 6, 315: "Sekretowa"}), tmp_path
    )
    assert np.array_equal(pixels(made.canonical), np.rot90(GREY, -1))
    assert made.removed == ["Artist"]
    assert b"Sekretowa" not in made.original.read_bytes()
    assert np.array_equal(pixels(made.original), np.rot90(GREY, -1))


def test_a_real_turned_radiograph(fracatlas: Path, tmp_path: Path) -> None:
    """Its fracture box fits only after the orientation is applied: 454 x 373, not 373 x 454."""
    made = taken((fracatlas / "images/Fractured/IMG0002628.jpg").read_bytes(), tmp_path)
    with Image.open(fracatlas / "images/Fractured/IMG0002628.jpg") as stored:
        turned = (stored.height, stored.width)
    assert (made.width, made.height) == turned
    assert "EXIF" in made.removed


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_stretched_and_kept(kind: str, tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 100 + 1000
    deep[0, 0] = 65535  # one dead pixel must not darken the rest
    made = taken(saved(Image.fromarray(deep), kind), tmp_path)
    assert made.bits == 16
    assert np.array_equal(pixels(made.deep), deep)
    canonical = pixels(made.canonical)
    assert (int(canonical.min()), int(canonical.max())) == (0, 255)
    assert np.percentile(canonical, 99) > 200
    order = np.argsort(deep[1:].ravel(), kind="stable")
    assert (np.diff(canonical[1:].ravel()[order].astype(int)) >= 0).all()


def test_white_is_zero_in_a_deep_tiff(tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 200
    plain = taken(saved(Image.fromarray(deep), "TIFF"), tmp_path)
    expected = pixels(plain.deep)
    data = bytearray(saved(Image.fromarray(65535 - deep), "TIFF"))
    at = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    data[at : at + 2] = b"\0\0"
    assert np.array_equal(pixels(taken(bytes(data), tmp_path).deep), expected)


def test_palette_one_bit_and_alpha(tmp_path: Path) -> None:
    palette = Image.fromarray(GREY).quantize(64)
    assert taken(saved(palette, "PNG"), tmp_path).not_assessable == ""
    stencil = taken(saved(Image.fromarray(GREY > 100), "PNG"), tmp_path)
    assert (stencil.bits, set(np.unique(pixels(stencil.canonical)))) == (1, {0, 255})
    alpha = np.full_like(GREY, 255)
    alpha[:40] = 0
    see_through = Image.merge("LA", (Image.fromarray(GREY), Image.fromarray(alpha)))
    flat = pixels(taken(saved(see_through, "PNG"), tmp_path).canonical)
    assert flat[:40].max() == 0
    assert np.array_equal(flat[40:], GREY[40:])


@pytest.mark.parametrize("tint", [(12, 0, -12), (-12, 0, 12), (20, 5, -20)])
def test_a_photograph_of_a_film_is_kept_but_not_assessable(
    tint: tuple[int, int, int], tmp_path: Path
) -> None:
    lit = GREY[..., None] * (1 + np.array(tint) / 255)
    data = saved(Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)), "JPEG", quality=85)
    made = taken(data, tmp_path)
    assert made.not_assessable == "colour_photograph"
    assert made.canonical.exists()


def test_a_coloured_marker_does_not_make_a_photograph(tmp_path: Path) -> None:
    coloured = np.repeat(GREY[..., None], 3, axis=2)
    coloured[4:12, 4:20] = (255, 210, 0)
    made = taken(saved(Image.fromarray(coloured), "PNG"), tmp_path)
    assert (made.not_assessable, made.warnings) == ("", ["colour_marks"])


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def pages(kind: str, **options: object) -> bytes:
    other = Image.fromarray(255 - GREY).convert("RGB")
    return saved(
        Image.fromarray(GREY).convert("RGB"), kind, save_all=True, append_images=[other], **options
    )


REFUSED = {
    "too_many_pixels": png_header(50_000, 50_000),
    "too_small": saved(Image.fromarray(GREY[:63]), "PNG"),
    "blank_image": saved(Image.new("L", (100, 100), 77), "PNG"),
    "empty_file": b"",
    "unsupported_pixels": saved(Image.fromarray(GREY.astype(np.float32)), "TIFF"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_refused_with_a_code_and_a_sentence(code: str, tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        taken(REFUSED[code], tmp_path)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "WEBP"])
def test_pages_and_animations_are_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        taken(pages(kind), tmp_path)
    assert refused.value.code == "multi_frame"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP"])
def test_half_a_file_is_truncated(kind: str, tmp_path: Path) -> None:
    data = saved(Image.fromarray(GREY).convert("RGB"), kind)
    with pytest.raises(IntakeError) as refused:
        taken(data[: len(data) // 2], tmp_path)
    assert refused.value.code in {"truncated", "damaged"}


def test_a_flipped_byte_in_a_png_is_damage(tmp_path: Path) -> None:
    data = bytearray(saved(Image.fromarray(GREY), "PNG"))
    data[data.index(b"IDAT") + 40] ^= 0xFF
    with pytest.raises(IntakeError) as refused:
        taken(bytes(data), tmp_path)
    assert refused.value.code == "damaged"


def test_metadata_goes_and_the_coded_image_stays(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Sekretowa camera"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    noted = jpeg(exif=exif.tobytes(), comment=b"Sekretowa Anna", icc_profile=b"Sekretowa" * 20)
    noted = noted[:-2] + b"\xff\xd9" + b"a second picture of Sekretowa"
    made = taken(noted, tmp_path)
    assert made.removed == ["EXIF", "ICC_profile", "comment", "trailing_data"]
    kept = made.original.read_bytes()
    assert b"Sekretowa" not in kept
    assert b"GPS" not in kept
    scan = noted[noted.index(b"\xff\xda") : noted.index(b"\xff\xd9")]
    assert scan in kept


def test_text_in_png_and_webp_goes(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Patient", "Sekretowa Anna")
    info.add_itxt("XML:com.adobe.xmp", "Sekretowa", zip=True)
    made = taken(saved(Image.fromarray(GREY), "PNG", pnginfo=info), tmp_path)
    assert made.removed == ["text"]
    assert b"Sekretowa" not in made.original.read_bytes()
    webp = saved(
        Image.fromarray(GREY), "WEBP", xmp=b"<x>Sekretowa</x>", icc_profile=b"Sekretowa" * 9
    )
    made = taken(webp, tmp_path)
    assert sorted(made.removed) == ["ICC_profile", "XMP"]
    assert b"Sekretowa" not in made.original.read_bytes()
