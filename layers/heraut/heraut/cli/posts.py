"""`heraut post ...`."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    post = typer.Typer(no_args_is_help=True)

    @post.command("show")
    def show(post: str) -> None: ...

    app.add_typer(post, name="post")
