"""Functions remember an account's secret for minutes; a person who has just given another is not to wait for it.

Who is refused with the remembered one reads it again, and goes on with the new one.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from heraut.errors import CredentialsExpired, HerautError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from heraut.brands.store import Secrets

log = logging.getLogger(__name__)
T = TypeVar("T")


def use_secret(
    secrets: Secrets,
    brand: str,
    account: str,
    use: Callable[[Mapping[str, str]], T],
    refusal: type[HerautError] = CredentialsExpired,
) -> T:
    """Call `use` with the account's secret ({} when it has none); once more when it is refused and there is another.

    For calls that may be made twice. Raises what `use` raises; `refusal` is what it raises of a secret that is no good.
    """
    secret = secrets.secret(brand, account) or {}
    try:
        return use(secret)
    except refusal:
        newer = newer_secret(secrets, brand, account, secret)
        if newer is None:
            raise
        return use(newer)


def newer_secret(secrets: Secrets, brand: str, account: str, refused: Mapping[str, str]) -> Mapping[str, str] | None:
    """Give the secret that somebody gave since; None when the refused one is still the account's, or nobody can say."""
    try:
        now_is = secrets.anew(brand, account)
    except HerautError:  # whoever asks has an answer already: the refusal
        log.warning("the secret of %s/%s could not be read again", brand, account, exc_info=True)
        return None
    return None if now_is is None or now_is == refused else now_is
