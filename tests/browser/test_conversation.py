"""The conversation in Chromium: what a coach sees while somebody writes, and what is never lost."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coaching.models import CoachingProfile, User
from companion.api import events
from companion.models import Message, Notification, Turn
from journeyloop.tenancy import tenant
from tests import factories
from tests.browser.fixtures import PHONE, SCREENS, SignIn
from tests.fakes.conversations import Status, answer, ask, change, notify, rows_of, say
from tests.fakes.waiting import until
from tests.processes import Process

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

CUT_POSTS = """
const whole = window.fetch;
window.fetch = (url, options = {}) => {
  const isCut = options.method === "POST" && localStorage.getItem("cut");
  return isCut ? Promise.reject(new TypeError("cut")) : whole(url, options);
};
"""
NO_STREAM = "window.EventSource = class extends EventTarget { close() {} };"


@pytest.fixture
def coach(server: Process) -> CoachingProfile:
    """A coach whose companion knows them."""
    return factories.make_coach(name="Alice Moreau", unlocked=True)


@pytest.fixture
def visit(sign_in_page: SignIn) -> Callable[[Page, CoachingProfile], Page]:
    """Open the companion as this coach and wait until events arrive."""

    def opened(page: Page, coach: CoachingProfile) -> Page:
        sign_in_page(page, coach.user)
        page.goto("/companion/")
        return page

    return opened


Visit = Callable[[Page, CoachingProfile], Page]


def live(page: Page) -> Page:
    expect(page.locator("html[data-stream=live]")).to_be_attached()
    return page


def send(page: Page, text: str) -> None:
    page.get_by_label("Message to your companion").fill(text)
    page.keyboard.press("Enter")


def said(coach: CoachingProfile) -> list[str]:
    with rows_of(coach):
        return list(Message.objects.filter(role="coach").order_by("number").values_list("text", flat=True))


def running(coach: CoachingProfile, text: str = "") -> Turn:
    return change(coach, say(coach), status=Status.RUNNING, partial_text=text)


def write(coach: CoachingProfile, turn: Turn, offset: int, text: str) -> None:
    events.push_text(coach_id=coach.pk, turn_id=turn.pk, offset=offset, text=text)


def tell(coach: CoachingProfile, event: Any, **data: object) -> None:
    with tenant(coach.pk):
        events.record(coach_id=coach.pk, event=event, data=data)


# Saying something ----------------------------------------------------------------------------------


def test_a_newcomer_begins_with_one_button(
    page: Page, visit: Visit, server: Process, worker: Process
) -> None:
    newcomer = factories.make_coach("noor@example.com", name="Noor Aziz")
    live(visit(page, newcomer))

    page.get_by_role("button", name="Begin").click()

    expect(page.locator("article[data-status=done]")).to_contain_text("What may I call you")
    expect(page.locator("#panel-main")).to_contain_text("Getting to know you")
    expect(page.get_by_label("Message to your companion")).to_be_focused()


def test_on_a_phone_the_next_question_can_be_left_out(
    phone: Page, visit: Visit, server: Process, worker: Process
) -> None:
    newcomer = factories.make_coach("noor@example.com", name="Noor Aziz")
    live(visit(phone, newcomer))
    phone.get_by_role("button", name="Begin").click()

    phone.get_by_role("button", name="Skip this question").click()

    expect(phone.locator("article[data-status=done]").last).to_contain_text("How should I sound")
    expect(phone.locator(".getting-to-know")).to_contain_text("1 of 8")


def test_an_answer_appears_without_reloading(
    page: Page, visit: Visit, coach: CoachingProfile, worker: Process
) -> None:
    live(visit(page, coach))

    send(page, "What is coming up this week?")

    expect(page.locator("article[data-status=done] .message-companion .prose")).not_to_be_empty()
    expect(page.locator("#live")).to_have_text("Answer ready")
    expect(page.get_by_label("Message to your companion")).to_have_value("")
    expect(page.get_by_label("Message to your companion")).to_be_focused()


def test_an_answer_appears_without_a_stream(
    page: Page, visit: Visit, coach: CoachingProfile, worker: Process
) -> None:
    page.add_init_script(NO_STREAM)
    visit(page, coach)

    send(page, "What is coming up this week?")

    expect(page.locator("article[data-status=done]")).to_be_visible()


def test_a_double_press_says_it_once(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    visit(page, coach)
    page.get_by_label("Message to your companion").fill("Only once")

    page.get_by_role("button", name="Send").dblclick()

    expect(page.locator("article.turn")).to_have_count(1)
    assert said(coach) == ["Only once"]


def test_shift_and_enter_begin_a_new_line(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    visit(page, coach)

    send_lines = page.get_by_label("Message to your companion")
    send_lines.fill("One")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two")

    expect(send_lines).to_have_value("One\nTwo")
    assert said(coach) == []


def test_what_is_typed_survives_a_cut_connection_and_a_reload(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    page.add_init_script(CUT_POSTS)
    visit(page, coach)
    page.evaluate("localStorage.setItem('cut', '1')")

    send(page, "Do not lose me")
    expect(page.get_by_role("alert")).to_contain_text("Not sent yet: there is no connection")
    page.reload()
    expect(page.get_by_label("Message to your companion")).to_have_value("Do not lose me")
    page.evaluate("localStorage.removeItem('cut')")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("article.turn")).to_contain_text("Do not lose me")
    expect(page.get_by_label("Message to your companion")).to_have_value("")
    assert said(coach) == ["Do not lose me"]


def test_a_message_whose_answer_was_lost_on_the_way_is_said_once(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    page.add_init_script(
        """
        const whole = window.fetch;
        window.fetch = async (url, options = {}) => {
          const response = await whole(url, options);
          if (options.method === "POST" && !sessionStorage.getItem("lost")) {
            sessionStorage.setItem("lost", "1");
            throw new TypeError("lost");
          }
          return response;
        };
        """
    )
    page.add_init_script(NO_STREAM)
    visit(page, coach)

    send(page, "Heard, but not answered")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("article.turn")).to_have_count(1)
    assert said(coach) == ["Heard, but not answered"]


def test_a_message_that_is_too_long_stays_in_its_field(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    visit(page, coach)

    send(page, "w" * 20_001)

    expect(page.get_by_role("alert")).to_contain_text("20,000 is the most")
    expect(page.get_by_label("Message to your companion")).to_have_value("w" * 20_001)


def test_it_works_without_script(open_page: OpenPage, visit: Visit, coach: CoachingProfile) -> None:
    page = visit(open_page(java_script_enabled=False), coach)

    page.get_by_label("Message to your companion").fill("No script here")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("article.turn")).to_contain_text("No script here")


# While somebody writes -----------------------------------------------------------------------------


def test_text_appears_as_it_is_written_and_is_never_html(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    turn = running(coach, "Mara 🌱 said")
    live(visit(page, coach))

    write(coach, turn, 11, " that <b>she</b>")
    write(coach, turn, 27, "\n\nwould call.")

    body = page.locator(f"#turn-{turn.pk} [data-stream]")
    expect(body.locator("p").first).to_have_text("Mara 🌱 said that <b>she</b>")
    expect(body.locator("p").last).to_have_text("would call.")
    expect(body.locator("b")).to_have_count(0)


def test_a_missing_piece_is_fetched(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    turn = running(coach, "One ")
    live(visit(page, coach))
    change(coach, turn, partial_text="One two ")

    write(coach, turn, 8, "three")

    expect(page.locator(f"#turn-{turn.pk} [data-stream]")).to_have_text("One two three")


def test_a_second_attempt_begins_the_text_anew(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    turn = running(coach, "A first try that broke")
    live(visit(page, coach))

    write(coach, turn, 0, "Second")

    expect(page.locator(f"#turn-{turn.pk} [data-stream]")).to_have_text("Second")


def test_the_finished_answer_takes_the_place_of_the_text(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    turn = running(coach, "Mara **said**")
    live(visit(page, coach))

    answer(coach, turn, "Mara **said** so.")
    tell(coach, "chat-message", turn=turn.pk, message=None, version=1)

    expect(page.locator(f"#turn-{turn.pk} .message-companion strong")).to_have_text("said")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_an_answer_can_be_stopped_and_asked_for_again(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    running(coach, "October had")
    visit(page, coach)

    page.get_by_role("button", name="Stop").click()
    expect(page.locator("article[data-status=cancelled]")).to_contain_text("October had")
    page.get_by_role("button", name="Ask again").click()

    # Queued, or answered already: another test's worker may still be there.
    expect(
        page.locator("article:is([data-status=queued], [data-status=running], [data-status=done])")
    ).to_be_visible()


def test_a_reader_elsewhere_is_not_moved(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    for number in range(20):
        answer(coach, say(coach, f"Question {number}"), "A line.\n\nAnd another.")
    turn = running(coach, "So")
    live(visit(page, coach))
    page.locator("#scroll").evaluate("scroller => { scroller.scrollTop = 300; }")

    change(coach, turn, partial_text="So" + "\n\nmore" * 30)
    tell(coach, "chat-message", turn=turn.pk, message=None, version=1)

    jump = page.get_by_role("button", name="New text below")
    expect(jump).to_be_visible()
    assert page.locator("#scroll").evaluate("scroller => scroller.scrollTop") == 300
    jump.click()
    expect(jump).to_be_hidden()
    expect(page.locator(f"#turn-{turn.pk} [data-stream] p").last).to_be_in_viewport()


def test_a_reader_at_the_end_stays_at_the_end(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    turn = running(coach, "So")
    live(visit(page, coach))

    write(coach, turn, 2, "\n\nmore" * 60)

    expect(page.locator(f"#turn-{turn.pk} [data-stream] p").last).to_be_in_viewport()
    expect(page.get_by_role("button", name="New text below")).to_be_hidden()


def test_another_tab_follows(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    live(visit(page, coach))
    other = page.context.new_page()
    other.goto("/companion/")

    send(other, "Said in the other tab")

    expect(page.locator("article.turn")).to_contain_text("Said in the other tab")


def test_earlier_messages_come_in_above(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    for number in range(40):
        answer(coach, say(coach, f"Question {number}."))
    visit(page, coach)

    page.get_by_role("link", name="Earlier messages").click()

    expect(page.locator("article.turn")).to_have_count(40)
    expect(page.locator("article.turn").first).to_contain_text("Question 0.")
    expect(page.get_by_role("link", name="Earlier messages")).to_have_count(0)


# Questions and notices -----------------------------------------------------------------------------


def test_a_rating_is_given_from_the_keyboard(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    ask(coach, answer(coach, say(coach)), "rating")
    visit(page, coach)

    page.get_by_role("button", name="0 of 10", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_text("You answered: 3 of 10")).to_be_visible()
    assert said(coach)[-1] == "3 of 10"


def test_what_is_typed_into_a_question_survives_an_event(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    turn = answer(coach, say(coach))
    ask(coach, turn, "quick_capture")
    live(visit(page, coach))
    field = page.locator("textarea[data-quick]")
    field.fill("Half a thought")
    answered = change(coach, turn, refusals=[{"code": "x", "what": "x", "why": "Because.", "target": ""}])

    tell(coach, "chat-message", turn=answered.pk, message=None, version=2)

    expect(page.get_by_text("Not done: Because.")).to_be_visible()
    expect(field).to_have_value("Half a thought")


def test_a_notice_is_kept_or_goes_and_is_put_away(
    open_page: OpenPage, visit: Visit, coach: CoachingProfile
) -> None:
    keep, leave = notify(coach, "Keep this one."), notify(coach, "Let this one go.")
    page = open_page()
    page.clock.install()
    visit(page, coach)

    page.locator(f"[data-notice='{keep.pk}']").get_by_role("button", name="Keep this notice").click()
    expect(page.locator("#kept")).to_contain_text("Keep this one.")
    # A reload would cut off what is still being said to the server.
    with page.expect_response("**/dismiss/"):
        page.clock.run_for(9_000)
    expect(page.locator(f"[data-notice='{leave.pk}']")).to_have_count(0)

    page.reload()
    expect(page.locator("#kept")).to_contain_text("Keep this one.")
    with rows_of(coach):
        assert Notification.objects.get(pk=leave.pk).dismissed_at


def test_a_notice_arrives_by_event(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    live(visit(page, coach))
    notice = notify(coach, "Tom moved his session.")

    tell(coach, "notification", id=notice.pk, version=1)

    expect(page.locator("#toasts")).to_contain_text("Tom moved his session.")


# Phone and everybody -------------------------------------------------------------------------------


def test_on_a_phone_the_composer_stands_at_the_bottom(
    phone: Page, visit: Visit, coach: CoachingProfile
) -> None:
    for number in range(10):
        answer(coach, say(coach, f"Question {number}."))
    visit(phone, coach)

    expect(phone.get_by_label("Message to your companion")).to_be_in_viewport(ratio=1)
    expect(phone.locator("article.turn").last).to_be_in_viewport()
    phone.get_by_role("button", name="Send").focus()
    panes = phone.get_by_role("group", name="Panes").get_by_role("button")
    panes.nth(1).focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("#panel-main")).to_be_visible()
    expect(phone.locator("#conversation")).to_be_hidden()


def test_it_fits_a_screen_of_320_pixels(open_page: OpenPage, visit: Visit, coach: CoachingProfile) -> None:
    ask(
        coach,
        answer(coach, say(coach, "w" * 200), "| a | b |\n|---|---|\n| " + "x" * 80 + " | y |"),
        "rating",
    )
    page = visit(open_page(**{**PHONE, "viewport": {"width": 320, "height": 640}}), coach)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("#scroll").evaluate("scroller => scroller.scrollWidth - scroller.clientWidth") == 0


def test_the_end_stays_in_view_when_the_pane_shrinks_beneath_it(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    answer(coach, say(coach), "A long answer.\n\n" * 60)
    visit(page, coach)

    page.evaluate(
        """() => {
          const scroller = document.getElementById("scroll");
          document.getElementById("thread").append("More. ".repeat(400));
          scroller.scrollTop = scroller.scrollHeight;
          document.getElementById("pushed-offer").style.minHeight = "12rem";
          document.getElementById("pushed-offer").hidden = false;
        }"""
    )

    below = "pane => pane.scrollHeight - pane.scrollTop - pane.clientHeight"
    until(lambda: page.locator("#scroll").evaluate(below) < 2, what="the end to be in view again")


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    open_page: OpenPage, visit: Visit, coach: CoachingProfile, size: dict[str, Any], scheme: str
) -> None:
    for kind in ("choice", "yes_no", "quick_capture", "rating"):
        ask(
            coach,
            answer(coach, say(coach), "# A\n\n> b\n\n[c](https://example.org)"),
            kind,
            options=["A", "B"],
        )
    change(coach, say(coach), status=Status.CANCELLED, partial_text="Half")
    change(coach, say(coach), status=Status.FAILED, error_words="Busy.", partial_text="Half")
    running(coach, "Writing")
    notify(coach, is_kept=True)
    page = visit(open_page(color_scheme=scheme, **size), coach)

    found = Axe().run(page)["violations"]

    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []


def test_a_strangers_turn_does_not_appear(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    stranger: User = factories.make_coach("bob@example.com", unlocked=True).user
    turn = say(stranger.coaching_profile, "Not for Alice")
    live(visit(page, coach))

    tell(coach, "chat-message", turn=turn.pk, message=None, version=1)
    tell(coach, "notification", id=notify(coach, "Afterwards.").pk, version=1)

    expect(page.locator("#toasts")).to_contain_text("Afterwards.")
    expect(page.get_by_text("Not for Alice")).to_have_count(0)
