"""Pictures are made to fit, upright, in plain colours, and without a trace of where they were taken."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from heraut.errors import Refused
from heraut.networks import images
from heraut.networks.images import Picture, fit

SECRET = b"N 48 51 24"  # where it was taken
ALL = ("image/jpeg", "image/png", "image/webp", "image/gif")


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Paint left red, right blue, a green band on top (the last row of alpha transparent where there is some)."""
    made = Image.new("RGB", (width, height), (200, 20, 20))
    made.paste((20, 20, 200), (width // 2, 0, width, height))
    made.paste((20, 200, 20), (0, 0, width, height // 4))
    converted = made.convert(mode)
    if mode == "RGBA":
        converted.putalpha(Image.linear_gradient("L").resize((width, height)))
    return converted


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Paint what no format can compress."""
    return Image.effect_noise((width, height), 90).convert(mode)


def written(made: Image.Image, kind: str, **options: Any) -> bytes:
    """Write a picture with Pillow."""
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def read(found: Picture) -> Image.Image:
    """Read what came out, checking that it says the truth about itself."""
    opened = Image.open(io.BytesIO(found.body))
    opened.load()
    assert (Image.MIME[opened.format or ""], opened.size) == (found.content_type, (found.width, found.height))
    return opened


def tables(jpeg: bytes) -> dict[int, list[int]]:
    """Give the quantization tables of a JPEG."""
    found: dict[int, list[int]] = vars(Image.open(io.BytesIO(jpeg)))["quantization"]
    return found


def gps() -> Image.Exif:
    """Say in EXIF where it was taken, and that the camera lay on its side."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("side", [None, 30])
def test_metadata_never_leaves(kind: str, side: int | None) -> None:
    """EXIF, comments and texts are gone, whether or not the picture had to shrink."""
    options: dict[str, Any] = {"exif": gps()}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Location", SECRET.decode())
    body = written(picture(), kind, **options)
    assert SECRET in body

    found = fit(body, types=ALL, longest_side=side)

    assert SECRET not in found.body
    assert b"Exif" not in found.body
    assert not dict(read(found).getexif())


def test_metadata_is_gone_from_a_picture_that_is_otherwise_kept() -> None:
    """An upright JPEG keeps its tables and loses its comment."""
    found = fit(written(picture(), "JPEG", comment=SECRET, quality=85), types=ALL)

    assert SECRET not in found.body
    assert tables(found.body) == tables(written(picture(), "JPEG", quality=85))


def test_what_hides_behind_a_picture_is_gone() -> None:
    """A phone's film behind the JPEG's end does not leave."""
    assert SECRET not in fit(written(picture(), "JPEG") + SECRET, types=ALL).body


def test_a_picture_is_turned_upright() -> None:
    """A camera held on its side: the green band, at the top of the stored pixels, comes to the right."""
    upright = read(fit(written(picture(), "JPEG", exif=gps(), quality=95), types=ALL)).convert("RGB")

    assert upright.size == (40, 60)
    red, green, blue = upright.getpixel((38, 30))  # type: ignore[misc]
    assert green > red
    assert green > blue


def test_a_colour_profile_is_applied_before_it_goes() -> None:
    """Colours of another space are brought to sRGB, and the profile is not written."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    found = fit(written(picture(), "JPEG", icc_profile=lab.tobytes()), types=ALL)

    assert "icc_profile" not in read(found).info


def test_a_broken_colour_profile_does_no_harm() -> None:
    """The picture is kept in its own colours."""
    assert fit(written(picture(), "JPEG", icc_profile=b"nonsense"), types=ALL).width == 60


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpegs_of_every_kind_are_read(mode: str) -> None:
    """Grey and printers' JPEGs come out readable."""
    assert read(fit(written(picture(mode=mode), "JPEG"), types=("image/jpeg",), longest_side=30)).size == (30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pngs_of_every_kind_are_read(mode: str) -> None:
    """Palettes, deep greys and transparency come out readable, as PNG and as JPEG."""
    made = Image.new("I;16", (60, 40), 60_000) if mode == "I;16" else picture().convert(mode)
    body = written(made, "PNG")

    assert read(fit(body, types=("image/png",))).size == (60, 40)
    assert read(fit(body, types=("image/jpeg",))).mode in {"RGB", "L"}


def test_deep_greys_stay_bright() -> None:
    """Sixteen bits of grey become eight, not white."""
    made = Image.new("I;16", (60, 40), 32_768)

    assert read(fit(written(made, "PNG"), types=("image/png",))).convert("L").getpixel((5, 5)) == 128


def test_transparency_is_kept_or_becomes_white() -> None:
    """A logo stays transparent as PNG and stands on white as JPEG."""
    logo = Image.new("RGBA", (50, 50), (0, 0, 0, 0))

    assert read(fit(written(logo, "PNG"), types=ALL)).convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert read(fit(written(logo, "PNG"), types=("image/jpeg",))).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("limit", [60_000, 8_000, 2_000])
def test_a_picture_too_heavy_is_made_lighter(kind: str, mode: str, limit: int) -> None:
    """Whatever it is, it comes under the limit and keeps its shape."""
    made = noise(450, 300, "RGB" if kind == "JPEG" else mode)
    found = fit(written(made, kind, **({"lossless": True} if kind == "WEBP" else {})), types=ALL, limit_bytes=limit)

    assert len(found.body) <= limit
    assert read(found).width / found.height == pytest.approx(1.5, rel=0.05)


def test_a_picture_light_enough_keeps_its_pixels() -> None:
    """Quality gives way before size."""
    assert fit(written(noise(450, 300), "PNG"), types=ALL, limit_bytes=150_000).width == 450


def test_pixels_and_sides_are_bounded() -> None:
    """A limit on all pixels and a limit on the longest side both hold."""
    body = written(noise(1000, 400), "JPEG")

    by_pixels = fit(body, types=ALL, limit_pixels=100_000)
    by_side = fit(body, types=ALL, longest_side=500)

    assert by_pixels.width * by_pixels.height <= 100_000 < 1.02 * by_pixels.width * by_pixels.height
    assert (by_side.width, by_side.height) == (500, 200)


def test_a_small_picture_is_never_enlarged() -> None:
    """Limits above its size change nothing."""
    found = fit(written(picture(), "PNG"), types=ALL, limit_pixels=10**9, longest_side=10**4, limit_bytes=10**9)

    assert (found.width, found.height, found.content_type) == (60, 40, "image/png")


def test_the_same_picture_always_gives_the_same_bytes() -> None:
    """Two preparations name their result alike."""
    body = written(noise(300, 200, "RGBA"), "PNG")

    assert fit(body, types=ALL, limit_bytes=20_000) == fit(body, types=ALL, limit_bytes=20_000)


def test_a_limit_nobody_can_meet_is_refused() -> None:
    """Some bytes are too few for any picture: said, not looped over."""
    with pytest.raises(Refused) as caught:
        fit(written(noise(300, 200), "JPEG"), types=ALL, limit_bytes=300, name="pain.jpg")

    assert caught.value.problem.code == "picture_cannot_fit"
    assert "pain.jpg" in caught.value.problem.message("fr")


def gif(count: int = 4, side: int = 80) -> bytes:
    """Make an animation."""
    frames = [noise(side, side).quantize(64) for _ in range(count)]
    return written(
        frames[0], "GIF", save_all=True, append_images=frames[1:], duration=[70] * count, loop=0, comment=SECRET
    )


def test_an_animation_stays_animated_without_its_comment() -> None:
    """Images, their time and the endless loop are kept; the comment is not."""
    found = fit(gif(), types=ALL)
    opened = Image.open(io.BytesIO(found.body))

    assert (found.content_type, found.still, opened.info["loop"]) == ("image/gif", False, 0)
    assert opened.n_frames == 4  # type: ignore[attr-defined]
    assert opened.info["duration"] == 70
    assert SECRET not in found.body


def test_an_animation_too_heavy_is_made_smaller() -> None:
    """It shrinks, and still moves."""
    found = fit(gif(side=160), types=ALL, limit_bytes=len(gif(side=160)) // 3)

    assert Image.open(io.BytesIO(found.body)).n_frames == 4  # type: ignore[attr-defined]
    assert found.width < 160


@pytest.mark.parametrize("options", [{"types": ("image/jpeg", "image/png")}, {"types": ALL, "limit_bytes": 2500}])
def test_an_animation_that_cannot_move_says_so(options: dict[str, Any]) -> None:
    """Where a network takes no animation, or none so heavy, its first image goes, and `still` is set."""
    found = fit(gif(), **options)

    assert found.still
    assert found.content_type in options["types"]


def bomb(width: int, height: int) -> bytes:
    """Write a PNG of a few bytes that would be huge in memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 6_001), (15_000, 15_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused(size: tuple[int, int]) -> None:
    """A picture that claims too many pixels is not decoded."""
    with pytest.raises(Refused) as caught:
        fit(bomb(*size), types=ALL)

    assert caught.value.problem.code in {"picture_too_many_pixels", "picture_unreadable"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        written(picture(600, 400), "JPEG")[:2000],
        written(noise(60, 40), "PNG")[:-200],
        written(noise(60, 40), "WEBP")[:300],
        written(picture(), "TIFF"),
        written(picture(), "BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    ],
)
def test_what_is_no_picture_of_the_web_is_refused(body: bytes) -> None:
    """Cut short, of another kind, or no picture at all: refused with its name."""
    with pytest.raises(Refused) as caught:
        fit(body, types=ALL, name="photo.heic")

    assert "photo.heic" in caught.value.problem.message("en")


def test_the_bound_on_animations_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """An animation of too many pixels in all becomes a still."""
    monkeypatch.setattr(images, "MOST_ANIMATED_PIXELS", 1000)

    assert fit(gif(), types=ALL).still
