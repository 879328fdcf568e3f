"""Django's PostgreSQL, but for one thing (base.py)."""
