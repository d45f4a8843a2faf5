"""`heraut brand export` and `erase`: a client who leaves takes everything, and nothing stays."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import DryRun, Stack, Yes, no_such_brand, open_desk
from heraut.cli.speech import CannotGoOn, say, tell

if TYPE_CHECKING:
    from heraut.cli.desk import Desk

BrandId = Annotated[str, typer.Argument(metavar="BRAND")]
To = Annotated[Path, typer.Option("--to")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    brand = typer.Typer(no_args_is_help=True)
    brand.command("export")(export)
    brand.command("erase")(erase)
    app.add_typer(brand, name="brand")


def export(ctx: typer.Context, brand: BrandId, to: To, stack: Stack = None) -> None:
    desk = open_desk(ctx, stack)
    _export(_known(desk, brand), to, desk)


def erase(
    ctx: typer.Context, brand: BrandId, to: To, dry_run: DryRun = False, yes: Yes = False, stack: Stack = None
) -> None:
    from heraut.brands.remove_brand import counted, erase_brand

    desk = open_desk(ctx, stack)
    found = _known(desk, brand)
    for place, number in counted(found, desk.places).items():
        tell(say(f"brand_held_{place.lower()}", count=number))
    tell(say("brand_beyond"))
    if dry_run:
        return
    _refuse_leaving(desk, found)
    _export(found, to, desk)
    if not yes and str(typer.prompt(say("brand_erase_question", brand=found))).strip() != found:
        tell(say("person_nothing_erased"))
        return
    gone = erase_brand(found, desk.places)
    tell(say("brand_erased", brand=found, count=sum(gone.values())), "green")


def _known(desk: Desk, brand: str) -> str:
    """Give the brand's id: the exact one is asked for, since what follows cannot be undone."""
    if desk.brands.brand(brand) is None:
        raise no_such_brand(brand, desk.brands.every_brand())
    return brand


def _refuse_leaving(desk: Desk, brand: str) -> None:
    """Refuse while a post leaves, or nobody knows whether it is online: its end would be written nowhere."""
    in_doubt = {"sending", "unconfirmed"}
    leaving = [one.id for one in desk.posts.queue(brand) if one.state.value in in_doubt]
    if leaving:
        raise CannotGoOn("brand_leaving", posts=", ".join(leaving))


def _export(brand: str, to: Path, desk: Desk) -> None:
    from heraut.brands.remove_brand import export_brand

    try:
        with zipfile.ZipFile(to, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, body in export_brand(brand, desk.places):
                archive.writestr(name, body)
    except FileExistsError:
        raise CannotGoOn("brand_file_there", file=to) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=to, why=error.strerror or "") from error
    tell(say("brand_exported", brand=brand, file=to), "green")
