"""Reading an account's own posts back, to know whether a doubtful call was accepted.

A post is ours when it carries an upload of ours, or when everything agrees: account, time within the window, the words
(of warning and text together: a server may move one into the other), pictures, poll, place in the thread, and no other
delivery's id. Text alone is never enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import NetworkError, ReadBackUnavailable
from heraut.networks.base import Begun, Published
from heraut.networks.mastodon_answers import next_max_id, statuses_of
from heraut.networks.mastodon_media import known_ids
from heraut.networks.mastodon_post import messages
from heraut.networks.mastodon_text import fingerprint
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.networks.base import Job, Window
    from heraut.networks.mastodon_answers import Status
    from heraut.networks.mastodon_server import Server

PAGE = 40  # the most that Mastodon gives at once
MOST_PAGES = 10


def find(server: Server, job: Job, window: Window, taken: frozenset[str]) -> Published | Begun | None:
    """Look for the parts of `job` that are not in `job.done`, each a reply to the one before.

    None when the first of them is not online. Raises ReadBackUnavailable when the posts of the window could not all be
    read.
    """
    found = online(server, job, window, taken)
    if not found:
        return None
    ids = (*job.done, *(one.id for one in found))
    url = None if job.done else found[0].url
    if len(ids) < len(messages(job.content)):
        return Begun(ids, url)
    return Published(remote_ids=ids, url=url, at=found[0].created_at)


def online(server: Server, job: Job, window: Window, taken: frozenset[str] = frozenset()) -> list[Status]:
    """Give the posts that are the parts after `job.done`, up to the first that is not there.

    Raises ReadBackUnavailable when the posts of the window could not all be read.
    """
    try:
        posts = [one for one in _own_posts(server, window) if one.id not in taken]
        keeps_ids = server.instance().is_mastodon
    except ReadBackUnavailable:
        raise
    except NetworkError as error:
        raise ReadBackUnavailable(error.problem) from error
    found: list[Status] = []
    answers = job.content.in_reply_to
    reply_to = job.done[-1] if job.done else answers.interaction if answers else None
    for part in range(len(job.done), len(messages(job.content))):
        ours = _part(posts, job, part, reply_to, window, keeps_ids=keeps_ids)
        if ours is None:
            break
        found.append(ours)
        reply_to = ours.id
    return found


def _own_posts(server: Server, window: Window) -> Iterator[Status]:
    """Give the account's posts, newest first, until they are older than the window."""
    account = server.account_id()
    params = {"limit": str(PAGE), "exclude_reblogs": "true"}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = server.read(f"/api/v1/accounts/{account}/statuses", params)
        page = [one for one in statuses_of(answer) if one.id not in seen]
        if not page:
            return
        seen.update(one.id for one in page)
        yield from (one for one in page if one.account == account and not one.reblog)
        if page[-1].created_at < window.since:
            return
        following = next_max_id(answer)
        if following is None and "Link" in answer.headers:
            return
        params = {**params, "max_id": following or page[-1].id}
    raise ReadBackUnavailable(problem("mastodon_not_read_back", host=server.host))


def _part(
    posts: list[Status], job: Job, part: int, reply_to: str | None, window: Window, *, keeps_ids: bool
) -> Status | None:
    uploads = frozenset(known_ids(job, part))
    same = [one for one in posts if one.reply_to == reply_to and one.id not in job.done]
    carrying = [one for one in same if uploads & {media_id for media_id, _ in one.media}]
    if carrying:
        return carrying[-1]
    if uploads and keeps_ids:
        return None  # the same words over other pictures: somebody else's doing
    alike = [one for one in same if _within(one, window) and _says_the_same(one, job, part)]
    return alike[-1] if alike else None  # the oldest


def _within(status: Status, window: Window) -> bool:
    return window.since <= status.created_at <= window.until


def _says_the_same(status: Status, job: Job, part: int) -> bool:
    said = messages(job.content)[part]
    warning = job.content.content_warning or ""
    words = fingerprint(f"{warning}\n{said.text}")
    if words not in map(fingerprint, status.texts) or len(status.media) != len(said.media):
        return False
    poll = job.content.poll if part == 0 else None
    options = [fingerprint(option) for option in poll.options] if poll else []
    if options != [fingerprint(option) for option in status.poll]:
        return False
    described = [fingerprint(item.alt) for item in said.media]
    return bool(words or options) or described == [fingerprint(alt) for _, alt in status.media]
