"""Ask the portals what became of the open claims."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from flows.job import ALL, job_flow
from flows.shares import run_job
from payerbot.model import Job


@job_flow(Job.CLAIM_STATUS)
def claim_status(portal: str = ALL, batch: str = "") -> State[Any]:
    """Ask the portals what became of the open claims."""
    return run_job(Job.CLAIM_STATUS, portal, batch)
