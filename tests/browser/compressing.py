"""A book's pages as a host of static pages sends them: compressed."""

import gzip
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from trialbook.publishing.serve import _Handler

# What is packed already.
PACKED = (".woff2", ".png")


def compressed(file: Path) -> bytes:
    """Return a file as it is sent."""
    content = file.read_bytes()
    return content if file.suffix in PACKED else gzip.compress(content, 6)


class _Compressing(_Handler):
    def do_GET(self) -> None:  # noqa: N802
        file = Path(self.translate_path(self.path))
        if not file.is_file() or file.suffix in PACKED:
            super().do_GET()
            return
        content = compressed(file)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def compressing(html: Path) -> ThreadingHTTPServer:
    """Return a server of a book's pages, on any free port of this machine."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=str(html)))
