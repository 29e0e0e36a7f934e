"""The second part of the demo: one claim sweep over six portals at once, each a process of its own, while one of them has changed a page.

A person is asked for what only a person has: the demo plays that person, says Ready and types the code that was mailed.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from sandbox import truth
from sandbox.client import running
from sandbox.world import AS_OF, PAYERS, SEED, World
from sandbox.worldgen import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from payerbot.ledger.book import Ledger
    from payerbot.ledger.records import Handoff
    from payerbot.model import Progress as Step
    from payerbot.practice import Practice
    from sandbox.client import Twin

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "demo-out" / "six-portals"
PAYER_AT = ("anthem", "uhc", "optum", "evernorth", "medicaid_co", "carelon_direct")  # one for each of the six
MEMBERS, CLAIMS = 30, 60
BROKEN = "uhc"
CHANGED = f"renamed-label@{BROKEN}/claims"
LOGIN = "side-by-side"
FINAL = ("answered", "not_found", "ambiguous", "bad_data", "unreadable")


class Portal(NamedTuple):
    """How one portal's rows came out."""

    slug: str
    rows: int
    outcomes: Counter[str]
    answerable: int
    right: int
    wrong: int


def world() -> World:
    """The made-up world of all six."""
    return World.generate(SEED, MEMBERS, CLAIMS, AS_OF, payers=PAYER_AT)


def slugs() -> tuple[str, ...]:
    """The six portals."""
    return tuple(PAYERS[payer].portal for payer in PAYER_AT)


def practice_of(example: Path) -> dict[str, object]:
    """The example practice with a login at each portal; every payer goes where the made-up world has it."""
    practice: dict[str, object] = yaml.safe_load(example.read_text(encoding="utf-8"))
    login = next(one for one in practice["logins"] if one["portal"] == "availity")  # type: ignore[attr-defined]
    practice["logins"] = [{**login, "portal": slug, "name": LOGIN} for slug in slugs()]
    return practice


def secrets(twin: Twin) -> dict[str, str]:
    """Made-up passwords: one user for all, but another where two portals share a sign-in, for there the second would end the first."""
    found = {}
    for slug in slugs():
        user = twin.users[1 if slug == "carelon-availity" else 0]
        parts = {"user": user.user_id, "password": user.password, "totp": user.totp_seed}
        found |= {f"{slug}/{LOGIN}/{part}": value for part, value in parts.items()}
    return found


def claims_file(folder: Path) -> Path:
    """The practice's open claims, as an export has them."""
    target = folder / "open_claims.csv"
    rows.write(target, [row for row in world().open_claim_rows() if row["payer_key"] in PAYER_AT])
    return target


def sweep(practice: Practice, file: Path, out: Path, twin: Twin, say: Console) -> bool:
    """Ask all six at once; True where nothing is wrong, and only the changed portal has rows that wait for a repair."""
    from payerbot import intake, run  # noqa: PLC0415
    from payerbot.model import Job  # noqa: PLC0415
    from payerbot.outlet import files  # noqa: PLC0415
    from payerbot.outlet.columns import Run  # noqa: PLC0415
    from portals import KNOWN  # noqa: PLC0415

    say.print("\nSix portals at once: each is a process of its own, and the page of one of them has just changed.\n")
    sheet = intake.read(file, Job.CLAIM_STATUS, practice, AS_OF, built=KNOWN)
    with run.opened(practice) as ledger:
        batch = ledger.add(sheet, business_date=AS_OF).batch
    twin.fault(CHANGED)
    with person(practice, twin, say):
        run.run_batch(practice, batch, progress=heard(say))
    twin.clear_faults()
    with run.opened(practice) as ledger:
        files.write(ledger.lines(batch), sheet.header, Job.CLAIM_STATUS, out, Run(batch, practice.zone))
    told = compared(out)
    say.print(table(told))
    others = [one for one in told if one.slug != BROKEN]
    broken = next(one for one in told if one.slug == BROKEN)
    well = all(one.answerable == one.right and not one.wrong for one in others) and not broken.wrong and broken.outcomes["page_changed"] > 0
    say.print(f"{PAYERS[BROKEN].label.title()} waits for whoever repairs its selectors; the other five are done: {out.name}")
    return well


