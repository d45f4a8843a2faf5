"""Have Meta send its events: the application is told an address for a kind of object, the Page is told the application.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started; /{app}/subscriptions, /{page}/subscribed_apps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.networks.graph_network import PAGE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.networks.graph_api import Graph


def subscribe(graph: Graph, kind: str, fields: str, webhook: Mapping[str, str]) -> None:
    """Subscribe the application to `fields` of objects of a `kind` ("page", "instagram"), and the Page to it.

    Meta asks the address at once whether it is ours. There is no end to it; an application has one address a kind.
    """
    page = graph.page()
    graph.write_to_app(
        "subscriptions",
        object=kind,
        callback_url=webhook["address"],
        verify_token=webhook["verify_token"],
        fields=fields,
        include_values="true",
    )
    graph.write(f"{page.id}/subscribed_apps", subscribed_fields=PAGE_FIELDS)
