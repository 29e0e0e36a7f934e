"""Which flow runs when: this list is the truth; `payerbot serve` serves it and prefect.yaml is written from it.

Run as a program it prints prefect.yaml, for those who run flows on a work pool: `python -m flows.deployments America/Chicago`.
"""

from __future__ import annotations

import sys
from functools import wraps
from typing import Any, Literal, NamedTuple

import yaml
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import ParameterSchema

from flows.claim_status import claim_status
from flows.eligibility import eligibility
from flows.eob_download import eob_download
from flows.job import JobFlow
from flows.letters import letters
from flows.prior_auth import prior_auth

ZONE = "America/New_York"
WORK_POOL = "payerbot"


class Deployment(NamedTuple):
    """A flow with its hours, on the practice's clock; never between 01:00 and 03:00, which some nights do not have or have twice."""

    name: str
    flow: JobFlow
    cron: str
    description: str
    parameters: dict[str, Any]

    @property
    def entrypoint(self) -> str:
        """Where a worker finds the flow."""
        return f"flows.{self.flow.fn.__name__}.{self.flow.fn.__name__}"


DEPLOYMENTS = (
    Deployment("claim-sweep", claim_status, "30 20 * * 1-5", "The open claims, overnight: read in the morning.", {}),
    Deployment("claim-second-pass", claim_status, "0 5 * * 2-6", "What the night left, also where the machine that began it is gone.", {}),
    Deployment("eligibility-tomorrow", eligibility, "30 15 * * 1-5", "The next working day's schedule.", {}),
    Deployment("eligibility-morning", eligibility, "30 6 * * 1-5", "What could not be asked the afternoon before.", {}),
    Deployment("eobs-daily", eob_download, "15 7 * * 1-5", "The EOBs of the payments that came in.", {}),
    Deployment("letters-daily", letters, "0 7 * * 1-5", "What the payers wrote, and by when they want an answer.", {}),
    Deployment("authorization-follow-up", prior_auth, "45 7 * * 1-5", "What was approved is sent, what was sent is followed.", {}),
)


class ClosedSchema(ParameterSchema):
    """The flow's parameters and no others; without this the server would store whatever else it is sent."""

    additionalProperties: Literal[False] = False  # noqa: N815  JSON schema's word


def runners(zone: str) -> list[RunnerDeployment]:
    """The deployments as Prefect serves them from a process of ours."""
    return [_runner(deployment, zone) for deployment in DEPLOYMENTS]


def closed() -> None:
    """A build step of prefect.yaml: what `prefect deploy` sends to the server is closed too; it has no option for that."""
    original = RunnerDeployment.apply
    if getattr(original, "closes", False):
        return

    @wraps(original)
    def apply(self: RunnerDeployment, *given: Any, **named: Any) -> Any:  # noqa: ANN401  Prefect's own arguments, handed on
        _close(self)
        return original(self, *given, **named)

    vars(apply)["closes"] = True
    RunnerDeployment.apply = apply  # type: ignore[method-assign]


def _close(made: RunnerDeployment) -> None:
    told = made._parameter_openapi_schema.model_dump() | {"additionalProperties": False}  # noqa: SLF001  no other way to it
    made._parameter_openapi_schema = ClosedSchema(**told)  # noqa: SLF001


def _runner(deployment: Deployment, zone: str) -> RunnerDeployment:
    made = RunnerDeployment.from_flow(
        deployment.flow,
        deployment.name,
        schedule=Cron(deployment.cron, timezone=zone),
        parameters=deployment.parameters,
        description=deployment.description,
        enforce_parameter_schema=True,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    _close(made)
    return made


def prefect_yaml(zone: str = ZONE) -> str:
    """The same list for `prefect deploy --all`, which hands the flows to workers of a work pool."""
    deployments = [
        {
            "name": deployment.name,
            "description": deployment.description,
            "entrypoint": deployment.entrypoint,
            "parameters": deployment.parameters,
            "enforce_parameter_schema": True,
            "schedules": [{"cron": deployment.cron, "timezone": zone, "active": True}],
            "work_pool": {"name": WORK_POOL},
        }
        for deployment in DEPLOYMENTS
    ]
    return "# Written by python -m flows.deployments TIME_ZONE\n" + yaml.safe_dump(
        {"name": "payerbot", "build": [{"flows.deployments.closed": {}}], "pull": [], "deployments": deployments}, sort_keys=False
    )


if __name__ == "__main__":
    sys.stdout.write(prefect_yaml(*sys.argv[1:2]))
