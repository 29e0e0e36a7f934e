"""What a payer writes to the practice beside its remittances: letters with a day by which they want an answer, and tasks that stand open.

A letter is listed with its facts and handed out as a document. Days are the payer's own; a due day that the page does not show is None,
never guessed from the kind of letter.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from payerbot.model import Frozen, Request, Result

Kind = Literal["records_request", "overpayment", "claim", "authorization", "other"]
KINDS: tuple[Kind, ...] = ("records_request", "overpayment", "claim", "authorization", "other")
WANTS_AN_ANSWER: tuple[Kind, ...] = ("records_request", "overpayment")


class LettersRequest(Request):
    """What did this payer write to the practice on these days, and what does it wait for? Both days belong to it."""

    since: date
    until: date


class Letter(Frozen):
    """One letter, or one task of a portal's own list of actions, as its row and its page show it."""

    number: str  # the payer's own number of it: by this two sweeps know it again
    source: Literal["letter", "task"] = "letter"
    kind: Kind
    title: str  # in the payer's words
    dated: date | None = None
    due: date | None = None  # by when the payer wants an answer
    state: str = ""  # the portal's own word: new, read, open, closed
    payer_claim_no: str = ""
    auth_number: str = ""
    member_id: str = ""
    patient: str = ""  # as the payer writes the name
    amount: Decimal | None = None  # dollars: what an overpayment letter asks back
    document: str = ""  # its address in the evidence store; "" where none was handed out
    proved: bool | None = None  # the document names this letter's number or claim; None: nothing could be read in it


class FoundLetter(Letter):
    """A letter as a portal delivers it, with its file: nobody has looked into it yet."""

    data: bytes = b""


class LetterDelivery(Result):
    """Everything that stood in the portal's lists for those days; `not_found` is an empty list that the page itself says is empty."""

    letters: tuple[FoundLetter, ...] = ()


class LettersResult(Result):
    """What the payer wrote, each letter with its day and its document."""

    letters: tuple[Letter, ...] = ()
    letter_count: int | None = None
    first_due: date | None = None  # the nearest day by which one of them wants an answer
