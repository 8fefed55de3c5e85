"""The description of the API holds the guide, says what we send, and can be tried."""

import re
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from cases.api import events
from cases.models.webhook_delivery import EVENT_TYPES


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_guide_is_in_it(schema: Any) -> None:
    text = schema["info"]["description"]
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles[:3] == ["Keys", "The whole flow", "Idempotency"]
    for words in ("Idempotency-Key", "Retry-After", "webhook-signature", "| the same key with |"):
        assert words in text
    assert "import httpx" not in text  # programs and the table of codes stay in the file
    assert "| `empty_file` |" not in text
    assert ".md" not in text  # nothing leads to a file that the site does not have
    assert text.count("```") % 2 == 0


def test_each_paragraph_is_one_line(schema: Any) -> None:
    """Swagger UI would break the line where the file does."""
    text = re.sub(r"(?s)```.*?```", "", schema["info"]["description"])
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip().splitlines()
        assert len(lines) < 2 or all(line[0] in "|-" for line in lines), paragraph


def test_the_image_of_the_site_has_what_it_reads() -> None:
    ignored = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
    assert "docs" not in ignored
    assert ignored.index("docs/*") < min(
        ignored.index(f"!docs/{name}") for name in ("api.md", "webhooks.md")
    )


def test_what_we_send_is_in_it(schema: Any) -> None:
    assert set(schema["webhooks"]) == {name for name, _label in EVENT_TYPES}
    for name, methods in schema["webhooks"].items():
        told = methods["post"]
        headers = [one["name"] for one in told["parameters"]]
        assert headers == ["webhook-id", "webhook-timestamp", "webhook-signature"]
        body = told["requestBody"]["content"]["application/json"]["schema"]
        assert body == events.payload(name)


def test_forms_repeat_their_fields_and_begin_without_inventions(schema: Any) -> None:
    forms = [
        operation["requestBody"]["content"]["multipart/form-data"]
        for methods in schema["paths"].values()
        for operation in methods.values()
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(forms) == 2
    assert all(one["encoding"]["views"]["explode"] is True for one in forms)
    fields = schema["components"]["schemas"]["CaseSubmissionRequest"]["properties"]
    begun = {name for name, one in fields.items() if one.get("examples") or one.get("default")}
    assert begun == {"patient_reference", "photographs", "priority"}


def test_what_can_be_tried_names_no_id_that_was_made_up(schema: Any) -> None:
    """Except where one has to be filled in, in the address."""
    tried = [
        example["value"]
        for methods in schema["paths"].values()
        for operation in methods.values()
        for media in operation.get("requestBody", {}).get("content", {}).values()
        for example in media.get("examples", {}).values()
    ]
    assert len(tried) >= 7
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", str(tried))
