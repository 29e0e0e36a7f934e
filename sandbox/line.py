"""The wire under the server: an answer that never comes, because the connection is closed or reset after the request was taken."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

WIRE = "sandbox.wire"  # the scope extension under which the connection's own transport stands
NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST in place of FIN


class Wire(H11Protocol):
    """uvicorn's HTTP protocol that shows an app the connection its request came by."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*given, **named)
        inner = self.app

        async def with_wire(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 -- uvicorn's own types
            scope.setdefault("extensions", {})[WIRE] = self.transport
            await inner(scope, receive, send)

        self.app = with_wire


class Cut(Response):
    """No answer at all: the connection goes away."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- nothing is sent
        """Close or reset the connection and wait until it is gone, so that nobody answers in our place."""
        wire = scope["extensions"][WIRE]
        if self._reset:
            wire.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            wire.abort()
        else:
            wire.close()
        while (await receive())["type"] != "http.disconnect":
            pass


async def never(request: Request, still: Callable[[], bool]) -> None:
    """Hold an answer back as long as that holds and the other side waits."""
    await request.body()  # is_disconnected would swallow it
    while still() and not await request.is_disconnected():  # noqa: ASYNC110 -- a browser's leaving rings no bell
        await asyncio.sleep(0.1)
