"""The files bucket: calendars dropped in, reports written, media kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge
from heraut.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

LINK_GOOD_FOR = timedelta(days=1)
# S3 says 404 to those who may list the bucket, and 403 to the others: a function may read its prefix, not list it.
_NOT_THERE = frozenset({"NoSuchKey", "AccessDenied"})
_NO_HEAD = frozenset({"404", "403"})  # an answer to HEAD has no body that would say more


class FilesBucket:
    """The port `publishing.store.MediaStore` over the files bucket (`inbox/`, `reports/`, `media/`)."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def save(self, key: str, body: bytes, content_type: str) -> None:
        """Keep a file under its key."""
        with edge("save a file"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def read(self, key: str) -> bytes:
        """Read a file; NotFound when it is not there (or not ours to read)."""
        with edge("read a file"):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    raise NotFound(key) from error
                raise

    def size(self, key: str) -> int | None:
        """Give the size of a file in bytes without reading it, None when it is not there (or not ours to read)."""
        with edge("look at a file"):
            try:
                return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
            except ClientError as error:
                if code_of(error) in _NO_HEAD:
                    return None
                raise

    def keys(self, prefix: str) -> Iterator[str]:
        """Give the keys of all files under a prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with edge("list files"):
            for page in pages:
                yield from (held["Key"] for held in page.get("Contents", ()))

    def remove(self, key: str) -> None:
        """Erase a file; one that is gone already is gone."""
        with edge("erase a file"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def link(self, key: str) -> str:
        """Give an address, good for a day, from which a person may take the file.

        It is signed with the keys that we have now: a function's keys may end sooner, and the address with them.
        """
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": key},
            ExpiresIn=int(LINK_GOOD_FOR.total_seconds()),
        )
