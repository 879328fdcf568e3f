"""
The offline model goes through the same door as every other.

It carries a whole bootstrap in a loop that does what the actions do, without a single row; then it is a
modest colleague that says only what stands in its context.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from companion.engine import agent
from companion.engine import bootstrap as b
from companion.engine import effects as e
from companion.engine.backends.offline import offline_model
from companion.engine.capabilities import Rights, Taint
from companion.engine.personality import Layer
from companion.engine.prompt_assembler import (
    Block,
    MemoryContext,
    PastTurn,
    assemble,
    client_refs,
    ref,
    render_memory,
    session_refs,
)
from companion.engine.response import LayerName
from companion.engine.router import Grounds, Routed, effects
from tests.unit.engine.builders import MAYA, NEW, OPEN, SESSION, TOM, asked, fact, note, practice, turn

MODEL = offline_model()


def answer_to(context: object) -> agent.Answer:
    return asyncio.run(
        agent.answer(
            assemble(context),  # type: ignore[arg-type]
            model=MODEL,
            settings=agent.Settings(),
            on_text=lambda _offset, _piece: None,
        )
    )


@dataclass
class Acquaintance:
    """A coach and the companion in their first conversation; the rows that there would be, in memory."""

    state: b.Bootstrap = field(default_factory=lambda: b.Bootstrap(topics=b.fresh()))
    history: list[PastTurn] = field(default_factory=list)
    texts: dict[LayerName, str] = field(default_factory=dict)

    def say(self, message: str) -> str:
        the_note = note(bootstrap=self.state)
        memory = render_memory(MemoryContext(coach_name="Ada Marsh"))
        context = turn(
            message, layers=(), rights=NEW, memory=memory, note=the_note, history=tuple(self.history)
        )
        answer = answer_to(context)
        earlier = tuple(each.message for each in self.history)
        routed = effects(answer.response, grounds=Grounds(rights=NEW, message=message, earlier=earlier))
        assert routed.refusals == answer.refusals == ()
        self._apply(routed)
        words = answer.response.chat_message
        self.history.append(PastTurn(message=message, note=the_note, reply=words))
        return words

    def _apply(self, routed: Routed) -> None:
        topics, proposed = self.state.topics, set(self.state.proposed)
        for effect in routed.effects:
            if isinstance(effect, e.AnswerTopic):
                topics = b.settle(topics, key=effect.topic, result=effect.result, quote=effect.quote)
            elif isinstance(effect, e.ProposeLayer):
                proposed.add(effect.layer)
                self.texts[effect.layer] = effect.text
        following = b.next_topic(topics)
        topics = asked(topics, following.key) if following else topics
        self.state = b.Bootstrap(topics=topics, proposed=frozenset(proposed), confirmed=self.state.confirmed)

    def confirm(self) -> None:
        self.state = b.Bootstrap(
            topics=self.state.topics, confirmed=self.state.confirmed | self.state.proposed
        )


ANSWERS = [
    "Call me Ada, and I'd like to call you Juno",
    "Warm and unhurried",
    "That the client does the thinking",
    "Say it straight out",
    "Never write to a client without me",
    "Mid-career engineers who became managers",
    "Six sessions, a fortnight apart",
    "Keeping promises visible between sessions",
]


def test_it_carries_a_whole_bootstrap_in_the_coachs_own_words() -> None:
    meeting = Acquaintance()
    meeting.say("hello")
    for answer in ANSWERS:
        meeting.say(answer)
    meeting.confirm()

    assert b.is_complete(meeting.state.confirmed)
    for words in ANSWERS:
        assert any(words in text for text in meeting.texts.values())
    assert meeting.texts["identity"].startswith("I am Juno, Ada's companion")


def test_an_answer_in_the_words_of_a_request_is_an_answer() -> None:
    meeting = Acquaintance()
    for message in ["hello", *ANSWERS[:-1], "Prep, and keep my promises to clients in view"]:
        meeting.say(message)

    assert [topic.status for topic in meeting.state.topics] == ["answered"] * 8


def test_it_asks_one_question_at_a_time() -> None:
    meeting = Acquaintance()

    for message in ["hello", *ANSWERS[:-1]]:
        assert meeting.say(message).count("?") == 1


def test_it_says_openly_that_no_model_is_connected() -> None:
    assert "no AI model is connected" in Acquaintance().say("hello")


def test_a_second_answer_in_one_message_is_not_asked_for_again() -> None:
    meeting = Acquaintance()
    meeting.say("hello")

    asked_next = meeting.say("Call me Ada and you are Juno. Please be brief and plain.")

    assert b.topic("values").question in asked_next
    assert "Please be brief and plain." in meeting.texts["identity"]


def test_an_answer_that_only_mentions_another_topic_settles_one() -> None:
    meeting = Acquaintance()
    for message in ["hello", "Ada", "Brief"]:
        meeting.say(message)

    assert b.topic("candour").question in meeting.say("That my clients think. I never hurry them.")


def test_no_more_questions_means_none_until_the_coach_wants_them() -> None:
    meeting = Acquaintance()
    meeting.say("hello")
    before = meeting.state.topics

    for message in ["Enough with the questions.", "Who are my clients?", "What is your plan?", "Busy day"]:
        assert "?" not in meeting.say(message)
    assert meeting.state.topics == before
    assert meeting.say("Okay then, go on").endswith("?")


@pytest.mark.parametrize("question", ["Who are my clients?", "What is in my diary?"])
def test_a_question_of_the_coachs_is_no_answer(question: str) -> None:
    meeting = Acquaintance()
    meeting.say("hello")

    assert b.topic("names").question in meeting.say(question)
    assert "answered" not in {topic.status for topic in meeting.state.topics}


def test_everything_can_be_skipped() -> None:
    meeting = Acquaintance()
    meeting.say("hello")
    for words in ["skip", "not sure", "pass", "later", "I don't know", "skip this one", "idk", "no idea"]:
        meeting.say(words)

    assert set(meeting.texts) == {"identity", "soul", "coach_knowledge"}
    assert {topic.status for topic in meeting.state.topics} == {"skipped"}


def test_a_button_that_moves_the_questions_is_no_answer_to_them() -> None:
    meeting = Acquaintance()
    for message in ["hello", *ANSWERS[:1]]:
        meeting.say(message)
    # What the page's button has done before the companion reads its words.
    skipped = b.settle(meeting.state.topics, key="voice", result="skipped")
    meeting.state = b.Bootstrap(topics=skipped)

    words = meeting.say("Let us leave out “How I sound”.")

    assert b.TOPICS[2].question in words
    assert meeting.state.topics[2].status == "asked"
    assert ANSWERS[0] in meeting.texts["identity"]


def test_it_explains_itself_and_asks_again() -> None:
    meeting = Acquaintance()
    meeting.say("hello")

    words = meeting.say("why do you ask?")

    assert b.TOPICS[0].reason in words
    assert b.TOPICS[0].question in words
    assert meeting.state.topics[0].status == "asked"


def test_a_correction_changes_the_answer_and_the_card() -> None:
    meeting = Acquaintance()
    for message in ["hello", *ANSWERS[:3]]:
        meeting.say(message)

    meeting.say("actually, sound brief")

    assert meeting.state.topics[1].quote == "sound brief"
    assert "sound brief" in meeting.texts["identity"]
    assert "Warm and unhurried" not in meeting.texts["identity"]


def test_what_is_not_open_yet_is_put_off_kindly() -> None:
    meeting = Acquaintance()
    meeting.say("hello")

    assert "opens as soon as we know each other" in meeting.say("can you prepare my session?")
    assert meeting.state.topics[0].status == "asked"


def test_it_goes_on_where_it_stopped() -> None:
    meeting = Acquaintance()
    for message in ["hello", *ANSWERS[:2]]:
        meeting.say(message)

    assert b.TOPICS[2].question in meeting.say("hello again")


def converse(message: str, rights: Rights = OPEN, **changes: object) -> Routed:
    memory = practice()
    answer = answer_to(turn(message, rights=rights, **changes))
    grounds = Grounds(
        rights=rights, message=message, clients=client_refs(memory), sessions=session_refs(memory)
    )
    routed = effects(answer.response, grounds=grounds)
    assert routed.refusals == ()
    return routed


def words(message: str, **changes: object) -> str:
    return answer_to(turn(message, **changes)).response.chat_message


def test_it_greets_by_name_and_time_with_what_comes_next() -> None:
    assert words("Good morning").startswith("Good morning, Ada. Next in your diary: Maya Lindqvist")


def test_it_prepares_a_client_from_the_record_with_its_words() -> None:
    recalled = fact("Maya has a sister in Leeds.")
    block = Block(
        kind="brief",
        text="She will talk to her manager “by Friday”.",
        source="Maya, 5 March",
        taint=Taint.COACH,
    )
    memory = MemoryContext(
        coach_name="Ada Marsh", clients=practice().clients, sessions=practice().sessions, blocks=(block,)
    )

    made = words("Prepare me for Maya", note=note(recalled=(recalled,)), memory=render_memory(memory))

    for part in ("Lead without carrying everything herself", "my sister in Leeds", "by Friday", "12 March"):
        assert part in made
    assert "Tom" not in made


def test_a_question_brings_up_only_what_bears_on_it() -> None:
    noted = fact("Maya: your note of 5 March 2027", source="your notes", said_by="you")
    wish = fact("Ada keeps Friday afternoons free.", quote="Fridays are for writing", source="your message")
    recalled = note(recalled=(noted, wish))

    assert "Fridays are for writing" in words("Is Friday taken?", note=recalled)
    assert "your note" not in words("Is Friday taken?", note=recalled)
    assert "Fridays" not in words("How are you?", note=recalled)
    assert "Fridays" not in words("Is the moon full?", note=recalled)


@pytest.mark.parametrize(
    ("answer", "words_back"), [("7 of 10", "good one"), ("5", "mixed"), ("2/10", "hard")]
)
def test_it_understands_the_rating_that_it_asks_for(answer: str, words_back: str) -> None:
    assert words_back in words(answer)


def test_it_tells_of_a_note_by_its_day_and_ends_it_at_a_sentence() -> None:
    text = "Maya asked her manager. " + "She is waiting for a word from him. " * 20
    noted = fact("Maya: your note of 5 March 2027", quote=text, source="your notes", said_by="you")

    made = words("What do you know about Maya?", note=note(recalled=(noted,)))

    assert "- Your note of 5 March 2027: “Maya asked her manager." in made
    assert made.endswith("She is waiting for a word from him. …”")


def test_it_says_what_it_learnt_about_the_coach_when_asked() -> None:
    layers = (Layer(name="coach_knowledge", text="Ada coaches engineers."),)

    assert "Ada coaches engineers." in words("What do you know about me?", layers=layers)
    assert "engineers" not in words("What do you know about the moon?", layers=layers)


def test_preparing_puts_what_was_promised_before_the_rest_of_a_note() -> None:
    text = "Maya came in late. " * 30 + "I promised to send her the list."
    noted = fact("Maya: your note of 5 March 2027", quote=text, source="your notes", said_by="you")

    made = words("Prepare me for Maya", note=note(recalled=(noted,)))

    assert "- Agreed or promised, 5 March 2027: “I promised to send her the list.”" in made
    assert made.index("I promised") < made.index("Maya came in late.")


def test_preparing_turns_the_page_to_the_client_and_the_session() -> None:
    panel, hint = converse("prep Maya Lindqvist").effects

    assert panel == e.PanelUpdate(panel="main", kind="client", object_id=MAYA)
    assert hint == e.ContextHint(mode="pre_session", client_id=MAYA, session_id=SESSION)


@pytest.mark.parametrize(
    ("message", "kind", "about"),
    [
        ("Open Maya's page", "client", MAYA),
        ("show me Maya’s observations", "observations", MAYA),  # noqa: RUF001
        ("Please open the session with Maya", "session", SESSION),
        ("Show my calendar", "calendar", None),
    ],
)
def test_it_opens_a_whole_page_when_asked(message: str, kind: Any, about: UUID | None) -> None:
    [effect] = converse(message).effects

    assert effect == e.PagePush(kind=kind, object_id=about)


def test_it_remembers_in_the_coachs_words() -> None:
    [effect] = converse("Please remember that Tom sings in a choir on Tuesdays").effects

    assert isinstance(effect, e.Remember)
    assert (effect.client_id, effect.quote) == (TOM, "Tom sings in a choir on Tuesdays")


def test_it_remembers_the_beginning_of_what_is_too_long_to_keep() -> None:
    said = "Tom sings in a choir on Tuesdays and in another one on Thursdays, " * 12

    [effect] = converse(f"Please remember that {said}").effects

    assert isinstance(effect, e.Remember)
    assert said.startswith(effect.quote)


def test_it_tells_what_it_knows_with_its_source_and_nothing_else() -> None:
    assert "conversation, 3 March" in words("What do you know about Maya?", note=note(recalled=(fact(),)))
    assert "I know only what is in your list" in words("What do you know about Tom?")
    assert "rather say so than guess" in words("Do you remember my anniversary?")


def test_a_standing_wish_is_added_to_what_stands() -> None:
    layers = (Layer(name="coach_knowledge", text="- Whom: engineers"),)

    [effect] = converse("From now on, show promises first", layers=layers).effects

    assert isinstance(effect, e.WriteLayer)
    assert effect.text == "- Whom: engineers\n- The coach's wish: “From now on, show promises first”"


@pytest.mark.parametrize(
    ("message", "when"),
    [
        ("Remind me every Monday at 8 to look at open promises", "0 8 * * 1"),
        ("every weekday at 7:30 remind me to breathe", "30 7 * * 1-5"),
        ("schedule a review for me each Friday at 4 pm", "0 16 * * 5"),
        ("remind me every evening at 18.15 to write notes", "15 18 * * *"),
    ],
)
def test_it_proposes_a_schedule_in_local_time(message: str, when: str) -> None:
    [effect] = converse(message).effects

    assert isinstance(effect, e.ProposeSchedule)
    assert (effect.kind, effect.when) == ("recurring", when)


def test_it_asks_when_the_time_is_missing() -> None:
    [effect] = converse("remind me to call the printer").effects

    assert isinstance(effect, e.AskQuestion)


def test_it_drafts_a_nudge_that_waits() -> None:
    [effect] = converse("Draft a nudge to Maya about her talk with the manager").effects

    assert isinstance(effect, e.DraftNudge)
    assert effect.client_id == MAYA
    assert "your talk with the manager" in effect.body


def test_a_question_about_a_client_is_not_guessed_at() -> None:
    assert "rather not guess" in words("What did Tom say about his father?")
    recalled = note(recalled=(fact(),))
    assert "cannot judge that by rule" in words("Will Maya move to Leeds?", note=recalled)
    assert "I find nothing about that" in words("Will Maya quit?", note=recalled)


@pytest.mark.parametrize("lead", ["That's wrong: ", "No, ", "Actually, ", "Correction: "])
def test_what_is_put_right_is_kept(lead: str) -> None:
    [effect] = converse(f"{lead}Maya starts on 14 April").effects

    assert isinstance(effect, e.Remember)
    assert (effect.statement, effect.client_id) == ("Maya starts on 14 April.", MAYA)


def test_harsh_words_meet_one_offer_and_no_apology() -> None:
    said = words("This is useless. You don't get it.")

    assert "say “prepare " in said
    assert "sorry" not in said.casefold()
    assert "?" not in said


def test_it_asks_how_a_session_went_with_a_rating() -> None:
    routed = converse("I just finished with Maya")

    assert any(isinstance(each, e.AskQuestion) and each.kind == "rating" for each in routed.effects)
    assert e.ContextHint(mode="post_session", client_id=MAYA, session_id=None) in routed.effects


@pytest.mark.parametrize(
    "message", ["Prepare Maya", "Draft a nudge to Maya", "Remind me every Monday", "debrief Maya"]
)
def test_while_locked_it_offers_to_begin(message: str) -> None:
    locked = Rights(unlocked=False, bootstrap=False, taint=Taint.COACH)

    routed = converse(message, locked)

    assert routed.effects == ()
    assert "once we have got to know each other" in words(message, rights=locked)


def test_danger_gets_no_rule_and_no_small_talk() -> None:
    assert "needs a person now" in words("Tom wrote that he wants to end his life. Please remember that.")


def test_beyond_its_rules_it_says_so() -> None:
    said = words("What is the deeper meaning of his silence?")

    assert "rules" in said or "guessing" in said


@pytest.mark.parametrize(
    "message", ["", "…", "ok", "4", "yes", "no", "?", "thanks", "help", "my clients", "today"]
)
def test_it_always_has_an_answer(message: str) -> None:
    assert words(message)


def test_no_exclamation_marks_anywhere() -> None:
    for message in [
        "hello",
        "thanks",
        "help",
        "my clients",
        "today",
        "prepare Maya",
        "4",
        "forget that",
        "Tom?",
    ]:
        assert "!" not in words(message)


def test_it_streams_like_the_others() -> None:
    got: list[tuple[int, str]] = []
    made = asyncio.run(
        agent.answer(
            assemble(turn("help")),
            model=offline_model(pause=0.001),
            settings=agent.Settings(batch=0.0),
            on_text=lambda offset, piece: got.append((offset, piece)),
        )
    )

    assert len(got) > 10
    assert "".join(piece for _, piece in got) == made.response.chat_message


def test_refs_in_its_answers_are_those_it_was_shown() -> None:
    answer = answer_to(turn("prepare Maya"))

    assert answer.response.panel_updates[0].ref == ref(MAYA)
