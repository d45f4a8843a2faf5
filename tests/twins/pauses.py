"""Twin of the pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict
from heraut.publishing.brake import Ended, Pause
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from tests.twins.posts import PostsTwin


class PausesTwin:
    """Pauses in memory; the posts' twin beside it minds those that are on."""

    def __init__(self, posts: PostsTwin) -> None:
        self._posts = posts
        self._on: dict[str, Pause] = {}
        self._over: list[Ended] = []

    def begin(self, pause: Pause) -> Pause:
        held = self._on.get(pause.scope.mark)
        if held is None or held.ending_at is not None:
            held = self._on[pause.scope.mark] = kept(pause)
            self._posts.pauses.add(held.scope.mark)
        return held

    def pauses(self, brands: Collection[str]) -> Sequence[Pause]:
        found = [one for one in self._on.values() if one.brand is None or one.brand in brands]
        return sorted(found, key=lambda one: (one.at, one.scope.mark))

    def end(self, pause: Pause, at: datetime) -> Pause:
        held = self._on.get(pause.scope.mark)
        if held is None or held.at != pause.at:
            raise Conflict(f"{pause.scope.mark} is no longer the pause that was read")
        ending = kept(held.model_copy(update={"ending_at": held.ending_at or at}))
        self._on[pause.scope.mark] = ending
        self._posts.pauses.discard(pause.scope.mark)
        return ending

    def remove(self, pause: Pause, by: str, at: datetime) -> None:
        held = self._on.get(pause.scope.mark)
        if held is None or held.at != pause.at:
            return
        del self._on[pause.scope.mark]
        self._posts.pauses.discard(pause.scope.mark)
        over = {**pause.model_dump(by_alias=True), "ended_at": at, "ended_by": by}
        self._over.append(kept(Ended.model_validate(over)))

    def ended(self, brands: Collection[str]) -> Sequence[Ended]:
        found = [one for one in self._over if one.brand is None or one.brand in brands]
        return sorted(found, key=lambda one: one.ended_at, reverse=True)
