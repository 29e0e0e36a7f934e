"""Working days, as claims know them: no weekends; holidays are left out so that the world needs no tables."""

from __future__ import annotations

from datetime import date, timedelta

_FRIDAY = 4
DAY = timedelta(days=1)


def forward(day: date) -> date:
    """This day, or the Monday after it."""
    while day.weekday() > _FRIDAY:
        day += DAY
    return day


def back(day: date) -> date:
    """This day, or the Friday before it."""
    while day.weekday() > _FRIDAY:
        day -= DAY
    return day


def business_days_after(day: date, n: int) -> date:
    """The n-th working day after this one."""
    for _ in range(n):
        day = forward(day + DAY)
    return day


def business_days_between(start: date, end: date) -> int:
    """How many working days lie after start, up to and with end."""
    return sum(1 for n in range(1, (end - start).days + 1) if (start + n * DAY).weekday() <= _FRIDAY)
