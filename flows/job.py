"""What every flow has in common: which parameters it takes, and that nothing else ever reaches Prefect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from payerbot.capability import BY_JOB
from payerbot.errors import UserError
from payerbot.model import Job
from payerbot.rows import BATCH_PREFIX
from payerbot.run import room_for_shares
from portals import KNOWN

ALL = "all"
WORDS = {
    "portal": "The portal is '{}' or one of the portals that 'payerbot portals' lists for this job; give one of them.",
    "batch": "The batch is an id as 'payerbot load' prints it, or nothing for today's; give one of them.",
}
REFUSED = "A flow takes a portal and a batch id and nothing else; leave the rest away."


def portals_for(job: Job) -> tuple[str, ...]:
    """What the parameter `portal` may be: all of them, or one that can do this job."""
    return (ALL, *sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, BY_JOB[job])))


def batch_pattern(job: Job) -> str:
    """What the parameter `batch` may be: nothing for today's, or a batch's id."""
    return rf"^(?:{BATCH_PREFIX[job]}-[0-9]{{8}}-[0-9a-f]{{8,64}})?$"


def check(job: Job, parameters: dict[str, Any]) -> None:
    """Refuse what is no portal and no batch id; the sentence never repeats the value."""
    for name, value in parameters.items():
        if name not in WORDS:
            raise UserError(REFUSED)
        fits = value in portals_for(job) if name == "portal" else re.fullmatch(batch_pattern(job).rstrip("$"), str(value))
        if not isinstance(value, str) or not fits:
            raise UserError(WORDS[name].format(ALL))


class JobFlow(Flow[..., State[Any]]):
    """A flow that checks its parameters before Prefect is told of them; Prefect itself would store them first."""

    job: Job

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Prefect asks for this right before it stores a run."""
        check(self.job, parameters)
        return super().serialize_parameters(parameters)


def job_flow(job: Job) -> Callable[[Callable[..., State[Any]]], JobFlow]:
    """Make a function (portal, batch) this job's flow."""

    def made(function: Callable[..., State[Any]]) -> JobFlow:
        function.__annotations__ = {
            "portal": Annotated[Literal[portals_for(job)], Field(description="Which portal to ask, or all of them")],
            "batch": Annotated[str, Field(pattern=batch_pattern(job), description="A batch's id; empty: today's")],
            "return": State,
        }
        flow = JobFlow(
            function,
            name=job.value,
            flow_run_name=_run_name,
            task_runner=ThreadPoolTaskRunner[Any](max_workers=room_for_shares()),  # type: ignore[arg-type]
            validate_parameters=False,  # Prefect's own check writes refused values to its log
            persist_result=False,
            log_prints=False,
            retries=0,  # what is tried again, and when, stands in the ledger
        )
        flow.job = job
        return flow

    return made


def _run_name() -> str:
    return f"{flow_run.parameters.get('portal') or ALL} {flow_run.parameters.get('batch') or 'today'}"
