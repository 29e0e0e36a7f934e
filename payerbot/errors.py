"""What went wrong, sorted by what the engine does next.

    PortalError
      RetryLater   PortalDown, PortalSlow, SessionLost, SignedOutByPerson, StopAsked    the same item may run again
      NeedsHuman   CodeWanted, CodeRefused, PasskeyWanted, QuestionWanted,
                   PasswordExpired, BotWall, TermsPage,
                   SignInUnresolved, SubmissionUnknown, AccessWanted,
                   ClinicianWanted                                                      park it, ask a person
      Broken       PageChanged, ReadBackMismatch                                        stop this portal, keep evidence
      Refused      BadCredentials, AccountLocked                                        never again without a person

    UserError      what the person at the keyboard can put right: one sentence that says how (exit 2)
    RunError       why a run could not go on: one sentence that says what to do (exit 1)

Messages name the page and the field, never the patient.
"""

from __future__ import annotations

from typing import ClassVar

from payerbot.model import Outcome


class PortalError(Exception):
    """A portal did not lead to an answer; the class says what happens next."""

    outcome: ClassVar[Outcome]
    ends_session: ClassVar[bool] = True  # False: trouble with this item only, the share goes on
    login_trouble: ClassVar[bool] = False  # True: every further try would hit the sign-in again; the share ends at once
    one_question: ClassVar[bool] = False  # True: many items may meet it, and a person is asked once for all of them


class RetryLater(PortalError):
    """The same item may run again."""

    outcome = Outcome.PORTAL_DOWN


class PortalDown(RetryLater):
    """Outage, maintenance, or outside the portal's service hours."""


class PortalSlow(RetryLater):
    """A step did not end within its limit."""


class SessionLost(RetryLater):
    """The portal shows its sign-in page in the middle of the work."""


class SignedOutByPerson(RetryLater):
    """A person signed in with the same login and the portal ended our session: yield."""

    login_trouble = True


class StopAsked(RetryLater):
    """Someone asked this share to stop; it signs out and its rest waits."""

    login_trouble = True


class NeedsHuman(PortalError):
    """Park it and ask the named person."""

    outcome = Outcome.NEEDS_PERSON
    login_trouble = True


class CodeWanted(NeedsHuman):
    """The portal wants a one-time code and nobody gave one in time."""


class CodeRefused(NeedsHuman):
    """The portal refused a one-time code; there is one try."""


class PasskeyWanted(NeedsHuman):
    """The portal wants a passkey, which only the device that holds it can give."""


class QuestionWanted(NeedsHuman):
    """The portal asks a security question; its answer is a person's."""


class ProfileWanted(NeedsHuman):
    """The portal wants the account completed first, such as by a phone number; that is a person's to do."""


class PasswordExpired(NeedsHuman):
    """The portal wants a new password; a person sets it."""


class BotWall(NeedsHuman):
    """CAPTCHA, "are you human" or a device wall: never solved, never disguised."""


class TermsPage(NeedsHuman):
    """Terms, attestation or an agreement: a person reads and accepts them."""


class SignInUnresolved(NeedsHuman):
    """An earlier sign-in was clicked and its end is not known; it counts as refused."""


class SubmissionUnknown(NeedsHuman):
    """Submit may have been pressed; look up, never press again."""

    ends_session = False
    login_trouble = False


class AccessWanted(NeedsHuman):
    """The portal shows this payer's documents only after an administrator set up the access."""

    ends_session = False
    login_trouble = False
    one_question = True


class ClinicianWanted(NeedsHuman):
    """The form asks for what the approved request does not say: a clinician answers it, nobody guesses."""

    ends_session = False
    login_trouble = False


class Broken(PortalError):
    """The page is not the page we know: stop this portal and keep evidence."""

    outcome = Outcome.PAGE_CHANGED


class PageChanged(Broken):
    """A landmark is missing or an unknown screen came."""


class ReadBackMismatch(Broken):
    """A field does not show what was put into it."""

    ends_session = False


class Refused(PortalError):
    """Never again without a person."""

    outcome = Outcome.NEEDS_PERSON
    login_trouble = True


class BadCredentials(Refused):
    """The portal's own words say the user id or the password is wrong."""


class AccountLocked(Refused):
    """The portal's own words say the account is locked or disabled."""


class UserError(Exception):
    """What the person at the keyboard can put right; its text is one sentence that says how."""

    exit_code: ClassVar[int] = 2


class RunError(Exception):
    """Why a run could not go on; its text is one sentence that says what to do."""

    exit_code: ClassVar[int] = 1
