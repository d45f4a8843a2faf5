"""What every public bucket does, the twin and S3 alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.site_objects import PublicBucket
from heraut.due import require_aware
from heraut.errors import ConfigurationError, TryAgain
from tests.contracts.stack import clients
from tests.twins.site_objects import SiteObjectsTwin

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from heraut.networks.site import SiteObjects

KEY = "boulangerie/journal/index.html"
CACHE = "max-age=60"


@pytest.fixture
def s3(aws: None) -> S3Client:
    """A bucket over moto."""
    client = clients().s3
    client.create_bucket(Bucket="public", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return client


@pytest.fixture(params=["twin", "bucket"])
def objects(request: pytest.FixtureRequest) -> SiteObjects:
    """A public bucket."""
    return SiteObjectsTwin() if request.param == "twin" else PublicBucket(request.getfixturevalue("s3"), "public")


def create(objects: SiteObjects, body: bytes = b"one", key: str = KEY) -> bool:
    """Write what is not there yet."""
    return objects.create(key, body, "text/html; charset=utf-8", CACHE)


def test_what_is_not_there_is_none(objects: SiteObjects) -> None:
    """And is in no listing."""
    assert objects.read(KEY) is None
    assert list(objects.entries("")) == []


def test_an_object_is_created_once(objects: SiteObjects) -> None:
    """The second writer changes nothing, and hears it."""
    assert create(objects, b"one")
    assert not create(objects, b"two")
    found = objects.read(KEY)
    assert found is not None
    assert found.body == b"one"


def test_only_what_was_read_is_replaced(objects: SiteObjects) -> None:
    """Of two who read the same page, the second has to read again."""
    create(objects, b"one")
    read = objects.read(KEY)
    assert read is not None
    assert objects.replace(KEY, b"two", read.etag, "text/html", CACHE)
    assert not objects.replace(KEY, b"three", read.etag, "text/html", CACHE)
    again = objects.read(KEY)
    assert again is not None
    assert (again.body, again.etag == read.etag) == (b"two", False)
    assert objects.replace(KEY, b"three", again.etag, "text/html", CACHE)


def test_what_is_gone_is_not_replaced(objects: SiteObjects) -> None:
    """Nor made."""
    assert not objects.replace(KEY, b"two", '"0123"', "text/html", CACHE)
    assert objects.read(KEY) is None


def test_a_listing_gives_what_is_under_a_prefix(objects: SiteObjects) -> None:
    """By key, with the time of writing; nothing of another account."""
    keys = [f"boulangerie/journal/posts/{number:04d}.json" for number in range(7)]
    for key in reversed(keys):
        create(objects, b"{}", key)
    create(objects, b"{}", "boulangerie/journal2/posts/0001.json")
    found = objects.entries("boulangerie/journal/posts/")
    assert [entry.key for entry in found] == keys
    times = [require_aware(entry.modified) for entry in found]
    assert times == sorted(times, reverse=True)  # written in that order; S3 tells whole seconds


class TestBucket:
    def test_readers_are_told_what_it_is_and_how_long_it_is_good(self, s3: S3Client) -> None:
        """After creating and after replacing."""
        objects = PublicBucket(s3, "public")
        create(objects)
        assert s3.head_object(Bucket="public", Key=KEY)["CacheControl"] == CACHE
        read = objects.read(KEY)
        assert read is not None
        objects.replace(KEY, b"two", read.etag, "application/atom+xml", "no-cache")
        head = s3.head_object(Bucket="public", Key=KEY)
        assert (head["ContentType"], head["CacheControl"]) == ("application/atom+xml", "no-cache")

    def test_a_listing_reads_every_page(self, s3: S3Client) -> None:
        """S3 gives a thousand at a time (here: three)."""
        asked: list[None] = []

        def three(params: dict[str, Any], **_: Any) -> None:
            asked.append(None)
            params["MaxKeys"] = 3

        hooks: Any = s3.meta.events
        hooks.register("provide-client-params.s3.ListObjectsV2", three)
        objects = PublicBucket(s3, "public")
        for number in range(7):
            create(objects, key=f"posts/{number}.json")
        assert [entry.key for entry in objects.entries("posts/")] == [f"posts/{number}.json" for number in range(7)]
        assert len(asked) == 3

    @pytest.mark.parametrize(
        ("code", "status", "expected"),
        [
            ("PreconditionFailed", 412, False),
            ("ConditionalRequestConflict", 409, False),  # two at once: moto never says so
            ("SlowDown", 503, TryAgain),
            ("AccessDenied", 403, ConfigurationError),
        ],
    )
    def test_what_s3_says_to_a_writer(
        self, s3: S3Client, code: str, status: int, expected: bool | type[Exception]
    ) -> None:
        """Somebody else is a plain False, trouble is an error."""
        objects = PublicBucket(s3, "public")
        raw = type("Raw", (), {"status_code": status, "headers": {}, "content": b""})()
        parsed = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        hooks: Any = s3.meta.events
        hooks.register("before-call.s3.PutObject", lambda **_: (raw, parsed))
        if isinstance(expected, bool):
            assert create(objects) is expected
            assert objects.replace(KEY, b"two", '"0123"', "text/html", CACHE) is expected
            return
        with pytest.raises(expected):
            create(objects)
        with pytest.raises(expected):
            objects.replace(KEY, b"two", '"0123"', "text/html", CACHE)
