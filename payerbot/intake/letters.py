"""A row of a letters file becomes the question what a payer wrote between two days; without days, in the last month."""

from __future__ import annotations

from datetime import timedelta

from payerbot.intake import values
from payerbot.intake.reader import Reader
from payerbot.letters import LettersRequest

MONTH = timedelta(days=30)


def ask(reader: Reader) -> LettersRequest | None:
    """The question; None where the payer or a day cannot be read."""
    today = reader.setting.today
    until = reader.optional("until", lambda cell: values.past_date(cell, today), today)
    since = reader.optional("since", lambda cell: values.past_date(cell, today), until - MONTH)
    if until < since:
        reader.reject("until", "lies before the first day")
    asked, billing = reader.asked(today), reader.billing()
    if not (asked and billing) or reader.rejects:
        return None
    return LettersRequest(**reader.about(asked, billing), since=since, until=until)
