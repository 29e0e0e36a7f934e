"""Fetch the EOBs of the payments that came in."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from flows.job import ALL, job_flow
from flows.shares import run_job
from payerbot.model import Job


@job_flow(Job.EOBS)
def eob_download(portal: str = ALL, batch: str = "") -> State[Any]:
    """Fetch the EOBs of the payments that came in."""
    return run_job(Job.EOBS, portal, batch)
