"""
The phases, each of which can be taken back by itself: off means no addresses and no work. One is built.

Read at start, as addresses are: changing COMPANION_PHASE_1 takes a restart.
"""

from django.conf import settings


def companion_is_on() -> bool:
    """Phase 1: the companion's pages, its REST interface, its turns."""
    return bool(settings.COMPANION_PHASE_1)
