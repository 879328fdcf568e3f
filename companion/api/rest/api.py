"""
The REST API, as one object with its OpenAPI description.

Three addresses of the contract are answered elsewhere and only described here: chat/ and panels/ are plain
views, because they also serve pages; events/ is an ASGI route.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from companion.api.rest import context, errors, memory, personality, schedules, skills
from companion.api.rest.access import BySession, ByToken
from companion.api.rest.errors import ErrorShape
from companion.api.rest.plain import PATHS


class CompanionAPI(NinjaAPI):
    """The API; its description also covers the addresses that plain views answer."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Add the plain addresses and the one shape of errors."""
        schema = super().get_openapi_schema(**options)
        schema["paths"].update(PATHS)
        schema["components"].setdefault("schemas", {})["Error"] = ErrorShape.json_schema()
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_errors(operation)
        return schema


def _describe_errors(operation: dict[str, Any]) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status in (401, 403, 404, 422, 500):
        operation["responses"].setdefault(
            status, {"description": errors.MESSAGES[status][1], "content": content}
        )


api = CompanionAPI(
    title="JourneyLoop companion",
    version="1",
    description="Everything is about the caller's own practice. Nothing here reaches a client.",
    urls_namespace="rest",
    docs_url=None,  # its pages load scripts from elsewhere
    docs_decorator=login_not_required,  # a description holds nobody's data
    auth=[BySession(), ByToken()],
)
errors.install(api)
for each in (personality, skills, schedules, memory, context):
    api.add_router("companion/", each.router)
