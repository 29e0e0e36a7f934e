"""How the sign-in pages are laid out today: the drift faults, as data that the page's script renders by."""

from __future__ import annotations

from typing import Any

from sandbox.server import At

RENAMED: dict[str, dict[str, str]] = {
    "sign-in": {"One Healthcare ID": "Username", "One Healthcare ID or email": "Username", "Password": "Pass phrase"},
    "code": {"Verify": "Go", "Continue": "Go"},
}
IDS: dict[str, dict[str, str]] = {
    "sign-in": {"username": "user-key", "login-pwd": "user-secret"},
    "code": {"totp": "appCode", "otpBox": "textCode"},
}
_FLAGS = {"moved-element": "moved", "removed-landmark": "unmarked", "interstitial": "interstitial", "captcha": "captcha"}


def layout(at: At) -> dict[str, Any]:
    """What differs from the ordinary page in this pass; empty on an ordinary day."""
    made: dict[str, Any] = {flag: True for fault, flag in _FLAGS.items() if at.on(fault) is not None}
    if at.on("renamed-label") is not None:
        made["labels"] = RENAMED[at.step]
    if at.on("changed-id") is not None:
        made["ids"] = IDS[at.step]
    return made
