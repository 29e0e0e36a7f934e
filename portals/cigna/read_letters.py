"""Message Center: rows of its lists in, letters out. Imports no browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from payerbot.errors import PageChanged
from payerbot.letters import FoundLetter, Kind, LetterDelivery
from payerbot.model import Outcome
from portals.cigna.read import value
from portals.text import day, only_money

COLUMNS = (
    "Letter number", "Letter", "Letter date", "Response due", "Claim reference number", "Authorization number", "Patient name",
    "Patient ID", "Amount",
)  # fmt: skip
NONE_FOUND = "there are no letters"
KINDS: tuple[tuple[tuple[str, ...], Kind], ...] = (  # the first that fits a title
    (("medical record", "records"), "records_request"),
    (("overpayment", "refund"), "overpayment"),
    (("authorization", "precertification"), "authorization"),
    (("claim",), "claim"),
)


def kind(title: str) -> Kind:
    """What a letter is about, by its title; one that is not known is another."""
    return next((one for words, one in KINDS if any(word in title.casefold() for word in words)), "other")


def letter(cells: Mapping[str, str]) -> FoundLetter:
    """A row by its own column heads; PageChanged where one is missing or a day cannot be read, for a deadline would be passed over."""
    if any(column not in cells for column in COLUMNS):
        raise PageChanged("letters: a column that is known is missing")
    said = {label: value(text) for label, text in cells.items()}
    dated, due, amount = day(said["Letter date"]), day(said["Response due"]), only_money(said["Amount"])
    unread = (said["Response due"] and due is None) or (said["Amount"] and amount is None)
    if dated is None or not said["Letter number"] or unread:
        raise PageChanged("letters: a number, a date or an amount is written in a way that is not known")
    return FoundLetter(
        number=said["Letter number"],
        kind=kind(said["Letter"]),
        title=said["Letter"],
        dated=dated,
        due=due,
        payer_claim_no=said["Claim reference number"],
        auth_number=said["Authorization number"],
        member_id=said["Patient ID"],
        patient=said["Patient name"],
        amount=amount,
    )


def may_be(one: FoundLetter, which: str, since: date, until: date) -> bool:
    """Whether a row can be the answer to a search for this kind of letters of these days."""
    of_kind = bool(one.auth_number) == (which == "precertification")
    return of_kind and one.dated is not None and since <= one.dated <= until


def refusal(said: str) -> LetterDelivery:
    """What stands in place of a list; words that are not known stay unreadable."""
    words = " ".join(said.split())
    if "try again later" in words.casefold():
        return LetterDelivery(outcome=Outcome.PORTAL_DOWN, reason="the payer to be back", seen_as=words)
    if NONE_FOUND in words.casefold():
        return LetterDelivery(outcome=Outcome.NOT_FOUND, reason="the portal lists no letters of these days", seen_as=words)
    return LetterDelivery(outcome=Outcome.UNREADABLE, reason="the portal's words are not known", seen_as=words)
