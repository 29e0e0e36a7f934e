"""What a robot leaves to a person at this twin's sign-in: the challenge question. For tests, on the page that shows it."""

from __future__ import annotations

from typing import Any


def answer_question(page: Any, user: Any) -> None:  # noqa: ANN401 -- a browser's page and a twin's user
    """Answer it once; this device is known from then on."""
    page.locator("[id$='_ChallengeResponseCmnTextBox_Control']").fill(user.backup_codes[0])
    page.get_by_role("button", name="Continue").click()
    page.locator("[id$='_PasswordCmnTextBox_Control']").wait_for()
