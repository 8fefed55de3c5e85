"""What a request says in a way that Django does not take, said in a way that it does.

- A body that comes in chunks has no Content-Length, and Django takes it for empty. A form streams
  in up to a bound; what else comes is read here and measured.
- Bodies and addresses are UTF-8. Django decodes them by whatever `charset` the request names, by
  codecs that are no character sets, too, and breaks before anybody could answer for it. Of what
  stands behind the type of a body only the boundary of a form means something here.
"""

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_PIECE = 1024 * 1024
FORM_BYTES = 512 * _PIECE
"""What is announced for a form of unknown length; the limits of intake hold as it streams in."""
OTHER_BYTES = 8 * _PIECE


def bordered(application: Application) -> Application:
    def inside(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        _without_parameters(environ)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            _with_length(environ)
        return application(environ, start_response)

    return inside


def _without_parameters(environ: Environ) -> None:
    if kind := environ.get("CONTENT_TYPE"):
        parts = kind.split(";")
        kept = [one for one in parts[1:] if one.partition("=")[0].strip().lower() == "boundary"]
        environ["CONTENT_TYPE"] = ";".join([parts[0], *kept])


def _with_length(environ: Environ) -> None:
    if environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data"):
        environ["CONTENT_LENGTH"] = str(FORM_BYTES)
        return
    body = SpooledTemporaryFile(max_size=_PIECE)  # noqa: SIM115  # the request's, until it ends
    size = 0
    while size <= OTHER_BYTES and (piece := environ["wsgi.input"].read(_PIECE)):
        size += body.write(piece)
    body.seek(0)
    environ["wsgi.input"] = body
    # What is too long is announced so, and refused as such.
    environ["CONTENT_LENGTH"] = str(size if size <= OTHER_BYTES else FORM_BYTES)
