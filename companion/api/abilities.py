"""What the companion can do, in the coach's words."""

from companion.engine.capabilities import WORDS, Capability, Taint, granted

ALWAYS = ("talk with you", "remember what you tell me, with your own words beside it")
"""Each after "I can"; open from the first word on."""


def unlockable() -> list[str]:
    """List what opens once coach and companion know each other, each after "I can"."""
    after = granted(unlocked=True, bootstrap=False, taint=Taint.COACH)
    opened = after - granted(unlocked=False, bootstrap=True, taint=Taint.COACH)
    return [WORDS[capability] for capability in Capability if capability in opened]
