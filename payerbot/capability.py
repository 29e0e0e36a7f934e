"""What a portal can do, as methods with a typed question and a typed answer.

An adapter has what it has: ``issubclass(adapter, ChecksEligibility)`` is the truth for the CLI, the portals table and the
contract tests. At run time only the method's name is looked at; mypy and the contract suite check the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from payerbot.authorization import AuthRequest, AuthResult, AuthSearch, FilledRequest, StandingRequest
from payerbot.letters import LetterDelivery, LettersRequest
from payerbot.model import ClaimList, ClaimListRequest, ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult, Job
from payerbot.remittance import EobDelivery, EobRequest


@runtime_checkable
class ChecksEligibility(Protocol):
    """Can say whether a member is covered on a day."""

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult: ...


@runtime_checkable
class ReportsClaimStatus(Protocol):
    """Can say what became of a claim."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult: ...


@runtime_checkable
class ListsClaims(Protocol):
    """Can list many claims in one search, by who billed and the days of care."""

    def list_claims(self, ask: ClaimListRequest) -> ClaimList:
        """All pages of the list; NOT_FOUND is an empty one that the page itself says is empty."""


@runtime_checkable
class DeliversEobs(Protocol):
    """Can hand out a payment's EOB; what is in it is for payerbot/eob to prove and to read."""

    def deliver_eob(self, ask: EobRequest) -> EobDelivery: ...


@runtime_checkable
class DeliversLetters(Protocol):
    """Can hand out what the payer wrote to the practice: requests for records, overpayments, decisions; and list what it waits for."""

    def deliver_letters(self, ask: LettersRequest) -> LetterDelivery:
        """All letters of those days with their documents, and every open task; AccessWanted where this user may not see them."""


@runtime_checkable
class TakesAuthorizations(Protocol):
    """Can take an authorization request. Only `press_submit` sends anything, and it presses once."""

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        """Everything that stands at the payer for this member around these dates, whoever sent it."""

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        """Fill the form up to its review page and read that page back; `files` are the attachments by address."""

    def leave_draft(self) -> str:
        """Leave what is filled as the portal's own draft; its number, "" where the portal keeps no drafts."""

    def press_submit(self) -> AuthResult:
        """Press Submit on the review page that is shown, once, and read the response page; whatever is raised afterwards is unknown."""

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        """What the payer says now of a request that was sent."""


BY_JOB: dict[Job, type] = {
    Job.ELIGIBILITY: ChecksEligibility,
    Job.CLAIM_STATUS: ReportsClaimStatus,
    Job.EOBS: DeliversEobs,
    Job.AUTHS: TakesAuthorizations,
    Job.LETTERS: DeliversLetters,
}
METHOD: dict[Job, str] = {  # the jobs whose question is put in one call
    Job.ELIGIBILITY: "check_eligibility",
    Job.CLAIM_STATUS: "report_claim_status",
    Job.EOBS: "deliver_eob",
    Job.LETTERS: "deliver_letters",
}
