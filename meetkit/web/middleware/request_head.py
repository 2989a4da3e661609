"""The rules of a request's head that servers leave open: its size, one valid Host, one way to delimit the body."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from meetkit.web import problems
from meetkit.web.body_limits import HEAD_KIB
from meetkit.web.dispatch import response_of
from meetkit.web.reply import Reply

# A name, an IPv4 address or a bracketed IPv6 address, and a port (RFC 3986, 3.2.2).
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?")
_CLOSE = {"Connection": "close"}


class RequestHead:
    """Refuses a head by what is in it, so that the answer does not depend on how its bytes arrive."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        refusal = _refusal(scope) if scope["type"] == "http" else None
        await (self._app if refusal is None else response_of(refusal))(scope, receive, send)


def _refusal(scope: Scope) -> Reply | None:
    """Return the problem of a head that no server should serve, `None` of any other."""
    size = len(scope["method"]) + len(scope.get("raw_path") or b"") + len(scope["query_string"])
    hosts, codings = [], []
    for name, value in scope["headers"]:
        # With a colon, a space and the line end.
        size += len(name) + len(value) + 4
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding":
            codings.append(value)
    if size > HEAD_KIB * 1024:
        return problems.problem(431, f"request headers exceed {HEAD_KIB} KiB", headers=_CLOSE)
    detail = _host_problem(hosts, scope["http_version"]) or _coding_problem(codings, scope["http_version"])
    return problems.problem(400, detail, headers=_CLOSE) if detail else None


def _host_problem(hosts: list[bytes], version: str) -> str | None:
    """Return what is wrong with the Host fields (RFC 9112, 3.2)."""
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        return f"send one Host header, not {len(hosts)}"
    if hosts and not _HOST.fullmatch(hosts[0]):
        return "Host: send a host name or an address, and a port if need be"
    return None


def _coding_problem(codings: list[bytes], version: str) -> str | None:
    """Return what is wrong with the Transfer-Encoding fields, by which a proxy may see another end of the body."""
    if codings and (version == "1.0" or [coding.lower() for coding in codings] != [b"chunked"]):
        return "Transfer-Encoding: send `chunked` once, by HTTP/1.1, or a Content-Length"
    return None
