"""Serve a built book on this machine."""

import http.server
import re
import urllib.parse
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from trialbook.messages import BuildError, MachineError
from trialbook.publishing.headers import FILE, read_headers


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files, never from the browser's cache: a rebuilt page shows at the next reload.

    A folder is not listed, a hidden file is not there, and whatever a request holds, the answer
    is a page or a status.
    """

    def send_head(self) -> Any:
        """Find what is asked for; refuse a path that no file can have."""
        parts = urllib.parse.unquote(re.split("[?#]", self.path)[0]).split("/")
        if any(part.startswith(".") or part == FILE for part in parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        try:
            return super().send_head()
        except (OSError, ValueError):  # no address, a name too long, or one that no file can have
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

    def list_directory(self, path: Any) -> None:
        """List no folder."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Send with every answer what the build said of its pages."""
        self.send_header("Cache-Control", "no-cache")
        for name, value in read_headers(Path(self.directory)).items():
            self.send_header(name, value)
        super().end_headers()

    def version_string(self) -> str:
        """Name the program, not its version."""
        return "trialbook"

    def log_message(self, *args: Any) -> None:
        """Say nothing of single requests."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who left while a page was on its way."""


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
        return _Server(("127.0.0.1", port), partial(_Handler, directory=str(html)))
    except OSError as error:
        raise MachineError(f"Port {port} cannot be used ({error.strerror}): try --port.") from error
