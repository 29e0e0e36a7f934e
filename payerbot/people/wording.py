"""Every kind of question in the words staff read: what the portal wants, and how it is answered. Never a patient, never a code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from payerbot.ledger.book import Handoff
    from payerbot.practice import Practice

Manner = Literal["code", "fixed", "done", "elsewhere"]


class Kind(NamedTuple):
    """How one kind of question reads and is answered."""

    wants: str  # "Availity wants a one-time code for the login 'billing-bot'": what stands between title and login
    manner: Manner
    todo: str  # what the person does before answering


_ELSEWHERE = "at the portal, in your own browser"
KINDS: dict[str, Kind] = {
    "code": Kind("wants a one-time code for", "code", "have the phone or the app at hand that gets the codes"),
    "code_wanted": Kind(
        "wanted a one-time code, and nobody gave one in time, for",
        "done",
        "run 'payerbot signin {portal}' while the phone or app that gets the codes is at hand, and answer its question",
    ),
    "code_refused": Kind(
        "refused the one-time code for", "fixed", "see that the codes of this login come to you and that its phone's clock is right"
    ),
    "passkey_wanted": Kind(
        "wants a passkey of",
        "done",
        "choose another way of signing in in the account's own settings, such as an authenticator app, or run 'payerbot attach {portal}'",
    ),
    "question_wanted": Kind("asks a security question of", "done", "run 'payerbot attach {portal}' and answer it yourself"),
    "profile_wanted": Kind(
        "wants more of the account, such as a phone number, before it lets in", "done", f"sign in {_ELSEWHERE} and give what it asks for"
    ),
    "sign_in_refused": Kind(
        "refused the user id or the password of", "fixed", f"sign in {_ELSEWHERE}, then run 'payerbot keys set {{portal}}'"
    ),
    "account_locked": Kind("has locked", "fixed", f"have the account unlocked {_ELSEWHERE} or by its help desk"),
    "sign_in_unresolved": Kind(
        "was left in the middle of a sign-in with", "fixed", f"sign in once {_ELSEWHERE}, to see that the account is not locked"
    ),
    "password_expired": Kind(
        "wants a new password for", "fixed", f"set a new password {_ELSEWHERE}, then run 'payerbot keys set {{portal}}'"
    ),
    "bot_wall": Kind("asks whether a person is there, for", "done", "run 'payerbot attach {portal}' and answer it yourself"),
    "terms_page": Kind("shows terms to accept, for", "done", f"read and accept them {_ELSEWHERE}"),
    "submission_unknown": Kind("may have got a request once already, sent with", "done", f"look it up {_ELSEWHERE}"),
    "access_wanted": Kind(
        "shows no documents of one payer before the access is set up, for",
        "done",
        f"have your administrator select Manage Access and authenticate a check {_ELSEWHERE}",
    ),
    "approval": Kind(
        "shows an authorization request that is ready to be sent, and waits for a person's yes or no, with",
        "elsewhere",
        "look at it with 'payerbot auths show {item}', then run 'payerbot auths approve {item}' or 'payerbot auths decline {item}'",
    ),
    "approval_again": Kind(
        "shows nothing of an authorization request that may have been sent once; it is ready to be sent again, with",
        "elsewhere",
        "ask the payer whether it has the request; then run 'payerbot auths show {item}', and 'payerbot auths approve {item}' only if it "
        "has none, else 'payerbot auths decline {item}'",
    ),
    "submission_doubled": Kind(
        "has an authorization request more than once, although it was sent once, with", "done", f"withdraw all but one {_ELSEWHERE}"
    ),
    "auth_elsewhere": Kind(
        "names another place for an authorization request, for",
        "done",
        "send it there by hand, or correct the route in practice.yaml",
    ),
    "auth_contact": Kind("wants information or a call about a request, sent with", "done", f"read what it wants {_ELSEWHERE}"),
    "auth_vanished": Kind("does not show a request any more that it had, looked for with", "done", f"look it up {_ELSEWHERE}"),
    "auth_files": Kind("wants a file of a request that is not kept any more, for", "done", "run 'payerbot auths prepare' again"),
    "auth_scan": Kind(
        "is to get a file that no program can read, with an authorization request, from",
        "fixed",
        "open the files of the request beside its row: they must be about this patient only, and hold no psychotherapy notes",
    ),
    "clinician_wanted": Kind(
        "asks something that an authorization request does not answer, for",
        "done",
        "have the clinician answer it in the clinical form and prepare the new file; done asks the portal once more",
    ),
    "third_attempt": Kind(
        "was asked about one row several times without an end, with", "done", f"look the row up {_ELSEWHERE}; done asks it once more"
    ),
    "wrong_portal": Kind(
        "sends a row on to an administrator that sends it back, with", "done", "ask the payer who keeps this patient's benefits"
    ),
}
ALIASES = {
    "code_wanted": "code",
    "bad_credentials": "sign_in_refused",
    "refused": "sign_in_refused",
    "locked": "account_locked",
    "terms": "terms_page",
}
OTHER = Kind("needs a person, for", "done", f"look {_ELSEWHERE}")
FIXED_ASKS = {
    "auth_scan": "I have looked: the files are this patient's and nobody else's, and may go with the request",
    "code_refused": "may payerbot ask for a new code and try again",
    "sign_in_refused": "the password was corrected and is in the keyring, try again",
    "account_locked": "the account is unlocked, try again",
    "sign_in_unresolved": "the account is in order, try again",
    "password_expired": "the new password is in the keyring, try again",
}


def kind_of(question: Handoff) -> Kind:
    """How this question reads; a kind that is not known here still goes to a person."""
    return KINDS.get(ALIASES.get(question.kind, question.kind), OTHER)


def asks(question: Handoff) -> str:
    """The yes-or-no sentence of a question that is answered when something was put right."""
    return FIXED_ASKS.get(ALIASES.get(question.kind, question.kind), "try again")


def todo(question: Handoff) -> str:
    """What the person does before answering."""
    return kind_of(question).todo.format(portal=question.portal, item=question.item or question.n)


def sentence(question: Handoff, *, title: str, practice: Practice, now: datetime) -> str:
    """The whole question as one person reads it."""
    person = practice.staff_by_id(question.staff)
    who = person.name if person else "Somebody of the staff"
    when = f" (until {_clock(question.until, practice)})" if question.until and question.until > now else ""
    said = f"Question {question.n}: {title} {kind_of(question).wants} the login '{question.login}'{when}."
    return (
        f"{said} {who} can answer with: payerbot answer {question.n}"
        if question.state == "open"
        else f"{said} {closed(question, practice)}"
    )


def closed(question: Handoff, practice: Practice) -> str:
    """How a question ended."""
    person = practice.staff_by_id(question.by)
    by = f" by {person.name if person else question.by}" if question.by else ""
    at = f" on {question.replied_at.astimezone(practice.zone):%b %d, %H:%M}" if question.replied_at else ""
    return f"Closed{by}{at}: {question.state}."


def expired(question: Handoff, now: datetime) -> bool:
    """True for a question whose page no longer waits; what it was about is asked again."""
    return question.until is not None and question.until <= now


def _clock(moment: datetime, practice: Practice) -> str:
    return f"{moment.astimezone(practice.zone):%H:%M}"
