"""What a media file is: its type by its content (never by its name), its size, its pixels."""

from __future__ import annotations

import hashlib
import io
import warnings

from heraut.errors import InvalidInput
from heraut.problems import problem
from heraut.publishing.model import Media

MOST_IMAGE_BYTES = 50_000_000
MOST_IMAGE_PIXELS = 60_000_000  # decoding takes four bytes each
MOST_FILM_BYTES = 100_000_000
MOST_BYTES = max(MOST_IMAGE_BYTES, MOST_FILM_BYTES)

_MEGA = 1_000_000
_IMAGES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
_IMAGES |= {"GIF": ("image/gif", "gif"), "MPO": ("image/jpeg", "jpg")}  # MPO: a phone's JPEG with a depth map behind
_TURNED = range(5, 9)  # EXIF orientations that swap width and height
_ORIENTATION = 0x0112
_APPLE_PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_FILMS = {b"qt  ": ("video/quicktime", "mov")}
_WEBM = b"\x1a\x45\xdf\xa3"


def media_of(body: bytes, name: str, brand: str, alt: str) -> Media:
    """Say what a file is and under which key it is kept; InvalidInput says why it cannot be used."""
    digest = hashlib.sha256(body).hexdigest()
    content_type, ending, pixels = _kind(body, name)
    return Media(
        key=f"media/{brand}/{digest}.{ending}",
        content_type=content_type,
        size=len(body),
        sha256=digest,
        alt=alt,
        name=name,
        width=pixels[0] if pixels else None,
        height=pixels[1] if pixels else None,
    )


def _kind(body: bytes, name: str) -> tuple[str, str, tuple[int, int] | None]:
    if not body:
        raise InvalidInput([problem("media_unreadable", name=name)])
    if body[4:8] == b"ftyp":  # ISO 14496-12: the box that opens MP4, QuickTime and HEIF files
        if body[8:12] in _APPLE_PICTURES:
            raise InvalidInput([problem("media_apple", name=name)])
        _refuse_heavy(body, name, MOST_FILM_BYTES)
        return (*_FILMS.get(body[8:12], ("video/mp4", "mp4")), None)
    if body.startswith(_WEBM):
        _refuse_heavy(body, name, MOST_FILM_BYTES)
        return "video/webm", "webm", None
    _refuse_heavy(body, name, MOST_IMAGE_BYTES)
    return _picture(body, name)


def _refuse_heavy(body: bytes, name: str, limit: int) -> None:
    if len(body) > limit:
        raise InvalidInput([problem("media_too_large", name=name, limit=limit // _MEGA)])


def _refuse_many_pixels(pixels: int, name: str) -> None:
    if pixels > MOST_IMAGE_PIXELS:
        raise InvalidInput([problem("media_too_many_pixels", name=name, limit=MOST_IMAGE_PIXELS // _MEGA)])


def _picture(body: bytes, name: str) -> tuple[str, str, tuple[int, int]]:
    """Decode the whole picture: a truncated one opens, and fails only there."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the limit on pixels is our own, below
            picture = Image.open(io.BytesIO(body), formats=["JPEG", "PNG", "WEBP", "GIF"])
            width, height = picture.size
            _refuse_many_pixels(width * height, name)
            turned = picture.getexif().get(_ORIENTATION) in _TURNED
            picture.load()
    except UnidentifiedImageError:
        raise InvalidInput([problem("media_type_unknown", name=name)]) from None
    except Image.DecompressionBombError:
        raise InvalidInput([problem("media_too_many_pixels", name=name, limit=MOST_IMAGE_PIXELS // _MEGA)]) from None
    except InvalidInput:
        raise
    except Exception as error:  # a damaged picture makes its decoder raise anything at all
        raise InvalidInput([problem("media_unreadable", name=name)]) from error
    content_type, ending = _IMAGES[picture.format or ""]
    return content_type, ending, (height, width) if turned else (width, height)
