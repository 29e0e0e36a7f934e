"""What a form sent: its fields, and the documents that came with it where it may carry some."""

from __future__ import annotations

from email import message_from_bytes
from urllib.parse import parse_qsl

from starlette.requests import Request


async def sent(request: Request) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Fields by name, without the blanks around them, and by the names of their fields the files' names and bytes."""
    body, kind = await request.body(), request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return {name: _plain(value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}, {}
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in whole.walk():
        name, data = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(data, bytes) or not isinstance(name, str):
            continue
        filename = part.get_filename()
        if filename:
            files[name] = filename, data
        elif filename is None:
            fields[name] = _plain(data.decode())
    return fields, files


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