def heard(say: Console) -> Callable[[Step], None]:
    """Say when each portal begins and ends."""

    def told(step: Step) -> None:
        if step.event in ("signed_in", "signed_out"):
            say.print(f"  {step.portal}: {step.event.replace('_', ' ')}", style="dim")

    return told


@contextmanager
def person(practice: Practice, twin: Twin, say: Console) -> Iterator[None]:
    """While this lasts somebody looks at the questions, says Ready, and types what was mailed."""
    over = threading.Event()

    def replied(ledger: Ledger, question: Handoff) -> None:
        if question.verb is None:
            say.print(f"  Dana is asked for a code of {question.portal} and says Ready.", style="dim")
            ledger.reply(question.n, by="dana", verb="ready", secret=next(iter(question.ways), ""))
        elif question.verb == "ready" and twin.records("code_sent"):
            say.print("  Dana reads the code in her mail and types it.", style="dim")
            ledger.reply(question.n, by="dana", verb="code", secret=twin.sent_code(twin.users[0].user_id))

    def look() -> None:
        from payerbot import run  # noqa: PLC0415

        while not over.wait(1.0):
            with run.opened(practice) as ledger:
                for question in ledger.questions():
                    if question.kind == "code":
                        replied(ledger, question)

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def compared(out: Path) -> list[Portal]:
    """Hold the result against what the made-up world knows, portal by portal."""
    found = {slug: Portal(slug, 0, Counter(), 0, 0, 0) for slug in slugs()}
    made = world()
    with out.open(encoding="utf-8-sig", newline="") as text:
        for line in csv.DictReader(text):
            slug = PAYERS[line["payer_key"]].portal
            true = truth.claim(made, line, slugs())
            said = line.get("payerbot_outcome") or line["outcome"]
            differs = bool(truth.disagreements(line, true))
            one = found[slug]
            one.outcomes[said] += 1
            found[slug] = one._replace(
                rows=one.rows + 1,
                answerable=one.answerable + true.answerable,
                right=one.right + (true.answerable and not differs),
                wrong=one.wrong + (differs and said in FINAL),
            )
    return list(found.values())


def table(told: list[Portal]) -> Table:
    """A line for each portal."""
    shown = Table(title="The sweep, portal by portal", title_justify="left")
    for head in ("portal", "rows", "answerable", "answered right", "wrong", "waits for a repair"):
        shown.add_column(head, justify="left" if head == "portal" else "right")
    for one in told:
        counts = (one.rows, one.answerable, one.right, one.wrong, one.outcomes["page_changed"])
        shown.add_row(one.slug, *(str(count) for count in counts))
    return shown


def set_up(twin: Twin) -> None:
    """Point payerbot at the six simulated portals, with a home and passwords of this part's own."""
    home = OUT / "home"
    home.mkdir(mode=0o700, parents=True)
    (home / "practice.yaml").write_text(yaml.safe_dump(practice_of(HERE / "practice.yaml")), encoding="utf-8")
    vault = home / "made-up-passwords.json"
    vault.touch(mode=0o600)
    vault.write_text(json.dumps(secrets(twin)), encoding="utf-8")
    os.environ.update(
        PAYERBOT_HOME=str(home),
        PAYERBOT_PRACTICE=str(home / "practice.yaml"),
        PAYERBOT_DEMO_VAULT=str(vault),
        PAYERBOT_DEV_PORTALS=",".join(f"{slug}={twin.base_url(slug)}" for slug in slugs()),
        PAYERBOT_DEV_TODAY=AS_OF.isoformat(),
    )


def main() -> int:
    """Start the simulated payers, sweep, compare."""
    say = Console(highlight=False)
    shutil.rmtree(OUT, ignore_errors=True)
    with running(seed=SEED, members=MEMBERS, claims=CLAIMS, as_of=AS_OF, payers=PAYER_AT) as twin:
        set_up(twin)
        from payerbot.practice import Practice  # noqa: PLC0415  reads the settings that were just made
        from payerbot.settings import settings  # noqa: PLC0415

        practice = Practice.load(settings().practice)
        return 0 if sweep(practice, claims_file(OUT), OUT / "claims.csv", twin, say) else 1


if __name__ == "__main__":
    sys.exit(main())
