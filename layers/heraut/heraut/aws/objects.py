"""The buckets: calendars, reports and media in one, the public site in the other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge
from heraut.errors import Conflict, NotFound
from heraut.networks.site import SiteEntry, SiteObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3 import S3Client

LINK_GOOD_FOR = timedelta(days=1)
# S3 says 404 to those who may list the bucket, and 403 to the others: a function may read its prefix, not list it.
_NOT_THERE = frozenset({"NoSuchKey", "AccessDenied"})


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

    def link(self, key: str) -> str:
        """Give an address, good for a day, from which a person may take the file.

        It is signed with the keys that we have now: a function's keys may end sooner, and the address with them.
        """
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": key},
            ExpiresIn=int(LINK_GOOD_FOR.total_seconds()),
        )


class PublicBucket:
    """The port `networks.site.SiteObjects` over the public bucket.

    Writes are conditional (S3: `If-None-Match: *`, `If-Match`), so that two posts in one second both stand. A write of ours
    that arrives twice is False the second time: whoever asked reads again and finds its own.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str) -> SiteObject | None:
        """Read an object; None when it is not there."""
        try:
            with edge("read an object of the site"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return SiteObject(body=answer["Body"].read(), etag=answer["ETag"])
        except NotFound:
            return None

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        """Write an object that is not there yet; False when it is, or when somebody else is at it."""
        try:
            with edge("write an object of the site"):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    CacheControl=cache,
                    IfNoneMatch="*",
                )
        except Conflict:
            return False
        return True

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        """Write over an object that still has this ETag; False when it has not, or is gone."""
        try:
            with edge("replace an object of the site"):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    CacheControl=cache,
                    IfMatch=etag,
                )
        except (Conflict, NotFound):
            return False
        return True

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        """Give every object whose key starts with `prefix`, by key."""
        with edge("list the site"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [SiteEntry(item["Key"], item["LastModified"]) for page in pages for item in page.get("Contents", [])]
