"""OpenAPI descriptions of the addresses that plain views answer."""

from typing import Any, get_args

from companion.actions.told import EventName

SECURITY: list[dict[str, list[str]]] = [{"BySession": []}, {"ByToken": []}]
_STRING = {"type": "string"}
EVENTS = (*get_args(EventName), "turn-text", "stream-reset")


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_ANSWER = _object(id={"type": "string", "format": "uuid"}, answer=_STRING)
_MESSAGE = {
    **_object(message=_STRING, interaction_response=_ANSWER, request_key={**_STRING, "maxLength": 64}),
    "required": ["message"],
}

PATHS: dict[str, Any] = {
    "/api/v1/companion/chat/": {
        "post": {
            "operationId": "companion_chat",
            "summary": "Say something; the answer comes as an event",
            "tags": ["conversation"],
            "requestBody": {"required": True, "content": _json(_MESSAGE)},
            "responses": {
                202: {
                    "description": "Stored; a worker answers. `job_id` is the turn.",
                    "content": _json(_object(status={"const": "processing"}, job_id=_STRING)),
                }
            },
            "security": SECURITY,
        }
    },
    "/api/v1/companion/events/": {
        "get": {
            "operationId": "companion_events",
            "summary": "Server-sent events: ids and versions, never content",
            "tags": ["conversation"],
            "parameters": [{"name": "Last-Event-ID", "in": "header", "schema": _STRING, "required": False}],
            "responses": {
                200: {
                    "description": ", ".join(EVENTS),
                    "content": {"text/event-stream": {"schema": _STRING}},
                }
            },
            "security": SECURITY,
        }
    },
    "/api/v1/companion/panels/{name}/": {
        "get": {
            "operationId": "companion_panel",
            "summary": "What a panel shows, as HTML",
            "tags": ["panels"],
            "parameters": [
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "enum": ["main", "secondary"]},
                }
            ],
            "responses": {200: {"description": "A fragment", "content": _json(_object(html=_STRING))}},
            "security": SECURITY,
        }
    },
}
