"""uvicorn's server for one worker, which takes up who has connected before it closes the port. Called by `__main__`.

The kernel completes connections before a process sees them, and resets those that nobody took up when the port is closed: their callers had
every reason to think that they were heard. Several workers share a port that stays open in their parent, so that this is not for them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import uvicorn


class Server(uvicorn.Server):
    """One worker on sockets that it was given."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take up the last callers and close the port, with nothing in between; then end as uvicorn does."""
        waiting = [connection for listener in sockets or [] for connection in _accepted(listener)]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]


def _accepted(listener: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        yield connection
