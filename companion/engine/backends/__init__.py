"""Models that are not somebody else's API."""
