"""The real worker with short leases and little patience, so that a test need not wait half a minute."""

import os
from datetime import timedelta

import django
from django.core.management import call_command

LEASE_SECONDS = 5.0

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
    django.setup()

    from companion.actions import leases
    from companion.scheduling import turn_loop

    leases.LEASE = timedelta(seconds=LEASE_SECONDS)
    turn_loop.HOLD_SECONDS = 0.5
    turn_loop.LOOK_SECONDS = 1.0
    turn_loop.GRACE_SECONDS = 2.0
    call_command("work")
