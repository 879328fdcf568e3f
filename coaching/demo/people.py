"""
Who is in the demo: plain data.

A meeting's `day` counts Maya's working days from today (0 = today, -1 = the working day before); times are
on her clock.
"""

from coaching.demo.clients_at_a_turning import JONAS, RUTH
from coaching.demo.clients_on_their_way import ADAEZE, MEI, TOMAS

COACH_NAME = "Maya Lindqvist"
COACH_ZONE = "Europe/Lisbon"
NEWCOMER_NAME = "Noor Haddad"
NEWCOMER_ZONE = "Europe/Amsterdam"
ROOM = "https://meet.example.com/maya-lindqvist"

PEOPLE = (TOMAS, ADAEZE, RUTH, JONAS, MEI)
