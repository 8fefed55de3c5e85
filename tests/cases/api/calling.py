"""A program that calls the API, and holds every error to the one shape."""

from typing import Any

from django.test import Client

from accounts.models import ApiKey, Organization
from accounts.services import create_key
from cases.api.codes import CODES

V1 = "/api/v1"


class Caller:
    """Calls with a key, or without one."""

    def __init__(self, text: str = "", client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._checked(self.client.get(address(path), query, headers=self._with(headers)))

    def post(self, path: str, body: Any = None, method: str = "post", **headers: str) -> Any:
        """JSON."""
        response = getattr(self.client, method)(
            address(path),
            {} if body is None else body,
            "application/json",
            headers=self._with(headers),
        )
        return self._checked(response)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.post(path, body, "patch", **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.post(path, body, "delete", **headers)

    def send(self, path: str, fields: dict[str, Any], **headers: str) -> Any:
        """multipart/form-data."""
        return self._checked(self.client.post(address(path), fields, headers=self._with(headers)))

    def ask(self, method: str, path: str, **options: Any) -> Any:
        given = self._with(options.pop("headers", {}))
        return self._checked(self.client.generic(method, address(path), headers=given, **options))

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {**self.headers, **{name.replace("_", "-"): v for name, v in headers.items()}}

    @staticmethod
    def _checked(response: Any) -> Any:
        if response.status_code >= 400:
            said = response.json()
            assert set(said) == {"type", "request_id", "errors"}
            assert said["errors"]
            for error in said["errors"]:
                assert set(error) == {"code", "detail", "attr"}
                assert error["code"] in CODES, error
                assert error["detail"]
            assert said["request_id"] == response["X-Request-ID"] != ""
        return response


def address(path: str) -> str:
    return path if path.startswith(("/", "http")) else f"{V1}/{path}"


def caller(organization: Organization, *scopes: str, name: str = "gateway") -> Caller:
    """A program of this organization with a key that may do so much."""
    return Caller(make_key(organization, *scopes, name=name)[1])


def make_key(organization: Organization, *scopes: str, name: str = "gateway") -> tuple[ApiKey, str]:
    return create_key(
        organization=organization, name=name, scopes=scopes or ("submit", "read"), actor=None
    )


def codes(response: Any) -> dict[str | None, str]:
    """The code by the field that it is about."""
    return {error["attr"]: error["code"] for error in response.json()["errors"]}
