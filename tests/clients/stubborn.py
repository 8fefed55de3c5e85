"""A server that does not answer well at once."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

ME: dict[str, Any] = {
    "name": "gateway",
    "organization": None,
    "key": None,
    "reading_organizations": [],
}


@dataclass
class Answer:
    """What it says once; a status of 0 breaks the connection off."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stubborn:
    """`answers` in turn, then ME for ever; `heard` are method, path, headers and body."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


def error(status: int, code: str, attr: str | None = None, **headers: str) -> Answer:
    """In the shape of the API."""
    body = {
        "type": "client_error",
        "request_id": "r-1",
        "errors": [{"code": code, "detail": "No.", "attr": attr}],
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"X-Request-ID": "r-1", **named})


def handler_of(told: Stubborn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.heard.append((self.command, self.path, dict(self.headers), body))
            answer = told.answers.pop(0) if told.answers else Answer(200, ME)
            if answer.status:
                self._say(answer)
            else:
                self.close_connection = True

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  # as http.server looks for them

        def _say(self, answer: Answer) -> None:
            plain = isinstance(answer.body, str)
            body = (answer.body if plain else json.dumps(answer.body)).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler
