"""Sealing with AES-256-GCM and naming with HMAC-SHA256: the only cryptography the ledger and the state files use."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from payerbot.errors import RunError

_VERSION = b"\x01"
_NONCE = 12
_KEY = 32


class Keys(NamedTuple):
    """The ledger's three keys, 32 bytes each, from the operating system's keyring."""

    data: bytes
    index: bytes  # type: ignore[assignment]  # hides tuple.index, which nobody needs of keys
    audit: bytes

    def __repr__(self) -> str:
        return "<Keys>"


class Unsealable(RunError):
    """A sealed value that this key and context do not open."""


class Sealer:
    """Seals and opens bytes; the context ties a value to its place, so that it cannot be moved to another."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY:
            raise RunError("A ledger key must be 32 bytes long: restore the keys with `payerbot keys import`.")
        self._aes = AESGCM(key)

    def __repr__(self) -> str:
        return "<Sealer>"

    def seal(self, data: bytes, context: str) -> bytes:
        """Encrypt and authenticate; two calls never give the same bytes."""
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._aes.encrypt(nonce, data, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Give back what was sealed, or raise Unsealable where the key, the context or a single bit differs."""
        if sealed[:1] != _VERSION:
            raise Unsealable("A sealed value is damaged or was written by a newer payerbot: restore it from a backup.")
        try:
            return self._aes.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode())
        except InvalidTag:
            raise Unsealable(
                "A sealed value does not open with the key in the keyring: restore the key, or the file from a backup."
            ) from None


def keyed(key: bytes, *parts: str | bytes) -> bytes:
    """An HMAC over the parts, each with its length, so that no two lists of parts read the same."""
    mac = hmac.new(key, digestmod=sha256)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        mac.update(len(data).to_bytes(8, "big") + data)
    return mac.digest()
