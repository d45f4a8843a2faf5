"""Make a picture fit what a network takes: turned upright, in sRGB, without metadata, small enough.

Metadata (where a picture was taken, with what, by whom) never leaves: what is written holds pixels only. The same
bytes and limits always give the same bytes. Imported only where a picture is at hand, because Pillow is slow to load.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from heraut.errors import Refused
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_PIXELS = 60_000_000  # decoding takes four bytes each
MOST_ANIMATED_PIXELS = 300_000_000  # of all images of an animation together
SMALLEST_SIDE = 64  # pixels: below, nobody sees anything
_READ = ("JPEG", "PNG", "WEBP", "GIF")  # JPEG reads MPO too: a phone's picture with a depth map behind
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif", "MPO": "image/jpeg"}
_QUALITIES = (88, 76)
_SMALLER = 0.8


@dataclass(frozen=True)
class Picture:
    """A picture that fits; `still` says that an animation was lost."""

    body: bytes = field(repr=False)
    content_type: str
    width: int
    height: int
    still: bool = False


@dataclass(frozen=True)
class _Frame:
    """What a network takes of a picture."""

    limit_bytes: int | None
    limit_pixels: int | None
    longest_side: int | None
    types: Sequence[str]

    def takes(self, body: bytes) -> bool:
        return self.limit_bytes is None or len(body) <= self.limit_bytes

    def scale(self, width: int, height: int) -> float:
        """By how much a picture must shrink for its pixels alone."""
        scale = 1.0
        if self.limit_pixels:
            scale = min(scale, (self.limit_pixels / (width * height)) ** 0.5)
        if self.longest_side:
            scale = min(scale, self.longest_side / max(width, height))
        return scale


def fit(
    body: bytes,
    *,
    types: Sequence[str],
    limit_bytes: int | None = None,
    limit_pixels: int | None = None,
    longest_side: int | None = None,
    name: str = "",
) -> Picture:
    """Give the picture as a network takes it: one of `types`, at most so many bytes, pixels in all and on a side.

    `name` is what a person called it. Raises Refused when it cannot be read, is too large to be opened safely, or
    cannot be made small enough.
    """
    frame = _Frame(limit_bytes, limit_pixels, longest_side, tuple(types))
    with _opened(body, name) as picture:
        if picture.format == "GIF" and getattr(picture, "is_animated", False) and "image/gif" in types:
            animation = _animation(picture, frame)
            if animation:
                return animation
        still = bool(getattr(picture, "is_animated", False)) and picture.format != "MPO"
        kept = _kept(picture, frame)
        if kept:
            return kept
        upright = _upright(picture)
    return _shrunk(upright, _format(upright, picture.format or "", frame.types), frame, name, still=still)


def _opened(body: bytes, name: str) -> Image.Image:
    """Open and decode it whole, or refuse it."""
    too_large = Refused(problem("picture_too_many_pixels", name=name, limit=MOST_PIXELS // 1_000_000))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the limit on pixels is our own, just below
            picture = Image.open(io.BytesIO(body), formats=_READ)
            if picture.width * picture.height > MOST_PIXELS:
                raise too_large
            picture.load()
    except Image.DecompressionBombError:
        raise too_large from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:  # what Pillow's readers raise
        raise Refused(problem("picture_unreadable", name=name)) from error
    return picture


def _kept(picture: Image.Image, frame: _Frame) -> Picture | None:
    """Write a JPEG that fits as it is with its own tables, so that only its metadata is lost; None: it must change."""
    turned = picture.getexif().get(0x0112, 1) != 1
    if picture.format != "JPEG" or "image/jpeg" not in frame.types or turned or picture.mode not in {"RGB", "L"}:
        return None
    if picture.info.get("icc_profile") or frame.scale(*picture.size) < 1:
        return None
    body = _written(picture, "JPEG", quality="keep")
    return Picture(body, "image/jpeg", *picture.size) if frame.takes(body) else None


def _upright(picture: Image.Image) -> Image.Image:
    """Turn it the way its camera said, into plain sRGB (with transparency where there is some)."""
    turned = ImageOps.exif_transpose(picture)
    turned = _in_srgb(turned, picture.info.get("icc_profile"))
    transparent = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    if turned.mode.startswith("I;16"):
        turned = turned.point(lambda level: level / 256).convert("L")
    plain = turned.convert("RGBA" if transparent else "RGB")
    if transparent and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the colour profile before it is dropped: a phone's colours would look dull without."""
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = picture.mode if picture.mode in {"RGB", "RGBA"} else "RGB"
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile: the colours as they are
    return converted or picture


