"""The demo practice: one coach in the middle of a working week, and everybody who signs in to look around."""

from coaching.demo.practice import Practice, existing, make, remove
from coaching.demo.sign_ins import PASSWORD, SIGN_INS

__all__ = ["PASSWORD", "SIGN_INS", "Practice", "existing", "make", "remove"]
