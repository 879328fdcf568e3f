"""The real server, and a page that writes down what static/js/events.js tells it."""

from pathlib import Path
from typing import Any

from journeyloop.asgi import application as site  # isort: skip # it loads the apps that the next line needs

from companion.api.events.registry import registry

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "js" / "events.js"
PAGE = """<!doctype html><meta charset="utf-8"><title>Tab</title><link rel="icon" href="data:,">
<body data-coach="one" data-last-event-id="%s">
<script>
  window.heard = [];
  for (const type of ["chat-message", "main-update", "secondary-update", "notification", "turn-text"]) {
    document.addEventListener(`jl:${type}`, (event) => heard.push(event.detail.n ?? event.detail.text));
  }
  document.addEventListener("jl:reset", () => heard.push("reset"));
</script>
<script type="module" src="/events.js"></script>
"""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer /tab/NUMBER with a page rendered after that event, and /streams with how many are open."""
    path = scope.get("path", "")
    if path.startswith("/tab/"):
        await _answer(send, "text/html", PAGE % path.removeprefix("/tab/"))
    elif path == "/events.js":
        await _answer(send, "text/javascript", SCRIPT.read_text())
    elif path == "/streams":
        await _answer(send, "text/plain", str(registry.total))
    else:
        await site(scope, receive, send)


async def _answer(send: Any, content_type: str, body: str) -> None:
    headers = [(b"content-type", f"{content_type}; charset=utf-8".encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
