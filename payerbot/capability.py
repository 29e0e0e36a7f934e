"""What a portal can do, as methods with a typed question and a typed answer.

An adapter has what it has: ``issubclass(adapter, ChecksEligibility)`` is the truth for the CLI, the portals table and the
contract tests. At run time only the method's name is looked at; mypy and the contract suite check the rest.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult, Job


@runtime_checkable
class ChecksEligibility(Protocol):
    """Can say whether a member is covered on a day."""

    def check_eligibility(self, ask: EligibilityRequest) -> EligibilityResult: ...


@runtime_checkable
class ReportsClaimStatus(Protocol):
    """Can say what became of a claim."""

    def report_claim_status(self, ask: ClaimStatusRequest) -> ClaimStatusResult: ...


BY_JOB: dict[Job, type] = {Job.ELIGIBILITY: ChecksEligibility, Job.CLAIM_STATUS: ReportsClaimStatus}
