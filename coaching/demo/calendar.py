"""Days of the demo."""

from datetime import date, timedelta


def working_day(today: date, count: int) -> date:
    """Count working days from today, which counts itself as one even at a weekend: a demo has a today."""
    found, step = today, timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        found += step
        while found.weekday() > 4:
            found += step
    return found
