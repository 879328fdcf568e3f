"""Coaches for benchmarks: signed in, with as much history and as many memories as wanted."""

from datetime import datetime, timedelta
from typing import Any

from bench.browsers import SignIn

_WORDS_TEXT = """
    tea coffee garden bicycle board meeting funding promotion holiday school piano marathon budget
    deadline mentor sabbatical workshop proposal contract invoice retreat journal boundary feedback
    rehearsal speech negotiation burnout delegation hiring strategy roadmap family evening morning
    winter summer walking reading
"""
WORDS = _WORDS_TEXT.split()


def sign_in(coach: Any) -> SignIn:
    """Sign a coach in; returns what their browser keeps."""
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    browser = Client()
    browser.force_login(coach.user)
    token = _get_new_csrf_string()
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    return SignIn(cookies, token)


def make_coach(*, unlocked: bool = True) -> Any:
    """Make a coach whose companion knows them, unless told otherwise."""
    import django

    django.setup()
    from tests import factories

    coach = factories.make_coach(unlocked=unlocked)
    secure(coach)
    return coach


def secure(coach: Any) -> None:
    """Give a coach the second step without which production shows them nothing."""
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=coach.user, type=Authenticator.Type.TOTP, data={})


def talk(coach: Any, messages: int) -> None:
    """Give a coach a conversation of so many messages, half of them answers."""
    from companion.models import Conversation, Message, Turn
    from journeyloop.tenancy import tenant

    with tenant(coach.pk):
        conversation = Conversation.objects.get()
        for number in range(1, 3 * (messages // 2), 3):
            turn = Turn(coach=coach, conversation=conversation, number=number + 1, status=Turn.Status.DONE)
            turn.save()
            said = f"Message {number}: " + sentence(number) + " What would you look at first?"
            answered = "I would begin with the smallest step: " + sentence(number + 1)
            for at, role, text in ((number, "coach", said), (number + 2, "companion", answered)):
                Message(
                    coach=coach, conversation=conversation, turn=turn, number=at, role=role, text=text
                ).save()
        Conversation.objects.update(last_number=3 * (messages // 2))


def remember(coach: Any, count: int, *, now: datetime) -> None:
    """Give a coach so many facts, four in five about one of ten clients."""
    from companion.models import ClientKnowledge, CompanionMemory
    from journeyloop.tenancy import tenant
    from tests import factories

    with tenant(coach.pk):
        clients = [factories.make_client(f"{WORDS[number].title()} Haddad") for number in range(10)]
    # Made while no transaction is open: one that idles for fifteen seconds is ended.
    own = [_fact(CompanionMemory, coach, number, now) for number in range(0, count, 5)]
    about = [
        _fact(ClientKnowledge, coach, number, now, client=clients[number % 10])
        for number in range(count)
        if number % 5
    ]
    with tenant(coach.pk):
        CompanionMemory.objects.bulk_create(own, batch_size=2_000)
        ClientKnowledge.objects.bulk_create(about, batch_size=2_000)


def _fact(model: Any, coach: Any, number: int, now: datetime, **fields: Any) -> Any:
    text = sentence(number)
    return model(
        coach=coach,
        statement=text,
        quote=text,
        source_kind="coach_message",
        said_by="coach",
        observed_at=now - timedelta(hours=number % 5_000),
        importance=1 + number % 3,
        **fields,
    )


def sentence(number: int) -> str:
    """Write a sentence of its own for a number, in which some words are frequent and some rare."""
    picked = [WORDS[(number * step + step) % len(WORDS)] for step in (1, 3, 7, 11, 13)]
    return f"Number {number} is about {', '.join(picked)}, and it matters."
