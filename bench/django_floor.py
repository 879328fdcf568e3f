"""
Floor D: bare Django doing the same as a turn: session, CSRF, sign-in, two rows in PostgreSQL, RQ, Redis, SSE.

No tenants, no lease, no memory, no prompt, no event log. Run as `uvicorn bench.django_floor:app`;
`python -m bench.django_floor_work` is its worker.
"""

import os
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import django
import environ
from django.conf import settings

from bench import rq_floor

QUEUE = "floor-django"

settings.configure(
    SECRET_KEY="floor",  # noqa: S106 - of a benchmark
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "bench"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["FLOOR_DATABASE_URL"]),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup(set_prefix=False)

import rq  # noqa: E402
from django.contrib.auth import get_user_model, login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402


class Message(models.Model):
    """One bubble."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    channel = models.CharField(max_length=40, db_index=True)
    role = models.CharField(max_length=10)
    text = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return str(self.pk)


def sign_in(request: HttpRequest) -> JsonResponse:
    """Sign somebody in and give their CSRF token."""
    user, _ = get_user_model().objects.get_or_create(username="bench")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return JsonResponse({"token": get_token(request)})


@login_required
@require_POST
def say(request: HttpRequest, channel: str) -> HttpResponse:
    """Store a message and ask a worker to answer it."""
    message = Message.objects.create(
        user=request.user, channel=channel, role="user", text=request.body.decode()
    )
    _queue().enqueue("bench.django_floor.answer", message.pk, result_ttl=0)
    return HttpResponse(status=202)


def answer(key: int) -> None:
    """The job: stream the answer to Redis, store it, and say so."""
    asked = Message.objects.get(pk=key)
    rows = Message.objects.filter(channel=asked.channel, pk__lte=key).order_by("pk")
    said: list[Any] = [{"role": role, "content": text} for role, text in rows.values_list("role", "text")]
    connections.close_all()
    store, pieces = rq_floor.store(), []
    with rq_floor.model().messages.stream(model="fake", max_tokens=1024, messages=said) as stream:
        for piece in stream.text_stream:
            pieces.append(piece)
            store.publish(asked.channel, piece)
    Message.objects.create(
        user_id=asked.user_id, channel=asked.channel, role="assistant", text="".join(pieces)
    )
    store.publish(asked.channel, "[done]")
    connections.close_all()


@cache
def _queue() -> rq.Queue:
    return rq.Queue(QUEUE, connection=rq_floor.store())


urlpatterns = [path("sign-in/", sign_in), path("say/<str:channel>/", say)]
pages = get_asgi_application()


async def app(
    scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Awaitable[None]]
) -> None:
    """GET /events/CHANNEL/ listens as floor C does; the rest is Django's."""
    if scope["type"] == "http" and scope["path"].startswith("/events/"):
        await rq_floor.app({**scope, "path": scope["path"].removeprefix("/events")}, receive, send)
    else:
        await pages(scope, receive, send)


def prepare() -> None:
    """Make the tables."""
    call_command("migrate", "--noinput", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Message)


def work() -> None:
    """Answer until told to stop."""
    rq.SimpleWorker([QUEUE], connection=rq_floor.store()).work(logging_level="WARNING")
