"""The OpenAPI document: every failure is a problem detail, and the frames of the socket are described too."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from deskhand.channels.frames import Frame, Hello, Ping, SendMessage
from deskhand.channels.incoming import MessageIn
from deskhand.kit.problems import MEDIA_TYPE, Problem
from deskhand.tenancy.http import declared_by

_FIRST_FAILURE = 400
_EXTRA: tuple[type[BaseModel], ...] = (Problem, Frame, Hello, SendMessage, Ping, MessageIn)
_FASTAPI_OWN = ("HTTPValidationError", "ValidationError")
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def operation_id(route: APIRoute) -> str:
    """The name of the function that serves the route."""
    return route.name


def describe(app: FastAPI, routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The document, made once. The routers' routes say which permission they take."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            license_info=app.license_info,
        )
        _describe_permissions(document, routers)
        _describe_failures(document)
        _describe_frames(document)
        app.openapi_schema = document
    return app.openapi_schema


def _describe_permissions(document: dict[str, Any], routers: Sequence[APIRouter]) -> None:
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    for route in routes:
        for declared in declared_by(route):
            name = declared.permission.value if declared.permission else None
            takes = f"Takes the permission `{name}`." if name else "Takes any good token or API key."
            for method in route.methods or ():
                operation = document["paths"].get(route.path, {}).get(method.lower())
                if operation is not None:
                    operation["description"] = f"{operation.get('description', '')}\n\n{takes}".strip()
                    operation["x-permission"] = name


def _describe_failures(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                schema = response.get("content", {}).get("application/json", {}).get("schema", {})
                is_health = str(schema.get("$ref", "")).endswith("/HealthOut")
                if int(status) >= _FIRST_FAILURE and not is_health:
                    response["content"] = _PROBLEM
                    response["description"] = response["description"].replace(
                        "Validation Error", "A value is not valid."
                    )


def _describe_frames(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    _, found = models_json_schema(
        [(model, "validation") for model in _EXTRA], ref_template="#/components/schemas/{model}"
    )
    for name, schema in found["$defs"].items():
        if _fields(schemas.get(name, schema)) != _fields(schema):
            raise ValueError(f"Two shapes are called {name!r}: give one of them another name.")
    schemas.update(found["$defs"])
    for name in _FASTAPI_OWN:
        schemas.pop(name, None)


def _fields(schema: dict[str, Any]) -> set[str]:
    """Read and written, the same shape may differ in what it requires, and not in what it has."""
    return set(schema.get("properties", {}))
