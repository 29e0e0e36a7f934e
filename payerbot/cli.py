"""The commands of payerbot: what each does, what it takes, an example. What they do is in payerbot/commands, imported when it is wanted."""

from __future__ import annotations

import signal
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from types import FrameType

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_WAITING = 3


class Jobs(StrEnum):
    """What a file can be run as."""

    ELIGIBILITY = "eligibility"
    CLAIM_STATUS = "claim-status"
    EOBS = "eobs"
    LETTERS = "letters"


class Commands(TyperGroup):
    """No traceback gets out of a command: a sentence, and the exit code that belongs to it."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  typer's own types
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            typer.echo("Stopped: nothing is lost, what was not asked yet waits; the same command goes on with it.", err=True)
            raise typer.Exit(EXIT_FAILED) from None
        except BrokenPipeError:
            raise typer.Exit(EXIT_FAILED) from None
        except Exception as trouble:
            if _is_usage(trouble):
                raise
            from payerbot.commands import trouble as telling

            text, code = telling.told(trouble, ctx.invoked_subcommand or "")
            typer.echo(text, err=True)
            raise typer.Exit(code) from None


def _is_usage(trouble: Exception) -> bool:
    """True for what typer says itself: a missing argument, an unknown option."""
    return hasattr(trouble, "exit_code") and hasattr(trouble, "show")


def _group(help_text: str) -> typer.Typer:
    return typer.Typer(
        cls=Commands, help=help_text, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
    )


def example(*lines: str) -> str:
    """What stands below a command's help, line for line."""
    return "\b\nExample:\n  " + "\n  ".join(lines)


