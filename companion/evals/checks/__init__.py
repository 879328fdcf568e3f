"""What must hold in every scenario, by rule. Each check reads a record and says what is wrong with it."""

from companion.evals.checks import accessible, efficient, error_free, warm
from companion.evals.shapes import Check

EVERYWHERE: tuple[Check, ...] = (warm.check, efficient.check, error_free.check, accessible.check)
