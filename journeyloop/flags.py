"""
The phases, each of which can be taken back by itself: off means no addresses and no work. Two are built.

Read at start, as addresses are: changing one takes a restart.
"""

from django.conf import settings


def companion_is_on() -> bool:
    """Phase 1: the companion's pages, its REST interface, its turns."""
    return bool(settings.COMPANION_PHASE_1)


def intelligence_is_on() -> bool:
    """Phase 2: sessions are analysed in the new way, in claims that point at the words."""
    return companion_is_on() and bool(settings.COMPANION_PHASE_2)


def old_analysis_is_on() -> bool:
    """Whether sessions are analysed in the old way too; alone while phase 2 is taken back."""
    return companion_is_on() and bool(settings.COMPANION_OLD_ANALYSIS)


def analysis_is_on() -> bool:
    """Whether sessions are analysed at all."""
    return intelligence_is_on() or old_analysis_is_on()
