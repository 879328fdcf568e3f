"""
The three phases, each of which can be taken back by itself: off means no addresses and no work.

Read once at start, because addresses are; a change of COMPANION_PHASE_n takes a restart, as on Heroku it does anyway.
"""

from django.conf import settings


def companion_is_on() -> bool:
    """Phase 1: the companion's pages, its REST interface, its turns."""
    return bool(settings.COMPANION_PHASE_1)
