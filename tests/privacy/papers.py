"""The second half of the night: payments and their EOBs, authorization requests and their files, answers on their way to another system.

It goes wrong on the way: a reader falls over with a whole EOB in its words, a form with a whole request; shares are killed while a document
comes and while a file goes; the other system refuses, answers nonsense with what it was sent in it, and hangs.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fpdf import FPDF

from payerbot.model import Outcome
from sandbox.availity.auth_rules import EARLIER, REFERRAL
from sandbox.world import AS_OF, PAYERS, PRACTICE, SEED, Claim, Member, Remit, World
from tests.outlet_support import Behavior, Server, reply

if TYPE_CHECKING:
    from tests.privacy.conftest import Night

TENANT = "privacy-practice"
MEMBERS, CLAIMS = 12, 14
CHECKS = ("0020111296", "0097131408", "0042412152")  # of one patient each: as a download, in a tab of its own, as a download
ASKED_FOR = "P10051"  # whose care is asked for
KEY = "Gz-sentinel-signing-7Hq2Lm9Xw4Tn8Rb3Vc6Yd1Kp"
NOTE = "She counts the herons at the weir each dawn, twice when it rains."
TO_LEARN = "Whether the humming began before the move to Quillhaven."  # the clinician's answer to a payer's question
IN_THE_FILE = "Keeps a ledger of borrowed umbrellas, and returns none."
FILE = "Hargrove R plan of 2026.pdf"  # the practice names its files after patients
PDF = "testing report"


# --- who and what --------------------------------------------------------------------------------------------------------------------


def world() -> World:
    return World.generate(SEED, MEMBERS, CLAIMS)


def remits() -> list[Remit]:
    """The payments whose EOBs are fetched, in the order of the file."""
    known = {remit.check_no: remit for remit in world().remits}
    return [known[number] for number in CHECKS]


def paid() -> list[Claim]:
    """The one claim that each of them paid."""
    return [claim for remit in remits() for claim in remit.claims]


def member() -> Member:
    return world().member(ASKED_FOR)


def words() -> set[str]:
    """What besides names, days and ids tells of a patient, or is a secret."""
    numbers = {*CHECKS, *(number.lstrip("0") for number in CHECKS), *(claim.payer_claim_no for claim in paid())}
    return {KEY, NOTE, TO_LEARN, IN_THE_FILE, FILE, *numbers}


def payments() -> Sequence[Mapping[str, str]]:
    rows = {row["check_no"]: row for row in world().payment_rows() if row["check_no"]}
    return [{**rows[number], "tenant": TENANT} for number in CHECKS]


def requests() -> Sequence[Mapping[str, str]]:
    """One whose form falls over each time, and one with a file, a note and a payer's questions."""
    who, plan = member().known_as, member().coverages[0]
    head = member().subscriber
    row = {
        "tenant": TENANT, "request_id": "ZQ-1", "patient_key": ASKED_FOR,
        "patient_last": who.last, "patient_first": who.first, "patient_dob": who.birth_date.isoformat(), "patient_sex": who.sex,
        "subscriber_relation": member().relation, "subscriber_last": head.last, "subscriber_first": head.first,
        "subscriber_dob": head.birth_date.isoformat(), "payer_key": plan.payer, "payer_name": "Anthem Carelon",
        "payer_id": PAYERS[plan.payer].payer_id, "member_id": plan.filed_id, "request_type": "initial", "urgency": "standard",
        "level_of_care": "outpatient", "service_type": "MH", "service_codes": "90837", "units": "12", "unit_type": "VS", "frequency": "",
        "start_date": "2026-11-23", "end_date": "2027-02-21", "dx": "F90.0", "requesting_npi": PRACTICE.npis[0],
        "servicing_npi": "1999901006", "billing_npi": PRACTICE.npis[0], "billing_tin": PRACTICE.tin, "pos": "11",
        "clinical_form_file": "form.json", "attachments": "", "contact_name": "Dana Whitfield", "contact_phone": "804-555-0142",
        "approved_by": "Dana Whitlock", "approved_at": f"{AS_OF.isoformat()}T09:00-05:00", "contains_psychotherapy_notes": "N",
        "submit_mode": "submit",
    }  # fmt: skip
    tested = {"request_id": "ZQ-2", "service_codes": "96130", "units": "4", "unit_type": "FL", "attachments": f"{FILE}|medical record|1"}
    return [row, row | tested]


def form() -> str:
    answers = {REFERRAL.text: TO_LEARN, EARLIER.text: EARLIER.options[1]}
    return json.dumps({"note": NOTE, "questionnaire": [{"question": asked, "answer": said} for asked, said in answers.items()]})


def report() -> bytes:
    """What goes with the request."""
    who = member().known_as
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=11)
    made.multi_cell(0, 6, f"{PDF}\nPatient: {who.first} {who.last}, DOB {who.birth_date:%m/%d/%Y}\n{IN_THE_FILE}")
    return bytes(made.output())


# --- the other system ----------------------------------------------------------------------------------------------------------------


def told_back(server: Server, head: str) -> Behavior:
    """It answers with what it was sent."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head.encode() + server.got[-1].body + b"\r\n\r\n")

    return behave


def misbehaving(server: Server) -> None:
    """The first answer is refused for good, the next two come back as nonsense and as an error."""
    server.script.extend(
        [reply(422), told_back(server, ""), told_back(server, "HTTP/1.1 500 "), told_back(server, "HTTP/1.1 503 Word\r\nRetry-After: ")]
    )


# --- the work ------------------------------------------------------------------------------------------------------------------------


def work_through(night: Night, login: str) -> None:
    """Payments, then requests, then what is left in the outbox."""
    fetch(night, login)
    ask(night)
    send(night)


def fetch(night: Night, login: str) -> None:
    night.breaks(login, eob=True, die="download")
    night.run("eobs", "payments.csv", payments(), (login,))
    night.breaks(login)
    night.woken(Outcome.PAGE_CHANGED)
    night.server.always = night.server.hang
    night.flow("eobs", night.batches[-1])
    night.server.let_go.set()
    night.server.always = reply(204)
    night.command("eobs", "export", "--to", str(night.folder / "eobs"), "--as", "dana")


def ask(night: Night) -> None:
    file = night.file("requests.csv", requests())
    (file.parent / "form.json").write_text(form(), encoding="utf-8")
    (file.parent / FILE).write_bytes(report())
    night.breaks("app-login", form="ZQ-1", die="attach")
    night.command("auths", "prepare", str(file))
    night.breaks("app-login", form="ZQ-1")
    night.command("auths", "prepare", str(file))
    (found,) = [one for one in night.submissions() if one.state == "prepared"]
    night.command("auths", "list")
    night.command("auths", "show", found.id, "--as", "dana", "--image", str(night.shown / "page.png"), shows=True)
    night.command("auths", "approve", found.id, "--as", "dana", typed="yes\n", shows=True)
    batch = next(one.id for one in night.all_batches() if one.job == "auths")
    night.flow("auths", batch)
    night.twin.night(5)
    night.command("auths", "follow")


def send(night: Night) -> None:
    """What waits for its next try, and the dead one, by hand."""
    night.command("outbox", "list")
    night.command("outbox", "retry", "--all")
    with night.ledger() as ledger:
        tried = ledger.letters(state="tried", limit=50)
    for letter in tried:
        night.command("outbox", "retry", str(letter.n))
    night.server.script.append(reply(422))
    night.command("outbox", "send")
    night.command("outbox", "list", "--json")
