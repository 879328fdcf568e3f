"""The real worker with short leases and little patience, so that a test need not wait half a minute."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import django
from django.core.management import call_command

LEASE_SECONDS = 5.0
POISON = "[[poison]]"
"""Words that kill a worker as soon as it begins to work on them."""


def poisonous(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Die where a real worker would call the model, if the words say so."""

    def deadly(prompt: Any, **how: Any) -> Any:
        if POISON in prompt.current:
            os.kill(os.getpid(), signal.SIGSEGV)
        return answer(prompt, **how)

    return deadly


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
    django.setup()

    from companion.actions import leases
    from companion.engine import agent
    from companion.scheduling import brains, turn_loop

    leases.LEASE_TIME = timedelta(seconds=LEASE_SECONDS)
    turn_loop.HOLD_SECONDS = 0.5
    turn_loop.LOOK_SECONDS = 1.0
    turn_loop.GRACE_SECONDS = 2.0
    agent.answer = poisonous(agent.answer)
    if silence := float(os.environ.get("HASTY_PATIENCE", "0")):
        impatient = agent.Settings(first_event=2 * silence, silence=silence, deadline=4 * silence)
        open_brain = brains.open_brain
        brains.open_brain = lambda: replace(open_brain(), settings=impatient)
    call_command("work")
