"""
What the companion thinks with. Pure: no Django, no rows, no queue, no settings, no clock.

Frozen dataclasses in, pydantic models out; the model is an argument. Only `agent` and `backends` import the
model libraries.
"""
