"""Twin of the media bucket."""

from __future__ import annotations

from heraut.errors import NotFound


class MediaTwin:
    """Files by key, with their content type in `types`."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self.types: dict[str, str] = {}

    def save(self, key: str, body: bytes, content_type: str) -> None:
        self.files[key] = body
        self.types[key] = content_type

    def read(self, key: str) -> bytes:
        if key not in self.files:
            raise NotFound(key)
        return self.files[key]

    def size(self, key: str) -> int | None:
        return len(self.files[key]) if key in self.files else None

    def link(self, key: str) -> str:
        return f"https://files.example/{key}?signed=1"
