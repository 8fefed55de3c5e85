"""The schema as a judge of real answers."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

formats = FormatChecker(["uuid"])


@formats.checks("date-time", ValueError)
def _moment(value: Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("uri")
def _address(value: Any) -> bool:
    return not isinstance(value, str) or all(urlsplit(value)[:2])


class Contract:
    """What is answered may have no field that the schema does not name: stricter than the schema,
    which lets us add some."""

    def __init__(self) -> None:
        schema = SchemaGenerator().get_schema(request=None, public=True)
        self.paths: dict[str, Any] = schema["paths"]
        self.components = deepcopy(schema["components"])
        for one in self.components["schemas"].values():
            if "properties" in one:
                one["additionalProperties"] = False

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Name, method and path of each."""
        for path, methods in self.paths.items():
            for method, operation in methods.items():
                yield operation["operationId"], method, path

    def example(self, shown: dict[str, Any]) -> Any:
        """Its value, also where it stands among the components."""
        if "$ref" in shown:
            shown = self.components["examples"][shown["$ref"].rsplit("/", 1)[-1]]
        return shown["value"]

    def problems(self, path: str, method: str, response: Any) -> list[str]:
        """In what the answer is not as the schema says; empty where it is."""
        told = self.paths[path][method]["responses"].get(str(response.status_code))
        if told is None:
            return [f"{response.status_code} is not described"]
        return self._of_body(told.get("content", {}), response)

    def _of_body(self, content: dict[str, Any], response: Any) -> list[str]:
        kind = response.headers.get("Content-Type", "").split(";")[0]
        if not content:
            return [] if not response.content else ["a body that is not described"]
        known = next((one for one in content if kind in {one, one.replace("*", kind[6:])}), None)
        if known is None:
            return [f"{kind} is not described"]
        if kind != "application/json":
            return []
        return self.of_value(content[known]["schema"], response.json())

    def of_value(self, schema: dict[str, Any], value: Any) -> list[str]:
        judge = Draft202012Validator(
            {**schema, "components": self.components}, format_checker=formats
        )
        return [f"{one.json_path}: {one.message}" for one in judge.iter_errors(value)]