def _format(picture: Image.Image, source: str, types: Sequence[str]) -> str:
    """Choose how to write it: as it came where that is taken, else so that transparency survives, else as JPEG."""
    own = "PNG" if source == "GIF" and "image/gif" not in types else source
    if own == "MPO":
        own = "JPEG"
    preferred = [own, *(["PNG", "WEBP"] if picture.mode == "RGBA" else []), "JPEG", "PNG", "WEBP"]
    return next((name for name in preferred if name in _TYPES and _TYPES[name] in types), "JPEG")


def _shrunk(picture: Image.Image, written_as: str, frame: _Frame, name: str, *, still: bool) -> Picture:
    scale = frame.scale(*picture.size)
    while True:
        size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
        smaller = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        lightest = 0
        for body, content_type in _writings(smaller, written_as, frame):
            if frame.takes(body):
                return Picture(body, content_type, *size, still=still)
            lightest = len(body)
        if max(size) <= SMALLEST_SIDE:
            raise Refused(problem("picture_cannot_fit", name=name, limit=(frame.limit_bytes or 0) // 1000))
        # Bytes follow the surface: the next size is a guess that the last one was out by so much.
        scale *= max(0.3, min(_SMALLER, ((frame.limit_bytes or 0) / max(1, lightest)) ** 0.5))


def _writings(picture: Image.Image, written_as: str, frame: _Frame) -> Iterator[tuple[bytes, str]]:
    """Write it ever smaller without touching its pixels' number; a photograph as PNG ends as JPEG."""
    if written_as in {"PNG", "GIF"}:
        yield _written(picture, written_as), _TYPES[written_as]
    lossy = "WEBP" if written_as == "WEBP" or (picture.mode == "RGBA" and "image/webp" in frame.types) else "JPEG"
    if _TYPES[lossy] not in frame.types:
        return
    flat = picture if lossy == "WEBP" else _on_white(picture)
    for quality in _QUALITIES:
        yield _written(flat, lossy, quality=quality), _TYPES[lossy]


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat


def _animation(picture: Image.Image, frame: _Frame) -> Picture | None:
    """Write an animated GIF, smaller where it must be; None where that cannot be done in reason."""
    count = getattr(picture, "n_frames", 1)
    if count * picture.width * picture.height > MOST_ANIMATED_PIXELS:
        return None
    scale = frame.scale(*picture.size)
    loop = picture.info.get("loop")
    for _try in range(4):
        size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
        if scale < 1 and max(size) < SMALLEST_SIDE:
            return None
        images, durations = [], []
        for image in ImageSequence.Iterator(picture):
            durations.append(image.info.get("duration", 100))
            smaller = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
            smaller.info.pop("comment", None)
            images.append(smaller)
        options: dict[str, Any] = {} if loop is None else {"loop": loop}
        out = io.BytesIO()
        images[0].save(
            out,
            "GIF",
            save_all=True,
            append_images=images[1:],
            duration=durations,
            disposal=2,
            optimize=True,
            **options,
        )
        if frame.takes(out.getvalue()):
            return Picture(out.getvalue(), "image/gif", *size)
        scale *= 0.7
    return None


def _written(picture: Image.Image, written_as: str, **options: Any) -> bytes:
    out = io.BytesIO()
    extra: dict[str, Any] = {"JPEG": {"optimize": True, "progressive": True}, "PNG": {"optimize": True}}.get(
        written_as, {"method": 4} if written_as == "WEBP" else {}
    )
    # Pillow writes what it remembers of the source unless told otherwise.
    picture.save(out, written_as, exif=b"", icc_profile=None, comment=b"", **extra, **options)
    return out.getvalue()
