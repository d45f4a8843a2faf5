"""What `heraut apply` says of contests before anything is written: what may not change, what cannot be held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.cli.speech import complain, problem_line
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.cli.desk import Desk


def check_contests(wanted: Sequence[Brand], desk: Desk, now: datetime) -> None:
    """Say what is doubtful about contests that would begin or change; InvalidInput where they cannot be."""
    brands = desk.brands
    if not any(brand.contests for brand in (*wanted, *brands.every_brand())):
        return
    from heraut.brands.running_contests import refuse_late_changes
    from heraut.contests.known_contests import opened_contests
    from heraut.contests.lint import lint_changes

    opened = {brand.id: opened_contests(brand.id, desk.contests) for brand in wanted}
    refuse_late_changes(wanted, brands, opened)
    current = {brand.id: brand for brand in brands.every_brand()}
    found = [one for brand in wanted for one in lint_changes(current.get(brand.id), brand, now, opened[brand.id])]
    complain((problem_line(one) for one in found if one.warning), style="yellow")
    refused = [one for one in found if not one.warning]
    if refused:
        raise InvalidInput(refused)
