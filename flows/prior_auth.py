"""Send the authorization requests that a person approved, and follow those that were sent; nothing is prepared."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from flows.job import ALL, job_flow
from flows.shares import run_job
from payerbot.model import Job


@job_flow(Job.AUTHS)
def prior_auth(portal: str = ALL, batch: str = "") -> State[Any]:
    """Send the authorization requests that a person approved, and follow those that were sent; nothing is prepared."""
    return run_job(Job.AUTHS, portal, batch)
