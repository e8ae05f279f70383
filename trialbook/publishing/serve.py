"""Serve a built book on this machine."""

import http.server
from functools import partial
from pathlib import Path
from typing import Any

from trialbook.publishing.messages import BuildError, MachineError


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files, never from the browser's cache: a rebuilt page shows at the next reload."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing of single requests."""


def server(html: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of a book's pages, on this machine only.

    Parameters
    ----------
    html : Path
        The folder of pages; a published link is followed at each request.
    port : int
        0 takes any free one.

    Raises
    ------
    BuildError
        If no book stands there.
    MachineError
        If the port is taken.
    """
    if not (html / "index.html").is_file():
        raise BuildError(f"No book at {html}. Build it first: trialbook build")
    try:
        return http.server.ThreadingHTTPServer(
            ("127.0.0.1", port), partial(_Handler, directory=str(html))
        )
    except OSError as error:
        raise MachineError(f"Port {port} cannot be used ({error.strerror}): try --port.") from error
