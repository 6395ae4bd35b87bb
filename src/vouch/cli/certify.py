"""`vouch certify`: issue a certificate of the last proof, signed, or verify one.

It does not know what is proven or how.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from vouch.cli.console import HELD, OK, command, escaped, out, show_json
from vouch.cli.latest import latest, only
from vouch.errors import UsageError
from vouch.project.project import locate
from vouch.proof.certificate import Issued, certificate_of, read_certificate, write_certificate
from vouch.proof.signing import new_key, sign
from vouch.proof.verification import Check, holds, verify


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("certify")(certify)


@command
async def certify(
    app: Annotated[str | None, typer.Argument(help="The app: to certify, or to verify that it is the one.")] = None,
    proof: Annotated[str | None, typer.Option("--proof", help="The proof, where the app has several.")] = None,
    key: Annotated[
        Path | None, typer.Option("--key", envvar="VOUCH_SIGNING_KEY", help="The private key that signs it.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="The file to write (certificate.json).")] = None,
    check: Annotated[Path | None, typer.Option("--verify", help="Verify the certificate in this file.")] = None,
    trust: Annotated[list[str] | None, typer.Option("--trust", help="A public key whose word counts.")] = None,
    make: Annotated[Path | None, typer.Option("--new-key", help="Make a private key in this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the outcome as JSON.")] = False,
) -> int:
    """Issue a certificate of an app's last proof, or verify one. Exit: 0 it holds, 1 it does not, 2 error.

    \b
    Examples:
      vouch certify --new-key ~/.config/vouch/signing.pem
      vouch certify shop --key ~/.config/vouch/signing.pem --to certificate.json
      vouch certify shop --verify certificate.json --trust vCyZ...
    """
    if make is not None:
        public = new_key(make)
        show_json({"key": str(make), "public": public}) if json else out.print(f"{make}: its public key is {public}")
        return OK
    if check is not None:
        return await _verify(check, app, trust or [], json=json)
    if app is None:
        raise UsageError("name an app to certify, or a certificate to verify: vouch certify --verify FILE")
    issued = await _issue(app, proof, key)
    file = to or Path("certificate.json")
    write_certificate(issued, file)
    if json:
        show_json(issued)
    else:
        signed = f", signed by {issued.signed_by}" if issued.signed_by else ", signed by nobody: give --key FILE"
        out.print(f"{file}: {issued.certificate.claim}; good until {issued.certificate.expires}{signed}")
    return OK


async def _issue(name: str, proof: str | None, key: Path | None) -> Issued:
    project, called = locate(name)
    built = project.app(called)
    chosen = only(built, [declared for declared in built.proofs if proof in (None, declared.name)])
    async with await project.house() as house:
        report = await latest(house.journal, built, chosen, typed=name)
    certificate = certificate_of(report)
    if key is None:
        return Issued(certificate)
    return Issued(certificate, *sign(Issued(certificate).signed, key))


async def _verify(file: Path, app: str | None, trust: list[str], *, json: bool) -> int:
    issued = read_certificate(file)
    if app is None:
        checks = await verify(issued, trust=trust)
    else:
        project, called = locate(app)
        async with await project.house() as house:
            checks = await verify(issued, trust=trust, app=project.app(called), journal=house.journal)
    good = holds(checks)
    if json:
        show_json({"holds": good, "checks": checks, "certificate": issued.certificate})
    else:
        _show(issued, checks, good=good)
    return OK if good else HELD


def _show(issued: Issued, checks: list[Check], *, good: bool) -> None:
    out.print(f"{'Holds' if good else 'Does not hold'}: {escaped(issued.certificate.claim)}")
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in checks:
        mark = {True: "yes", False: "NO", None: "-"}[check.holds]
        table.add_row(f"  {mark}", check.name, escaped(check.why))
    out.print(table)
    out.print("It assumes:")
    for assumption in issued.certificate.assumptions:
        out.print(f"  {escaped(assumption)}")
