"""Fetch what the payers wrote: requests for records, overpayments, decisions, and the tasks that stand open."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.objects import State

from flows.job import ALL, job_flow
from flows.shares import run_job
from payerbot.model import Job


@job_flow(Job.LETTERS)
def letters(portal: str = ALL, batch: str = "") -> State[Any]:
    """Fetch what the payers wrote."""
    return run_job(Job.LETTERS, portal, batch)
