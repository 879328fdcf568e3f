"""Places that apps on higher floors fill."""

from typing import Any

import pytest

from coaching import slots


@pytest.fixture
def empty_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_filled", {"client-detail": [], "session-detail": []})


def show(request: Any, subject: Any) -> dict[str, Any] | None:
    return {"name": subject} if request else None


def test_a_place_shows_what_fills_it_once(empty_places: None) -> None:
    slots.fill("client-detail", template="a.html", context=show)
    slots.fill("client-detail", template="a.html", context=show)

    [part] = slots.parts_of("client-detail", "request", "Ada")  # type: ignore[arg-type]

    assert part.template == "a.html"
    assert part.context == {"name": "Ada"}
    assert slots.parts_of("session-detail", "request", "Ada") == []  # type: ignore[arg-type]


def test_a_part_with_nothing_to_say_is_left_out(empty_places: None) -> None:
    slots.fill("client-detail", template="a.html", context=show)

    assert slots.parts_of("client-detail", None, "Ada") == []  # type: ignore[arg-type]
