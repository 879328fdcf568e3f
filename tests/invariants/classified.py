"""How a law says that something new has no place yet: what it is, and where to say what it is."""

from collections.abc import Collection, Iterable


def assert_classified(
    found: Iterable[str], lists: Collection[Collection[str]], *, what: str, where: str
) -> None:
    """Hold that each thing found stands in exactly one list, and each thing listed is there."""
    present, listed = set(found), [name for each in lists for name in each]
    new = sorted(present - set(listed))
    assert not new, f"{what} without a place: {', '.join(new)}. Put each into exactly one list of {where}."
    gone = sorted(set(listed) - present)
    assert not gone, f"{what} that are no more: {', '.join(gone)}. Take them out of {where}."
    twice = sorted({name for name in listed if listed.count(name) > 1})
    assert not twice, f"{what} in two lists of {where}: {', '.join(twice)}."
