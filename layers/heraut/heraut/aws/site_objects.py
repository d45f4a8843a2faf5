"""The public bucket: what the `site` network shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.aws.edge import edge
from heraut.errors import Conflict, NotFound
from heraut.networks.site import SiteEntry, SiteObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3 import S3Client


class PublicBucket:
    """The port `networks.site.SiteObjects` over the public bucket.

    Writes are conditional (S3: `If-None-Match: *`, `If-Match`), so that two posts in one second both stand. A write of
    ours that arrives twice is False the second time: whoever asked reads again and finds its own.
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
                self._put(key, body, content_type, cache, IfNoneMatch="*")
        except Conflict:
            return False
        return True

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        """Write over an object that still has this ETag; False when it has not, or is gone."""
        try:
            with edge("replace an object of the site"):
                self._put(key, body, content_type, cache, IfMatch=etag)
        except (Conflict, NotFound):
            return False
        return True

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        """Give every object whose key starts with `prefix`, by key."""
        with edge("list the site"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [SiteEntry(item["Key"], item["LastModified"]) for page in pages for item in page.get("Contents", [])]

    def _put(self, key: str, body: bytes, content_type: str, cache: str, **condition: Any) -> None:
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, CacheControl=cache, **condition
        )
