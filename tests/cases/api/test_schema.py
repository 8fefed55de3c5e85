"""The schema: complete, valid and served; the page that shows it, without anybody else's help."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from cases.api.views import describing

COMMITTED = settings.BASE_DIR / "docs" / "openapi.yaml"
ERRORS = {"400", "401", "403", "406", "429", "500", "503"}


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_and_nothing_is_guessed() -> None:
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=io.StringIO())


def test_every_operation_is_described(schema: Any) -> None:
    assert schema["openapi"] == "3.1.0"
    tags = {tag["name"] for tag in settings.SPECTACULAR_SETTINGS["TAGS"]}
    for path, method, operation in operations(schema):
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= tags, path
        assert operation["security"], path
        expected = ERRORS | ({"404"} if "{" in path else set())
        expected |= {"409", "413", "415", "422"} if method in {"post", "patch"} else set()
        assert expected <= set(operation["responses"]), path
        for code in expected:
            (body,) = operation["responses"][code]["content"].values()
            assert body["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_committed_one_is_the_same(schema: Any) -> None:
    """So that no change of the contract goes unnoticed in a review."""
    text = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert COMMITTED.read_text() == text, (
        "The code describes another API than docs/openapi.yaml. If that is meant, write it anew "
        "with `make schema`, and look at what changes for partners before you commit it."
    )


def test_it_says_nothing_that_3_1_does_not_know(schema: Any) -> None:
    def keys(part: Any) -> set[str]:
        if isinstance(part, dict):
            return set(part) | {key for value in part.values() for key in keys(value)}
        return {key for one in part for key in keys(one)} if isinstance(part, list) else set()

    assert "nullable" not in keys(schema)


def test_what_is_sent_is_described_as_strictly_as_it_is_taken(schema: Any) -> None:
    parts = schema["components"]["schemas"]
    requests = {name: one for name, one in parts.items() if name.endswith("Request")}
    assert {"CaseSubmissionRequest", "FilesRequest", "RerunRequest"} <= set(requests)
    assert all(one["additionalProperties"] is False for one in requests.values())
    form = requests["CaseSubmissionRequest"]
    assert [one["required"] for one in form["anyOf"]] == [["radiographs"], ["photographs"]]
    assert form["properties"]["age_years"]["type"] == "integer"  # a form has no null


def test_every_address_of_the_api_is_in_it(schema: Any) -> None:
    patterns: list[Any] = get_resolver().url_patterns
    (api,) = [one for one in patterns if str(one.pattern) == "api/"]
    (v1,) = [one for one in api.url_patterns if str(one.pattern) == "v1/"]
    names = {one.name for one in v1.url_patterns} - {"api_schema", "api_docs"}
    assert len(schema["paths"]) == len(names)


@pytest.mark.django_db
def test_it_is_served_to_everybody() -> None:
    response = Client().get("/api/v1/schema/", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert response.json()["openapi"] == "3.1.0"
    assert describing.schema_text() is describing.schema_text()  # made once


@pytest.mark.django_db
class TestPage:
    def test_is_a_page_whatever_is_accepted(self) -> None:
        page = Client().get("/api/v1/docs/", headers={"Accept": "application/json"})
        assert page.status_code == 200
        assert page["Content-Type"].startswith("text/html")
        assert page["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_loads_nothing_from_another_host(self) -> None:
        text = Client().get("/api/v1/docs/").content.decode()
        assert "swagger-ui-bundle.js" in text
        assert "http://" not in text
        assert "https://" not in text

    def test_its_policy_is_wider_for_styles_alone(self) -> None:
        here = Client().get("/api/v1/docs/")["Content-Security-Policy"].split("; ")
        elsewhere = Client().get("/account/login/")["Content-Security-Policy"].split("; ")
        assert set(here) - set(elsewhere) == {"style-src 'self' 'unsafe-inline'"}

    def test_its_script_names_our_schema(self) -> None:
        response = Client().get("/api/v1/docs/?script=")
        assert response["Content-Type"].startswith("application/javascript")
        assert "/api/v1/schema/" in response.content.decode()
