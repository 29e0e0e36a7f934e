"""What a robot leaves to a person at this twin's sign-in: the use agreement. For tests, on the page that shows it."""

from __future__ import annotations

from typing import Any


def answer_question(page: Any, _user: Any) -> None:  # noqa: ANN401 -- a browser's page and a twin's user
    """Agree once; this user is not asked again."""
    page.get_by_role("button", name="I agree").click()
    page.get_by_role("link", name="Log Out").wait_for()
