"""Business days as US payers count them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _federal(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("US", years=year)


def is_holiday(day: date) -> bool:
    """A federal holiday, or the day on which it is kept."""
    return day in _federal(day.year)


def is_business_day(day: date) -> bool:
    """Monday to Friday, federal holidays left out."""
    return day.weekday() < 5 and not is_holiday(day)  # noqa: PLR2004  Saturday is 5


def business_days_after(day: date, count: int) -> date:
    """The day that is so many business days later."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day
