"""What was deployed starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.stack import functions_of
from tests.infra.translated import written

if TYPE_CHECKING:
    from tests.e2e.world import World


@pytest.mark.parametrize("name", functions_of(written()["Outputs"]))
def test_each_function_starts_with_what_it_was_given(world: World, name: str) -> None:
    """Its layer, its settings and its handler are there: what `make deploy` tries too."""
    assert world.invoke(name, {"self_test": True}) == {"ok": True}


def test_private_files_are_private(world: World) -> None:
    """A stranger reads the public bucket and nothing else."""
    world.client("s3").put_object(Bucket=world.outputs["FilesBucket"], Key="reports/x.json", Body=b"{}")
    world.client("s3").put_object(Bucket=world.outputs["PublicBucket"], Key="x.html", Body=b"<p>")

    assert world.public("x.html") == b"<p>"
    assert world.public(f"../{world.outputs['FilesBucket']}/reports/x.json") == b""
