"""How the API is described: OpenAPI 3.1, with the one shape of errors in every operation."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from cases.api.examples import FORM, IN_A_FORM
from cases.api.serializers.common import ProblemSerializer

ALWAYS = {
    400: "Something in the address or the body is not as it should be.",
    401: "No key, or one that opens nothing.",
    403: "The key, or your role, does not allow it.",
    406: "The answer cannot be had in the form that was asked for.",
    429: "Too much at once: wait for the seconds that Retry-After names.",
    500: "Something broke here.",
    503: "Not just now: wait for the seconds that Retry-After names.",
}
WITH_BODY = {
    409: "The case, or the endpoint, does not stand as this needs.",
    413: "Too much was sent.",
    415: "The body is of a type that is not taken here.",
    422: "Understood, but not taken: a file, an address that nothing is sent to, or an "
    "Idempotency-Key that stands for other content.",
}


class Schema(AutoSchema):
    """Adds what an operation can be refused with, and how a form repeats a field."""

    def _get_request_body(self, direction: Any = "request") -> Any:
        told = super()._get_request_body(direction)
        for kind, media in (told or {}).get("content", {}).items():
            if kind == FORM:
                media["encoding"] = {"views": {"style": "form", "explode": True}}
        return told

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        told = super()._get_response_bodies(direction)
        for code, says in self._problems().items():
            if str(code) not in told:
                problem = OpenApiResponse(ProblemSerializer, description=says)
                told[str(code)] = self._get_response_for_code(problem, str(code))
        return told

    def _problems(self) -> dict[int, str]:
        problems = dict(ALWAYS)
        if "{" in self.path:
            problems[404] = "Not there, or not for you to see."
        if self.method in {"POST", "PATCH"}:
            problems |= WITH_BODY
        return problems


class Strict(OpenApiSerializerExtension):
    """What is sent carries no field that is not known; what is answered may get more of them."""

    target_class = "cases.api.serializers.common.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        told = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if direction == "request":
            told["additionalProperties"] = False
            told |= self.target.schema_more
            if auto_schema.map_parsers() == [FORM]:
                _as_a_form(told["properties"])
        return told


def _as_a_form(fields: dict[str, Any]) -> None:
    """A form has no null: it leaves the field out."""
    for name, one in fields.items():
        if name in IN_A_FORM:
            one["examples"] = [IN_A_FORM[name]]
        if isinstance(one.get("type"), list):
            one["type"] = next(kind for kind in one["type"] if kind != "null")


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api_authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key: `fxp_...`."}


class SignedLinkScheme(OpenApiAuthenticationExtension):
    target_class = "cases.api.links.SignedLink"
    name = "SignedLink"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "query",
            "name": "signature",
            "description": "Part of a signed link.",
        }
