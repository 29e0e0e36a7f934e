"""Ask the portals whether the patients on the schedule are covered."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from flows.job import ALL, job_flow
from flows.shares import run_job
from payerbot.model import Job


@job_flow(Job.ELIGIBILITY)
def eligibility(portal: str = ALL, batch: str = "") -> State[Any]:
    """Ask the portals whether the patients on the schedule are covered."""
    return run_job(Job.ELIGIBILITY, portal, batch)
