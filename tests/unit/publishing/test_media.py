"""What a media file is, and which cannot be used."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from heraut.errors import AddressRefused, InvalidInput, NotFound
from heraut.problems import problem
from heraut.publishing import media as limits
from heraut.publishing.calendar.media import MediaFinder, beside_in_bucket, beside_on_disk
from heraut.publishing.calendar.row import MediaWanted
from heraut.publishing.media import media_of
from tests.twins.media import MediaTwin


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    """Draw a small picture."""
    written = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(written, kind, **options)
    return written.getvalue()


def refusal(body: bytes, name: str = "x.jpg") -> str:
    """Give why a file cannot be used, which names it in both languages."""
    with pytest.raises(InvalidInput) as refused:
        media_of(body, name, "martin", "")
    (found,) = refused.value.problems
    assert name in found.message("fr")
    assert name in found.message("en")
    return found.code


class TestWhatItIs:
    @pytest.mark.parametrize(
        ("kind", "content_type", "ending"),
        [
            ("JPEG", "image/jpeg", "jpg"),
            ("PNG", "image/png", "png"),
            ("WEBP", "image/webp", "webp"),
            ("GIF", "image/gif", "gif"),
        ],
    )
    def test_a_picture(self, kind: str, content_type: str, ending: str) -> None:
        """The content says the type, whatever the name; the key is what it holds."""
        body = picture(kind)
        digest = hashlib.sha256(body).hexdigest()

        found = media_of(body, "photo.bmp", "martin", "Un pain")

        assert found.key == f"media/martin/{digest}.{ending}"
        assert (found.content_type, found.size, found.sha256) == (content_type, len(body), digest)
        assert (found.width, found.height, found.alt, found.name) == (40, 20, "Un pain", "photo.bmp")

    def test_a_turned_picture(self) -> None:
        """Width and height are what people see: a phone writes the turn beside the pixels."""
        exif = Image.Exif()
        exif[0x0112] = 6

        found = media_of(picture("JPEG", exif=exif), "x", "martin", "")

        assert (found.width, found.height) == (20, 40)

    def test_a_phones_picture_of_several(self) -> None:
        """A JPEG with another one behind it (MPO) is a JPEG."""
        body = picture("MPO", save_all=True, append_images=[Image.new("RGB", (40, 20))])

        found = media_of(body, "x", "martin", "")

        assert (found.content_type, found.key[-4:]) == ("image/jpeg", ".jpg")

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 20, "video/mp4"),
            (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 20, "video/mp4"),
            (b"\x00\x00\x00\x14ftypqt  " + b"\x00" * 20, "video/quicktime"),
            (b"\x1a\x45\xdf\xa3" + b"\x00" * 20, "video/webm"),
        ],
    )
    def test_a_film(self, body: bytes, content_type: str) -> None:
        """Known by its first box; its pixels are not."""
        found = media_of(body, "film.mp4", "martin", "")

        assert (found.content_type, found.width) == (content_type, None)

    def test_what_cannot_be_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Unreadable, unknown, Apple's own format, too heavy, too many pixels: each has its sentence."""
        good = picture("JPEG", (200, 200))
        assert refusal(b"") == "media_unreadable"
        assert refusal(good[: len(good) // 2]) == "media_unreadable"
        assert refusal(picture("PNG", (200, 200))[:-500]) == "media_unreadable"
        assert refusal(b"%PDF-1.7 rubbish") == "media_type_unknown"
        assert refusal(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "media_type_unknown"
        assert refusal(picture("BMP")) == "media_type_unknown"
        assert refusal(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20) == "media_apple"
        monkeypatch.setattr(limits, "MOST_IMAGE_PIXELS", 39_999)
        assert refusal(good) == "media_too_many_pixels"
        monkeypatch.setattr(limits, "MOST_IMAGE_BYTES", 100)
        assert refusal(good) == "media_too_large"
        monkeypatch.setattr(limits, "MOST_FILM_BYTES", 10)
        assert refusal(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 20) == "media_too_large"

    def test_a_picture_that_is_a_bomb(self) -> None:
        """A few bytes that announce billions of pixels are not decoded."""
        bomb = bytearray(picture("PNG"))
        bomb[16:24] = b"\x00\x00\xff\xff\x00\x00\xff\xff"
        import zlib

        bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")

        assert refusal(bytes(bomb)) == "media_too_many_pixels"

    @given(
        st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF"])
    )
    def test_rubbish_is_refused(self, body: bytes, start: bytes) -> None:
        """No bytes make anything but a media or a problem."""
        try:
            media_of(start + body, "x", "martin", "")
        except InvalidInput as refused:
            assert refused.problems  # noqa: PT017 -- both ways out are right

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
    def test_a_damaged_picture(self, kind: str) -> None:
        """Bytes turned anywhere: read (decoders forgive much), or refused."""
        body = picture(kind)
        for place in range(0, len(body), max(1, len(body) // 60)):
            damaged = bytearray(body)
            damaged[place] ^= 0xFF
            try:
                media_of(bytes(damaged), "x", "martin", "")
            except InvalidInput as refused:
                assert refused.problems  # noqa: PT017 -- both ways out are right


class TestWhereItIs:
    def test_beside_on_disk(self, tmp_path: Path) -> None:
        """In the calendar's folder or below, however its accents are written; never outside."""
        (tmp_path / "calendrier" / "photos").mkdir(parents=True)
        (tmp_path / "calendrier" / "photos" / "e\u0301te\u0301.jpg").write_bytes(b"jpg")
        (tmp_path / "secret.jpg").write_bytes(b"secret")
        (tmp_path / "calendrier" / "lien.jpg").symlink_to(tmp_path / "secret.jpg")
        read = beside_on_disk(tmp_path / "calendrier")

        assert read("photos/\u00e9t\u00e9.jpg") == b"jpg"
        for path in ("../secret.jpg", "lien.jpg", "photos", "absent.jpg", str(tmp_path / "secret.jpg")):
            with pytest.raises(NotFound):
                read(path)

    def test_beside_in_the_bucket(self) -> None:
        """Under the calendar's own prefix."""
        files = MediaTwin({"inbox/semaine/photos/a.jpg": b"jpg", "inbox/b.jpg": b"b"})
        read = beside_in_bucket(files, "inbox/semaine/calendrier.csv")

        assert read("photos/a.jpg") == b"jpg"
        with pytest.raises(NotFound):
            read("b.jpg")

    def test_in_the_file_itself_first(self) -> None:
        """What came in the ZIP is meant, whatever the case of its name."""
        body = picture()
        finder = MediaFinder({"Photos/Pain.PNG": body}, beside_in_bucket(MediaTwin(), "inbox/a.csv"), _no, MediaTwin())

        media, found = finder.find(MediaWanted("photos/pain.png", "Un pain"), "martin")

        assert found == body
        assert media.alt == "Un pain"

    def test_an_address_is_fetched(self) -> None:
        """What `fetch` refuses is told in its words."""
        body = picture()

        def fetch(url: str) -> bytes:
            if url.startswith("https://good.example/"):
                return body
            raise AddressRefused(problem("address_private", host="x"))

        finder = MediaFinder({}, beside_in_bucket(MediaTwin(), "inbox/a.csv"), fetch, MediaTwin())

        assert finder.find(MediaWanted("https://good.example/p.png?w=1"), "martin")[0].name == "p.png"
        with pytest.raises(InvalidInput) as refused:
            finder.find(MediaWanted("https://10.0.0.1/p.png"), "martin")
        assert [found.code for found in refused.value.problems] == ["address_private"]

    def test_the_same_picture_is_read_and_kept_once(self) -> None:
        """A picture that ten rows use is written once by one import."""
        files, store = MediaTwin({"inbox/a.png": picture()}), MediaTwin()
        reads: list[str] = []

        def beside(path: str) -> bytes:
            reads.append(path)
            return beside_in_bucket(files, "inbox/c.csv")(path)

        finder = MediaFinder({}, beside, _no, store)
        for alt in ("Un", "Deux"):
            wanted = MediaWanted("a.png", alt)
            media, body = finder.find(wanted, "martin")
            finder.keep(wanted, "martin", media, body)
            assert media.alt == alt

        assert reads == ["a.png"]
        assert list(store.types.values()) == ["image/png"]


def _no(url: str) -> bytes:
    raise AssertionError(url)
