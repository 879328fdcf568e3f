"""Event streams break at any moment, and are ended within seconds when their reader may read no more."""

import contextlib
import random
import signal
import time
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from coaching.accounts.tokens import make_key, revoke_key
from coaching.models import CoachingProfile
from tests.chaos.checker import Findings, check
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage, to_redis
from tests.chaos.tabs import open_tabs
from tests.chaos.talks import Crowd, Talk
from tests.fakes.coaches import sign_in
from tests.fakes.event_reader import EventReader
from tests.fakes.nursery import Child
from tests.fakes.parallel import at_once

SETTLE_SECONDS = 90.0
REVOKED_SECONDS = 5.0
"""So soon a stream ends whose reader may read no more."""


def lost_streams(stage: Stage, *, coaches: int, rounds: int) -> Outcome:
    """
    Statement 39: tabs hang up at random moments, a web process is replaced, Redis breaks and is away.

    What a tab shows in the end equals what one shows that is opened then.
    """
    stage.model.first, stage.model.gap = 0.1, 0.03
    dice = random.Random(39)  # noqa: S311 - the same choices each time
    crowd, broken = Crowd(coaches), []
    with stage.wire(settings.EVENTSTREAM_REDIS["port"]) as wire, contextlib.ExitStack() as stack:
        webs = [stage.web(**to_redis(wire.port)) for _ in range(2)]
        stage.worker(is_hasty=True, **to_redis(wire.port))
        tabs = stack.enter_context(open_tabs(crowd.talks * 2, lambda: dice.choice(webs), loses=1.0))
        for number in range(rounds):
            crowd.go_on(at_most=coaches)
            time.sleep(dice.uniform(0.2, 1.0))
            (wire.snap, lambda: _away(wire.cut, wire.mend), lambda: _replace(stage, webs, wire.port))[
                number % 3
            ]()
        crowd.wait(seconds=SETTLE_SECONDS)
        for tab in tabs:
            broken += tab.differences()
        broken += [f"{web.name} logged a traceback" for web in webs if "Traceback" in web.log]
    found = check(crowd.talks, asked=stage.model.requests)
    streams = sum(tab.streams for tab in tabs)
    note = f"{streams} streams for {len(tabs)} tabs, {sum(len(tab.numbers) for tab in tabs)} events"
    return Outcome("streams lost at random moments", streams - len(tabs), found, (), note, broken)


def _away(cut: Callable[[], None], mend: Callable[[], None]) -> None:
    cut()
    time.sleep(1.5)
    mend()


def _replace(stage: Stage, webs: list[Child], redis_port: int) -> None:
    webs.append(stage.web(**to_redis(redis_port)))
    webs.pop(0).send(signal.SIGTERM)


def revoked_readers(stage: Stage, *, rounds: int) -> Outcome:
    """Statement 41: whoever may read no more has no stream after five seconds, in any process."""
    webs = [stage.web(), stage.web()]
    ports = [web.port for web in webs]
    broken, took = [], []
    bystander = Talk()
    staying = [EventReader(port, _cookie(bystander)).opened() for port in ports]
    for _ in range(rounds):
        for name, revoke in REVOCATIONS.items():
            talk = Talk()
            headers, act = revoke(talk)
            streams = [EventReader(port, headers).opened() for port in ports]
            act()
            ended = at_once([lambda each=each: _seconds_to_end(each) for each in streams])
            took += [each for each in ended if isinstance(each, float)]
            broken += [f"{name}: {each!r}" for each in ended if isinstance(each, Exception)]
            broken += [f"{name}: read for {s:.1f} s" for s in took[-2:] if s > REVOKED_SECONDS]
            for port in ports:
                with EventReader(port, headers) as again:
                    broken += [f"{name}: {again.status} on coming back"] if again.status == 200 else []
    for each in staying:
        broken += [] if _is_open(each) else ["a bystander's stream ended"]
        each.close()
    return Outcome("reader's right taken away", rounds * len(REVOCATIONS), Findings(), took, "", broken)


def _seconds_to_end(stream: EventReader) -> float:
    began = time.monotonic()
    with stream:
        stream.wait_for_end()
    return time.monotonic() - began


def _is_open(stream: EventReader) -> bool:
    """Whether it has not ended: the next heartbeat, or nothing for a while."""
    stream.socket.settimeout(0.2)
    try:
        return bool(stream.answer.readline())
    except TimeoutError:
        return True


def _cookie(talk: Talk) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sign_in(talk.coach.user).session_key}"}


Revocation = Callable[[Talk], tuple[dict[str, str], Callable[[], object]]]
"""Gives the headers to open a stream with, and what takes the right to it away."""


def _signing_out(talk: Talk) -> tuple[dict[str, str], Callable[[], object]]:
    session = sign_in(talk.coach.user)
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}, session.delete


def _changing_the_password(talk: Talk) -> tuple[dict[str, str], Callable[[], object]]:
    def change() -> None:
        talk.coach.user.set_password("another long password")
        talk.coach.user.save()

    return _cookie(talk), change


def _suspending(talk: Talk) -> tuple[dict[str, str], Callable[[], object]]:
    found = CoachingProfile.objects.filter(pk=talk.coach.pk)
    return _cookie(talk), lambda: found.update(status=CoachingProfile.Status.SUSPENDED)


def _revoking_the_token(talk: Talk) -> tuple[dict[str, str], Callable[[], object]]:
    now = timezone.now()
    key, token = make_key(owner=talk.coach, name="Program", scopes=["companion"], now=now)
    return {"Authorization": f"Bearer {token}"}, lambda: revoke_key(key=key, now=now)


REVOCATIONS: dict[str, Revocation] = {
    "signed out": _signing_out,
    "password changed": _changing_the_password,
    "suspended": _suspending,
    "token revoked": _revoking_the_token,
}
