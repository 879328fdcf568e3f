"""One whole out of parts: the same thing once, and no more than a coach reads."""

from collections import Counter

from companion.engine.analysis.claims import MOST, Claim, Dropped, Span
from companion.engine.analysis.joining import counted, join, same
from companion.engine.analysis.verify import Verified


def span(number: int = 1, start: int = 0, end: int = 20) -> Span:
    return Span(number=number, start=start, end=end, words="x" * (end - start))


def claim(text: str, *spans: Span, **fields: object) -> Claim:
    return Claim(**{"kind": "theme", "text": text, "evidence": spans} | fields)  # type: ignore[arg-type]


def whole(*claims: Claim, dropped: tuple[Dropped, ...] = ()) -> Verified:
    return Verified(claims=claims, dropped=dropped)


def test_what_two_parts_say_of_the_same_words_is_said_once_with_all_its_evidence() -> None:
    joined = join([whole(claim("saying yes", span(1))), whole(claim("the saying yes", span(1), span(9)))])

    assert [(each.text, len(each.evidence)) for each in joined.claims] == [("saying yes", 2)]


def test_what_differs_in_a_number_is_not_the_same() -> None:
    one = claim("The client will run 3 miles.", span(1), kind="commitment", owner="client")
    other = claim("The client will run 5 miles.", span(1), kind="commitment", owner="client")

    assert len(join([whole(one), whole(other)]).claims) == 2


def test_the_same_words_of_two_people_are_two_promises() -> None:
    mine = claim("Will write", span(1), kind="commitment", owner="client")
    yours = claim("Will write", span(1), kind="commitment", owner="coach")

    assert not same(mine, yours)


def test_an_inference_that_another_part_bears_out_is_none_any_more() -> None:
    joined = join([whole(claim("sleep", is_inference=True)), whole(claim("sleep", span(3)))])

    assert [each.is_inference for each in joined.claims] == [False]


def test_the_best_borne_out_are_kept_in_the_order_in_which_they_came_up() -> None:
    names = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "gorse", "hazel", "ivy", "juniper"]
    themes = [claim(name, *(span(n * 10 + k) for k in range(1 + n % 3))) for n, name in enumerate(names)]

    joined = join([whole(*themes)])

    assert len(joined.claims) == MOST["theme"]
    texts = [each.text for each in joined.claims]
    assert texts == sorted(texts)
    assert {"cedar", "fir", "ivy"} <= set(texts)
    assert joined.dropped == Counter({Dropped("theme", "too_many"): 4})


def test_a_summary_is_taken_from_the_whole_length() -> None:
    told = [claim(f"point {chr(97 + n)}", span(n + 1), kind="summary") for n in range(24)]

    texts = [each.text for each in join([whole(*told)]).claims]

    assert (texts[0], len(texts)) == ("point a", MOST["summary"])
    assert texts[-1] > "point s"


def test_what_was_dropped_is_counted_by_kind_and_reason() -> None:
    lost = (Dropped("theme", "no_evidence"), Dropped("goal", "unknown_goal"))

    joined = join([whole(dropped=lost), whole(dropped=lost[:1])])

    assert counted(joined.dropped) == [("goal", "unknown_goal", 1), ("theme", "no_evidence", 2)]


def test_two_tellings_of_one_stretch_are_one_unless_they_differ_in_a_number() -> None:
    told = claim("The client will run 3 miles along the beach.", span(1), kind="commitment", owner="client")
    again = claim("The client plans 3 miles along the beach.", span(1), kind="commitment", owner="client")
    other = claim("The client plans 5 miles along the beach.", span(1), kind="commitment", owner="client")

    assert same(told, again)
    assert not same(told, other)
