"""What every store of files does, the twin and the bucket alike; and what only the bucket does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.objects import FilesBucket
from heraut.errors import ConfigurationError, NotFound, TryAgain
from tests.contracts.stack import clients
from tests.twins.media import MediaTwin

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from heraut.publishing.store import MediaStore

KEY = "inbox/boulangerie/été à la mer/pain 1+1.jpg"


@pytest.fixture
def s3(aws: None) -> S3Client:
    """A bucket over moto."""
    client = clients().s3
    client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return client


@pytest.fixture(params=["twin", "bucket"])
def files(request: pytest.FixtureRequest) -> MediaStore:
    """A store of files."""
    return MediaTwin() if request.param == "twin" else FilesBucket(request.getfixturevalue("s3"), "files")


def test_what_was_never_kept_is_not_found(files: MediaStore) -> None:
    """Nor what has a similar name."""
    files.save(KEY, b"jpg", "image/jpeg")
    with pytest.raises(NotFound, match="inbox/other"):
        files.read("inbox/other")


def test_a_file_comes_back_as_it_was(files: MediaStore) -> None:
    """Any bytes under any name, the newest ones."""
    files.save(KEY, b"old", "image/jpeg")
    files.save(KEY, bytes(range(256)), "image/jpeg")
    assert files.read(KEY) == bytes(range(256))


def test_the_size_is_told_without_reading(files: MediaStore) -> None:
    """In bytes; None for what is not there."""
    files.save(KEY, b"12345", "image/jpeg")
    assert files.size(KEY) == 5
    assert files.size("media/other") is None


class TestBucket:
    def test_the_content_type_is_kept(self, s3: S3Client) -> None:
        """A browser that follows the link shows a picture."""
        FilesBucket(s3, "files").save(KEY, b"jpg", "image/jpeg")
        assert s3.head_object(Bucket="files", Key=KEY)["ContentType"] == "image/jpeg"

    def test_a_link_opens_the_file_for_a_day(self, s3: S3Client) -> None:
        """Signed for a day, with the bucket's own name in front."""
        address = FilesBucket(s3, "files").link("media/boulangerie/abc.jpg")
        assert address.startswith("https://files.s3.")
        assert "/media/boulangerie/abc.jpg?" in address
        assert "X-Amz-Expires=86400" in address

    @pytest.mark.parametrize(
        ("code", "status", "expected"),
        [
            ("AccessDenied", 403, NotFound),
            ("NoSuchBucket", 404, ConfigurationError),
            ("SlowDown", 503, TryAgain),
            ("InternalError", 500, TryAgain),
        ],
    )
    def test_what_s3_says_to_those_who_may_not_list(
        self, s3: S3Client, code: str, status: int, expected: type[Exception]
    ) -> None:
        """A missing file is refused, not missing, to a function that may only read; moto never does that."""
        raw = type("Raw", (), {"status_code": status, "headers": {}, "content": b""})()
        parsed = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        hooks: Any = s3.meta.events
        hooks.register("before-call.s3.GetObject", lambda **_: (raw, parsed))
        with pytest.raises(expected):
            FilesBucket(s3, "files").read(KEY)
