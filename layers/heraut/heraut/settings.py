"""Settings: one type per function, read once, on first call; each field is a variable in capitals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from heraut.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Settings:
    """Base: reads every field of its type from the environment variable of its name in capitals.

    No dataclasses: a function uses one of these types, and making them all took a fiftieth of its start.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read the settings; ConfigurationError names the first variable that is missing."""
        for field in self.fields():
            name = field.upper()
            if name not in environ:
                text = f"the environment variable {name} is missing: the template sets it"
                raise ConfigurationError(text)
            self.__dict__[field] = environ[name]

    @classmethod
    def fields(cls) -> list[str]:
        """Give the names of its fields."""
        return list(cls.__annotations__)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: what was read stays."""
        raise AttributeError(f"{type(self).__name__}.{name} is read once")


class ImportCalendarSettings(Settings):
    """Reads inbox/, writes posts, media/ and reports/; dispatches what is due at once."""

    brands_table: str
    posts_table: str
    files_bucket: str
    delivery_queue_url: str
    prepare_function: str
    secrets_path: str
    local_servers: str


class DispatchPostsSettings(Settings):
    """Reads the due index, sends to the queue; `heartbeat_url` may be empty, and is nobody else's business."""

    posts_table: str
    delivery_queue_url: str
    prepare_function: str
    heartbeat_url: str
    local_servers: str


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


class TellPeopleSettings(Settings):
    """Turns events of the posts' stream into messages."""

    brands_table: str
    posts_table: str
    conversations_table: str
    secrets_path: str
    local_servers: str
    links_url: str
    mail_from: str
    mail_events: str


class ActOnLinkSettings(Settings):
    """Shows and does what a link says."""

    brands_table: str
    posts_table: str
    conversations_table: str
    files_bucket: str
    delivery_queue_url: str
    interaction_queue_url: str
    prepare_function: str
    local_servers: str


class ReceiveMailSettings(Settings):
    """Reads what people answer by e-mail; `answers_domain` is empty where no mail is received."""

    brands_table: str
    posts_table: str
    conversations_table: str
    files_bucket: str
    delivery_queue_url: str
    prepare_function: str
    local_servers: str
    links_url: str
    mail_from: str
    answers_domain: str


class NoteReplySettings(Settings):
    """Closes what was answered from here."""

    brands_table: str
    conversations_table: str


class PollNetworksSettings(Settings):
    """Listens to the accounts, looks after their webhooks."""

    brands_table: str
    conversations_table: str
    posts_table: str
    secrets_path: str
    local_servers: str
    mail_from: str
    mail_events: str


class ReceiveWebhookSettings(Settings):
    """Takes in what networks send."""

    conversations_table: str
    files_bucket: str
    interaction_queue_url: str
    secrets_path: str


class RouteInteractionSettings(Settings):
    """Reads what was taken in."""

    brands_table: str
    conversations_table: str
    posts_table: str
    files_bucket: str
    secrets_path: str
    local_servers: str


class EscalateAlertsSettings(Settings):
    """Tells people of alerts, by each one's ways."""

    brands_table: str
    conversations_table: str
    secrets_path: str
    local_servers: str
    links_url: str
    mail_from: str
    answers_domain: str
    mail_events: str


class NoteBounceSettings(Settings):
    """Tells by other ways what came back."""

    brands_table: str
    conversations_table: str
    secrets_path: str
    local_servers: str
    mail_from: str
    mail_events: str


class SendMorningPointSettings(Settings):
    """Says to each brand's people, by each one's ways, what their morning holds."""

    brands_table: str
    posts_table: str
    conversations_table: str
    secrets_path: str
    local_servers: str
    links_url: str
    mail_from: str
    mail_events: str


class RunContestsSettings(Settings):
    """Runs contests; what is public of them goes under contests/ of the public bucket."""

    brands_table: str
    posts_table: str
    conversations_table: str
    contests_table: str
    public_bucket: str
    public_url: str
    secrets_path: str
    local_servers: str
    mail_from: str
    mail_events: str


class RefreshTokensSettings(Settings):
    """Renews what expires, tells who must renew the rest."""

    brands_table: str
    posts_table: str
    conversations_table: str
    secrets_path: str
    local_servers: str
    mail_from: str
    mail_events: str


class CheckUpcomingSettings(Settings):
    """Looks ahead at what leaves within a day or an hour."""

    brands_table: str
    posts_table: str
    conversations_table: str
    files_bucket: str
    public_bucket: str
    public_url: str
    secrets_path: str
    local_servers: str
    mail_from: str
    mail_events: str