app = _group("Does a mental-health practice's work on payer portals: coverage of tomorrow's visits, what became of every open claim.")
keys = _group("User ids, passwords and authenticator seeds: in the operating system's keyring, nowhere else.")
audit = _group("The record of who did what and looked at whom.")
outbox = typer.Typer(cls=Commands, invoke_without_command=True, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
selectors = _group("The elements of a portal's pages.")
eobs = _group("Remittance documents (EOBs) that were fetched.")
letters = _group("What payers wrote beside their remittances: requests for records, overpayments, decisions.")
auths = _group("Authorization requests: prepared by payerbot, approved by a person, sent once, followed until decided.")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.add_typer(eobs, name="eobs")
app.add_typer(letters, name="letters")
app.add_typer(outbox, name="outbox")
app.add_typer(selectors, name="selectors")
app.add_typer(auths, name="auths")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
Again = Annotated[bool, typer.Option("--again", help="Ask everything anew, although this file was loaded today.")]
Headed = Annotated[bool, typer.Option("--headed", help="Show the browser's window.")]
Out = Annotated[Path | None, typer.Option(help="Where the answers go; default: beside the file, its name with '.answers'.")]
As = Annotated[str, typer.Option("--as", metavar="STAFF_ID", help="Who you are; default: PAYERBOT_STAFF, else you are asked.")]
Login = Annotated[str | None, typer.Option(help="Which login; default: the first one that practice.yaml lists for the portal.")]
Rows = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CSV or Excel file, one question a line.")]
AuthId = Annotated[str, typer.Argument(metavar="ID", help="The request, its row or its question, as 'payerbot auths list' shows it.")]
PortalName = Annotated[str, typer.Argument(metavar="PORTAL", help="The portal, as 'payerbot portals' shows it.")]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        try:
            typer.echo(f"payerbot {installed('payerbot')}")
        except PackageNotFoundError:
            typer.echo("payerbot, not installed")
        raise typer.Exit


@app.callback()
def _every(
    _version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """Nothing is asked of every command."""


@app.command(
    epilog=example(
        "payerbot run eligibility schedule.csv --out tomorrow.csv",
        "payerbot run claim-status open_claims.csv --portal availity",
        "payerbot run eobs payments.csv",
        "payerbot run letters payers.csv",
    )
)
def run(
    job: Annotated[Jobs, typer.Argument(metavar="JOB", help="eligibility, claim-status, eobs or letters.")],
    file: Rows,
    out: Out = None,
    portal: Annotated[str | None, typer.Option(help="Ask at this portal only; rows of the others wait.")] = None,
    headed: Headed = False,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Load a file, ask the portals, write one line per row.

    The same file again on the same day goes on where it stopped. Exit code 0: every row answered; 3: finished, but rows wait or
    were rejected; 1: the run failed; 2: wrong usage.
    """
    from payerbot.commands import batches

    raise typer.Exit(batches.run(str(job), file, out=out, portal=portal, headed=headed, again=again, as_json=as_json))


@app.command(epilog=example("payerbot load claim-status open_claims.csv"))
def load(
    job: Annotated[Jobs, typer.Argument(metavar="JOB", help="eligibility, claim-status, eobs or letters.")],
    file: Rows,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Put every row of a file in the ledger as today's batch, and ask nothing yet; loaded twice on one day it resumes."""
    from payerbot.commands import batches

    raise typer.Exit(batches.load(str(job), file, again=again, as_json=as_json))


@app.command(epilog=example("payerbot export", "payerbot export claims-20261122-7f3a9c12 --out answers.csv"))
def export(
    batch: Annotated[str | None, typer.Argument(metavar="[BATCH]", help="The batch; without it, those there are get listed.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers go; default: the batch's name in this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write one line per row of a batch: its answer, its question's number, or what it waits for."""
    from payerbot.commands import batches

    raise typer.Exit(batches.export(batch, out=out, as_json=as_json))


@eobs.command(
    "export", epilog=example("payerbot eobs export --to eobs-november", "payerbot eobs export --to today --batch eobs-20261120-7f3a9c12")
)
def eobs_export(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder; only you can look into it.")],
    batch: Annotated[str | None, typer.Option(help="One batch only; default: all of them.")] = None,
    staff: As = "",
    as_json: AsJson = False,
) -> None:
    """Decrypt the fetched EOBs into a new folder, as yourself; it is written down who did. Exit code 3 where some are not kept any more."""
    from payerbot.commands import eobs as work
    from payerbot.model import Job

    raise typer.Exit(work.export(to, Job.EOBS, batch=batch, staff=staff, as_json=as_json))


@letters.command("export", epilog=example("payerbot letters export --to letters-today --batch letters-20261120-7f3a9c12"))
def letters_export(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder; only you can look into it.")],
    batch: Annotated[str | None, typer.Option(help="One batch only; default: all of them.")] = None,
    staff: As = "",
    as_json: AsJson = False,
) -> None:
    """Decrypt the fetched letters into a new folder, as yourself; it is written down who did. Exit code 3 where some are gone."""
    from payerbot.commands import eobs as work
    from payerbot.model import Job

    raise typer.Exit(work.export(to, Job.LETTERS, batch=batch, staff=staff, as_json=as_json))


@keys.command("set", epilog=example("payerbot keys set availity --login billing-bot"))
def keys_set(
    portal: PortalName,
    login: Login = None,
    totp: Annotated[bool, typer.Option("--totp", help="Ask for the authenticator seed only.")] = False,
) -> None:
    """Ask for a login's user id, password and authenticator seed, and put them into the keyring; typing shows nothing."""
    from payerbot.commands import keys as work

    raise typer.Exit(work.set_entries(portal, login, totp=totp))


@keys.command("import", epilog=example("payerbot keys import credentials.env --delete"))
def keys_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A filled-in copy of credentials.example.env.")],
    delete: Annotated[
        bool | None, typer.Option("--delete/--keep", help="Delete the file afterwards, or keep it; default: you are asked.")
    ] = None,
) -> None:
    """Move the secrets of a file into the keyring, read each back, and offer to delete the file."""
    from payerbot.commands import keys as work

    raise typer.Exit(work.import_entries(file, delete=delete))


@keys.command("check", epilog=example("payerbot keys check"))
def keys_check(as_json: AsJson = False) -> None:
    """Say which entries the keyring has for every login of the practice; never their values. Exit code 3 where one is missing."""
    from payerbot.commands import keys as work

    raise typer.Exit(work.check(as_json=as_json))


@keys.command("set-api", epilog=example("payerbot keys set-api", "payerbot keys set-api --new api-key.txt"))
def keys_set_api(
    new: Annotated[Path | None, typer.Option(help="Make a new key and write it into this new file, for the other side.")] = None,
) -> None:
    """Ask for the key that signs answers to the practice's own system, or make one, and put it into the keyring."""
    from payerbot.commands import keys as work

    raise typer.Exit(work.set_api(new))


@keys.command("backup", epilog=example("payerbot keys backup ledger-key.env"))
def keys_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, to be kept where nobody else can read it.")],
) -> None:
    """Write the ledger's key into a file: without it, no ledger or evidence can be read on another machine or after a reset."""
    from payerbot.commands import keys as work

    raise typer.Exit(work.backup(file))


@app.command(epilog=example('payerbot permit availity --basis "letter of 3 March 2026 from the portal" --as dana --until 2027-03-02'))
def permit(
    portal: PortalName,
    basis: Annotated[str, typer.Option(help="On what the permission rests: the letter, the contract, its date.")],
    staff: As = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day it holds; default: until it is withdrawn.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record, as an owner of the practice, on what basis payerbot may use a portal."""
    from payerbot.commands import portals as work

    raise typer.Exit(work.permit(portal, basis=basis, staff=staff, until=until.date() if until else None, as_json=as_json))


@app.command(epilog=example("payerbot portals"))
def portals(
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Portals by capabilities as a table for a document.")] = False,
) -> None:
    """List the portals: what payerbot can do there, what is known of their rule on automation, what the practice has permitted."""
    from payerbot.commands import portals as work

    raise typer.Exit(work.listing(as_json=as_json, markdown=markdown))


@app.command(epilog=example("payerbot signin availity", "payerbot signin --all"))
def signin(
    portal: Annotated[str | None, typer.Argument(metavar="[PORTAL]", help="The portal, as 'payerbot portals' shows it.")] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="Every login of the practice, one after the other.")] = False,
    login: Login = None,
    headed: Headed = False,
    as_json: AsJson = False,
) -> None:
    """Sign in and ask nothing: at the start of the day, so that codes are asked for while their owner is there."""
    from payerbot.commands import portals as work

    raise typer.Exit(work.sign_in(portal, everywhere=everywhere, login=login, headed=headed, as_json=as_json))


@app.command(epilog=example("payerbot attach availity --batch claims-20261122-7f3a9c12"))
def attach(
    portal: PortalName,
    batch: Annotated[str, typer.Option(help="Go on with this batch once you are signed in.")] = "",
    login: Login = None,
) -> None:
    """Open a browser in which you sign in yourself; payerbot goes on from there."""
    from payerbot.commands import portals as work

    raise typer.Exit(work.attach(portal, batch=batch, login=login))


@app.command(epilog=example("payerbot handoffs"))
def handoffs(
    everything: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the questions that wait for a person, and who can answer them. Exit code 3 where one waits."""
    from payerbot.commands import people as work

    raise typer.Exit(work.listing(everything=everything, as_json=as_json))


@app.command(epilog=example("payerbot answer 3 --as maria"))
def answer(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The question's number.")],
    staff: As = "",
) -> None:
    """Answer a question, at the keyboard, as yourself; a code is typed where nobody sees it, never given on the command line."""
    from payerbot.commands import people as work

    raise typer.Exit(work.answer(number, staff=staff))


@app.command(epilog=example("payerbot serve"))
def serve() -> None:
    """Run the daily jobs on their schedules until it is stopped with Ctrl-C."""
    from payerbot.commands import service as work

    raise typer.Exit(work.serve())


@app.command(epilog=example("payerbot doctor"))
def doctor(as_json: AsJson = False) -> None:
    """Check everything a run needs and print what is in force. Exit code 1 where a run could not work."""
    from payerbot import doctor as work

    raise typer.Exit(work.main(as_json=as_json))


@audit.command("verify", epilog=example("payerbot audit verify"))
def audit_verify(as_json: AsJson = False) -> None:
    """Check that nobody without the key has changed the record. Exit code 1 where somebody has."""
    from payerbot.commands import service as work

    raise typer.Exit(work.verify_audit(as_json=as_json))


@outbox.callback()
def _outbox(ctx: typer.Context) -> None:
    """Answers on their way to the practice's own system; without a command, the list."""
    if ctx.invoked_subcommand is None:
        outbox_list()


@outbox.command("list", epilog=example("payerbot outbox list"))
def outbox_list(as_json: AsJson = False) -> None:
    """Say how many answers wait, were sent, are dead, and why. Exit code 3 where one is dead."""
    from payerbot.commands import outbox as work

    raise typer.Exit(work.listing(as_json=as_json))


@outbox.command("send", epilog=example("payerbot outbox send"))
def outbox_send(as_json: AsJson = False) -> None:
    """Send every answer that is due, now. Exit code 3 where one is dead, 1 where nothing gets through."""
    from payerbot.commands import outbox as work

    raise typer.Exit(work.send(as_json=as_json))


@outbox.command("retry", epilog=example("payerbot outbox retry 17", "payerbot outbox retry --all"))
def outbox_retry(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", min=1, help="The answer's number in 'payerbot outbox list'.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a dead answer be tried anew, or one that waits be tried at once."""
    from payerbot.commands import outbox as work

    raise typer.Exit(work.retry(number, everything=everything, as_json=as_json))


@app.command("new-portal", epilog=example("payerbot new-portal oak_ridge --title 'Oak Ridge Health Plan'"))
def new_portal(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Its short name: lower-case letters and digits, with _ between words.")],
    title: Annotated[str, typer.Option(help="Its name as people say it; default: made of the short name.")] = "",
) -> None:
    """For developers, in a clone: write a new portal's adapter, selectors, twin and golden pages as a skeleton that runs."""
    from payerbot.commands import new_portal as work

    raise typer.Exit(work.write(slug, title=title, clone=Path.cwd()))


@selectors.command("check", epilog=example("payerbot selectors check availity"))
def selectors_check(portal: PortalName, as_json: AsJson = False) -> None:
    """Check a portal's selectors, the practice's own overlay included: sign in, look at the forms, and say what finds each element."""
    from payerbot.commands import portals as work

    raise typer.Exit(work.check_selectors(portal, as_json=as_json))


@auths.command("prepare", epilog=example("payerbot auths prepare auth_requests.csv"))
def auths_prepare(
    file: Rows,
    out: Out = None,
    portal: Annotated[str | None, typer.Option(help="Work at this portal only; rows of the others wait.")] = None,
    headed: Headed = False,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Look for each request at the payer, fill those it does not have up to the page before Submit, and ask for an approval.

    Submit is not pressed. A request that stands at the payer already, whoever sent it, is followed. A payer that decides at its own
    check, while the form is being filled, has then decided: the row says so, and nothing is left to press.
    """
    from payerbot.commands import auths as work

    raise typer.Exit(work.prepare(file, out=out, portal=portal, headed=headed, again=again, as_json=as_json))


@auths.command("list", epilog=example("payerbot auths list"))
def auths_list(as_json: AsJson = False) -> None:
    """List the requests and where each stands. Exit code 3 where one waits for a person."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.listing(as_json=as_json))


@auths.command("show", epilog=example("payerbot auths show auth-7f3a9c12 --as dana --image page.png"))
def auths_show(
    name: AuthId,
    staff: As = "",
    image: Annotated[Path | None, typer.Option(help="Write the picture of the page before Submit into this new file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one request as the page before Submit showed it, its files, and what the payer has already. It is a look at a patient."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.show(name, staff=staff, image=image, as_json=as_json))


@auths.command("approve", epilog=example("payerbot auths approve auth-7f3a9c12 --as dana --hours 8"))
def auths_approve(
    name: AuthId,
    staff: As = "",
    hours: Annotated[float, typer.Option(help="How long the approval holds, at most 72.")] = 24.0,
) -> None:
    """Show one request and ask you to type yes: it may then be sent once, exactly as shown."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.approve(name, staff=staff, hours=hours))


@auths.command("decline", epilog=example("payerbot auths decline auth-7f3a9c12 --as dana"))
def auths_decline(name: AuthId, staff: As = "") -> None:
    """Say that a request is not to be sent."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.decline(name, staff=staff))


@auths.command("submit", epilog=example("payerbot auths submit", "payerbot auths submit auth-7f3a9c12"))
def auths_submit(
    name: Annotated[str | None, typer.Argument(metavar="[ID|BATCH]", help="One request or batch; default: all that is approved.")] = None,
    headed: Headed = False,
    as_json: AsJson = False,
) -> None:
    """Send what is approved, each request at most once per approval, and see at the payer that it arrived."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.submit(name, headed=headed, as_json=as_json))


@auths.command("follow", epilog=example("payerbot auths follow"))
def auths_follow(
    batch: Annotated[str | None, typer.Argument(metavar="[BATCH]", help="One batch; default: all with open requests.")] = None,
    headed: Headed = False,
    as_json: AsJson = False,
) -> None:
    """Ask the payers what became of the requests that were sent; nothing is prepared."""
    from payerbot.commands import auths as work

    raise typer.Exit(work.follow(batch, headed=headed, as_json=as_json))


@app.command(epilog=example("payerbot sandbox --seed 7 --members 40 --claims 60 --port 8765 --fault slow@claims"))
def sandbox(
    seed: Annotated[int | None, typer.Option(help="Same seed, same world.")] = None,
    members: Annotated[int | None, typer.Option(min=1, help="How many visits the made-up practice has.")] = None,
    claims: Annotated[int | None, typer.Option(min=1, help="How many open claims.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: a free one.")] = None,
    fault: Annotated[list[str] | None, typer.Option(metavar="NAME@STEP", help="Switch a fault on; may be given several times.")] = None,
) -> None:
    """Start simulated portals on this machine, with made-up patients and passwords, until it is stopped with Ctrl-C."""
    from payerbot.commands import service as work

    raise typer.Exit(work.sandbox(seed=seed, members=members, claims=claims, port=port, faults=fault or []))


def main() -> None:
    """The program: a request to end is heard like Ctrl-C, so that everything signs out."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _ended)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console without UTF-8 must not end a run
    app(prog_name="payerbot")


def _ended(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
