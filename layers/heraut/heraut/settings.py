"""Settings: one frozen type per function, read once, on first call; each field is a variable in capitals."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from heraut.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Settings:
    """Base: reads every field from the environment variable of its name in capitals."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; ConfigurationError names the first variable that is missing."""
        values = {}
        for field in fields(cls):
            name = field.name.upper()
            if name not in environ:
                text = f"the environment variable {name} is missing: the template sets it"
                raise ConfigurationError(text)
            values[field.name] = environ[name]
        return cls(**values)


@dataclass(frozen=True)
class ImportCalendarSettings(Settings):
    """Reads inbox/, writes posts, media/ and reports/; dispatches what is due at once."""

    brands_table: str
    posts_table: str
    files_bucket: str
    delivery_queue_url: str
    prepare_function: str
    secrets_path: str
    local_servers: str


@dataclass(frozen=True)
class DispatchPostsSettings(Settings):
    """Reads the due index, sends to the queue; `heartbeat_url` may be empty, and is nobody else's business."""

    posts_table: str
    delivery_queue_url: str
    prepare_function: str
    heartbeat_url: str
    local_servers: str


@dataclass(frozen=True)
class PrepareDeliverySettings(Settings):
    """Uploads ahead."""

    brands_table: str
    posts_table: str
    files_bucket: str
    public_bucket: str
    public_url: str
    delivery_queue_url: str
    secrets_path: str
    local_servers: str


@dataclass(frozen=True)
class PublishPostSettings(Settings):
    """Makes the final call of a delivery."""

    brands_table: str
    posts_table: str
    public_bucket: str
    public_url: str
    delivery_queue_url: str
    prepare_function: str
    secrets_path: str
    local_servers: str


@dataclass(frozen=True)
class TellPeopleSettings(Settings):
    """Turns events of the posts' stream into messages."""

    brands_table: str
    posts_table: str
    links_url: str
    mail_from: str


@dataclass(frozen=True)
class ActOnLinkSettings(Settings):
    """Shows and does what a link says."""

    brands_table: str
    posts_table: str
    files_bucket: str
    delivery_queue_url: str
    prepare_function: str


@dataclass(frozen=True)
class RefreshTokensSettings(Settings):
    """Renews what expires, tells who must renew the rest."""

    brands_table: str
    posts_table: str
    secrets_path: str
    local_servers: str
    mail_from: str


@dataclass(frozen=True)
class CheckUpcomingSettings(Settings):
    """Looks ahead at what leaves within a day or an hour."""

    brands_table: str
    posts_table: str
    files_bucket: str
    public_bucket: str
    public_url: str
    secrets_path: str
    local_servers: str
    mail_from: str
