"""What the coach says, and the turn that it asks for."""

import pytest

from coaching.models import CoachingProfile
from companion.actions import conversations
from companion.actions.conversations import MESSAGE_LIMIT, WAITING_LIMIT, MessageError, Said
from companion.models import (
    Message,
    Turn,
)
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes.attempts import answer, say
from tests.fakes.parallel import at_once, meanwhile


def test_a_message_queues_one_turn(practice: CoachingProfile) -> None:
    said = conversations.say(text="  Who is coming?  ", request_key="one")

    assert (said.message.text, said.turn.status, said.is_new) == ("Who is coming?", "queued", True)
    assert (said.message.turn_id, said.message.number, said.turn.number) == (said.turn.pk, 1, 2)


def test_no_coach_fills_the_queue_alone(practice: CoachingProfile) -> None:
    first = say("The first of them")
    others = range(WAITING_LIMIT - 1)
    Turn.objects.bulk_create(
        Turn(coach=practice, conversation=first.conversation, number=10 + each) for each in others
    )

    with pytest.raises(MessageError, match="100 messages are waiting"):
        say("One too many")
    answer(first)

    assert say("Now there is room").is_unfinished


def test_the_same_key_twice_makes_one_turn(practice: CoachingProfile) -> None:
    first = conversations.say(text="Who is coming?", request_key="one")

    again = conversations.say(text="Who is coming?", request_key="one")

    assert (again.turn, again.message, again.is_new) == (first.turn, first.message, False)
    assert Turn.objects.count() == Message.objects.count() == 1


def test_the_same_key_in_the_same_instant_makes_one_turn(committed: None) -> None:
    coach = factories.make_newcomer()

    def post() -> Said:
        with tenant(coach.pk):
            return conversations.say(text="Who is coming?", request_key="one")

    outcomes = at_once([post] * 6)

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert sum(said.is_new for said in outcomes if isinstance(said, Said)) == 1
    with tenant(coach.pk):
        assert Turn.objects.count() == Message.objects.count() == 1


def test_the_same_key_waits_for_a_message_that_is_not_committed_yet(committed: None) -> None:
    coach = factories.make_newcomer()

    def post() -> Said:
        with tenant(coach.pk):
            return conversations.say(text="Who is coming?", request_key="one")

    with tenant(coach.pk):
        first = post()
        again = meanwhile(post)

    assert (again.result(10).turn, again.result().is_new) == (first.turn, False)


def test_the_key_of_one_coach_is_free_for_another(practice: CoachingProfile) -> None:
    conversations.say(text="Who is coming?", request_key="one")

    assert conversations.say(text="Who is coming?", request_key="two").is_new
    assert conversations.say(text="Who is coming?").is_new
    assert conversations.say(text="Who is coming?").is_new


@pytest.mark.parametrize("text", ["", "   \n", "\x00"])
def test_nothing_is_no_message(practice: CoachingProfile, text: str) -> None:
    with pytest.raises(MessageError, match="Write a message first"):
        conversations.say(text=text)

    assert not Turn.objects.exists()


def test_a_message_that_is_too_long_says_by_how_much(practice: CoachingProfile) -> None:
    with pytest.raises(MessageError, match="20,001 characters"):
        conversations.say(text="x" * (MESSAGE_LIMIT + 1))

    assert conversations.say(text="x" * MESSAGE_LIMIT).is_new


def test_a_null_character_is_left_out(practice: CoachingProfile) -> None:
    assert conversations.say(text="one\x00 two").message.text == "one two"


def test_a_second_message_waits_behind_the_first(practice: CoachingProfile) -> None:
    first, second = say("First"), say("Second")

    answer(first, "To the first")
    answer(second, "To the second")

    texts = Message.objects.order_by("number").values_list("text", flat=True)
    assert list(texts) == ["First", "Second", "To the first", "To the second"]
