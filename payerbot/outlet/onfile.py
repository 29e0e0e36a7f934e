"""What the practice's own row already has: an authorization on file that still holds on the day of the visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from payerbot.intake import columns, values
from payerbot.intake.values import BadValue
from payerbot.model import Job


class OnFile:
    """Reads the authorization columns of one input file, where it has any."""

    def __init__(self, header: Sequence[str], job: Job, zone: ZoneInfo) -> None:
        self.where: Mapping[str, int] = columns.where(header, job) if job is Job.ELIGIBILITY else {}
        self.zone = zone

    def authorized(self, cells: Sequence[str]) -> bool:
        """True where the row has an authorization's number, and neither its end nor its visits speak against it."""
        if not self._text(cells, "auth_number"):
            return False
        try:
            return self._still_runs(cells) and self._has_visits(cells)
        except (BadValue, ValueError):
            return False

    def _still_runs(self, cells: Sequence[str]) -> bool:
        end = self._text(cells, "auth_end")
        return not end or self._day(end) >= self._day(self._text(cells, "start_at"))

    def _has_visits(self, cells: Sequence[str]) -> bool:
        left = self._text(cells, "auth_units_left")
        return not left or float(left) > 0

    def _day(self, cell: str) -> date:
        return values.day(cell, self.zone)

    def _text(self, cells: Sequence[str], field: str) -> str:
        column = self.where.get(field)
        cell = "" if column is None or column >= len(cells) else cells[column]
        return "" if values.is_blank(cell) else cell.strip()
