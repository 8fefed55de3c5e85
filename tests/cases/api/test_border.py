"""What gunicorn hands over and Django does not take: bodies in chunks, codecs as character sets."""

import io
import json
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import Organization
from cases.models import Case
from fracture_platform.wsgi_border import OTHER_BYTES, bordered
from tests.cases.api.calling import make_key
from tests.cases.files import upload

pytestmark = pytest.mark.usefixtures("storage")


class Unmeasured(io.BytesIO):
    """As gunicorn's body: ends by itself."""


def ask(text: str, path: str, body: bytes, kind: str, **more: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON, through the border, as a server asks."""
    path, _mark, query = path.partition("?")
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": Unmeasured(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "CONTENT_TYPE": kind,
        "HTTP_AUTHORIZATION": f"Bearer {text}",
        **more,
    }
    application = bordered(get_wsgi_application())
    response: Any = application(environ, lambda line, _headers, *_: status.append(line))
    try:
        return int(status[0].split()[0]), json.loads(b"".join(response))
    finally:
        response.close()


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_form_in_chunks(sender: Organization) -> None:
    text = make_key(sender)[1]
    body = encode_multipart(BOUNDARY, {"patient_reference": "ISL-1", "radiographs": upload()})
    assert ask(text, "/api/v1/cases/", body, MULTIPART_CONTENT, **CHUNKED)[0] == 202
    assert Case.objects.get().patient_reference == "ISL-1"


def test_json_in_chunks(sender: Organization) -> None:
    text = make_key(sender, "admin")[1]
    body = json.dumps({"url": "https://a.example/", "event_types": ["case.finished"]}).encode()
    assert ask(text, "/api/v1/webhooks/", body, "application/json", **CHUNKED)[0] == 201
    much = b" " * (OTHER_BYTES + 1)
    status, told = ask(text, "/api/v1/webhooks/", much, "application/json", **CHUNKED)
    assert (status, told["errors"][0]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "charset", ["zlib", "hex", "bz2", "idna", "rot13", "utf-16", "nonsense", '"utf-8"', "UTF-8"]
)
def test_a_charset_of_whatever_kind(sender: Organization, charset: str) -> None:
    text = make_key(sender)[1]
    body = encode_multipart(BOUNDARY, {"patient_reference": "Gülsün", "radiographs": upload()})
    length = {"CONTENT_LENGTH": str(len(body))}
    kind = f"{MULTIPART_CONTENT}; charset={charset}; a*=nonsense''%41"
    status, told = ask(text, "/api/v1/cases/", body, kind, **length)
    assert (status, told["patient_reference"]) == (202, "Gülsün")
    status, told = ask("none", "/api/v1/cases/?a=b", b"x", f"text/plain; charset={charset}")
    assert (status, told["errors"][0]["code"]) == (401, "key_unknown")
