"""Every route of the OpenAPI document, with a body that would be taken, so that a walk cannot forget one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PUBLIC = {
    "POST /api/v1/auth/sign-in",
    "POST /api/v1/chat/tokens",
    "GET /api/v1/chat/config",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
}
"""The routes that anybody may call. A new one that needs no token must be named here."""
OF_ONESELF = {"GET /api/v1/auth/me", "POST /api/v1/auth/sign-out", "POST /api/v1/auth/password"}
"""The routes that take any good token, whatever it may do."""


VERSION = "1.0.0"
"""What every route that requires something in its query takes there."""


@dataclass(frozen=True)
class Route:
    """One operation."""

    method: str
    path: str
    operation: Mapping[str, Any]
    request: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def ids(self) -> frozenset[str]:
        """The names of the ids in its path."""
        return frozenset(re.findall(r"{(\w+)}", self.path))

    def at(self, ids: Mapping[str, str]) -> str:
        """Its address with these ids. A parameter that is not among them has no id of the first tenant yet."""
        return self.path.format(**ids)


def routes(document: Mapping[str, Any]) -> Iterator[Route]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield Route(method.upper(), path, operation, _request(document, operation))


def _request(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    wanted = [each for each in operation.get("parameters", []) if each["in"] == "query" and each["required"]]
    return {"params": {each["name"]: VERSION for each in wanted}} | _body(document, operation)


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content and "application/json" not in content:
        return {"files": {"file": ("a.md", b"# A\n\nText.")}}
    schema = next((kind["schema"] for name, kind in content.items() if "json" in name), None)
    return {} if schema is None else {"json": _example(document, schema)}


def _example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    for option in [schema, *schema.get("anyOf", [])]:
        name = option.get("$ref", "").rpartition("/")[2]
        found = document["components"]["schemas"][name] if name else option
        if found.get("examples"):
            return found["examples"][0]
    return {}
