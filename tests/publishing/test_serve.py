"""What a server answers, whatever it is asked."""

import http.client
import socket
import threading
from pathlib import Path

import pytest

from trialbook.publishing.headers import read_headers, write_headers
from trialbook.publishing.serve import server


@pytest.fixture
def site(tmp_path):
    html = tmp_path / "html"
    (html / "sub").mkdir(parents=True)
    (html / ".hidden").mkdir()
    page = "<script>let a = 1</script><script src='x.js'></script><style>b { c: d }</style>"
    (html / "index.html").write_text(page, encoding="utf-8")
    (html / "sub" / "page.html").write_text(
        '<script type="application/ld+json">{}</script><p>a page', encoding="utf-8"
    )
    (html / ".hidden" / "x.html").write_text("hidden", encoding="utf-8")
    write_headers(html)
    return html


@pytest.fixture
def ask(site):
    with server(site, 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()

        def request(path, method="GET", **headers):
            connection = http.client.HTTPConnection("127.0.0.1", running.server_port, timeout=10)
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

        request.port = running.server_port
        yield request
        running.shutdown()


def test_a_page_comes_with_its_policy_and_is_not_sniffed(ask, site):
    status, headers, body = ask("/sub/page.html")
    assert (status, body[-6:]) == (200, b"a page")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == read_headers(site)["Content-Security-Policy"]
    assert headers["Server"] == "trialbook"


def test_a_policy_allows_what_stands_in_the_pages_by_hash_and_nothing_else(site):
    told = dict(part.split(" ", 1) for part in
                read_headers(site)["Content-Security-Policy"].split("; "))  # fmt: skip
    # printf 'let a = 1' | openssl dgst -sha256 -binary | base64
    assert told["script-src"] == "'self' 'sha256-LAfYd7pbFUgwfQu8b4q135PeTG2z+/coPEUYCd74eCQ='"
    assert told["style-src-elem"].count("sha256") == 1
    assert "unsafe" not in str(told)
    assert "*" not in str(told)


@pytest.mark.parametrize("content", [None, "", "nonsense\n  : \n", b"\xff"])
def test_a_site_without_its_policy_gets_a_stricter_one(site, content):
    (site / "_headers").unlink()
    if content is not None:
        (site / "_headers").write_bytes(content if isinstance(content, bytes) else content.encode())
    told = read_headers(site)
    assert "script-src 'self';" in told["Content-Security-Policy"]
    assert told["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/sub/", "/sub", "/.hidden/x.html", "/_headers", "/none.html", "/%00", "/a%00.html",
     "/" + "a" * 5000, "/..%2f..%2fetc/passwd", "/../../etc/passwd", "/%ff%fe", "//evil.example/..",
     "/%2e%2e/%2e%2e/etc/passwd", "/index.html/x", "/sub%5c..%5cx", "/?" + "q" * 3000 + "#x",
     "*", "//[x", "x:[/", "/%", "/" + "%41" * 3000],
)  # fmt: skip
def test_an_odd_request_gets_an_answer_lists_nothing_and_prints_nothing(ask, capfd, path):
    status, headers, body = ask(path)
    assert status in (200, 301, 404, 414)
    assert b"Directory listing" not in body
    assert b"root:" not in body
    assert b"hidden" not in body
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "//evil" not in headers.get("Location", "")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "x" * 100])
def test_other_methods_are_refused(ask, capfd, method):
    assert ask("/index.html", method)[0] == 501
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "headers",
    [{"If_Modified_Since": "nonsense"}, {"If_Modified_Since": "Mon, 99 Foo 99999 00:00:00 GMT"},
     {"Range": "bytes=9-1"}, {"Host": "\x01"}, {"Content_Length": "-1"}],
    ids=range(5),
)  # fmt: skip
def test_odd_headers_get_the_page(ask, capfd, headers):
    assert ask("/index.html", **headers)[0] == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "sent",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\xff\xfe\x00\x01\r\n\r\n",
     b"GET / HTTP/x\r\n\r\n", b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\n\r\n",
     b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n"],
    ids=range(7),
)  # fmt: skip
def test_what_is_no_request_prints_nothing_and_the_next_is_answered(ask, capfd, sent):
    with socket.create_connection(("127.0.0.1", ask.port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass
    assert ask("/index.html")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_reader_who_leaves_prints_nothing(ask, site, capfd):
    Path(site / "large.bin").write_bytes(b"0" * 30_000_000)
    with socket.create_connection(("127.0.0.1", ask.port), timeout=10) as connection:
        connection.sendall(b"GET /large.bin HTTP/1.0\r\n\r\n")
        connection.recv(100)
    assert ask("/index.html")[0] == 200
    assert capfd.readouterr() == ("", "")
