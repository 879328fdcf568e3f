"""The debrief: claims beside their words, decided with a press, and what comes of it in the practice."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from coaching.models import Client, Commitment, Goal, GoalDelta, Milestone, User
from companion.actions import debrief
from companion.models import Claim, Evidence, SessionIntelligence, SessionRecap
from journeyloop.tenancy import tenant
from tests.factories import NOON, make_client
from tests.fakes.debriefs import make_claim, make_debrief, quoted

HTMX = {"HX-Request": "true"}
FRIDAY = "I will tell Rui on Friday."


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def found(in_tenant: object) -> SessionIntelligence:
    return make_debrief(make_client())


@pytest.fixture
def goal(found: SessionIntelligence) -> Goal:
    return Goal.objects.create(client=found.client, title="Sleep", progress=40)


def page_of(found: SessionIntelligence) -> str:
    return f"/sessions/{found.session_id}/debrief/"


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def press(browser: Browser, claim: Claim, deed: str, **sent: str) -> Any:
    answer = browser.post(f"/claims/{claim.pk}/{deed}/", sent, headers=HTMX)
    claim.refresh_from_db()
    return answer


def test_a_section_with_nothing_in_it_was_not_discussed(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    make_claim(found, quote=FRIDAY)

    shown = words(as_coach.get(page_of(found)))

    missing = shown.partition('id="not-discussed"')[2].partition("</section>")[0]
    assert "Themes · Open questions · Hypotheses" in missing
    assert "Promises" not in missing
    assert "2 statements quoted words that are not in the transcript." in shown
    assert "Found by the offline rules" in shown


def test_a_session_that_was_not_read_says_what_will_be_here(as_coach: Browser, in_tenant: object) -> None:
    found = make_debrief(make_client())
    SessionIntelligence.objects.all().delete()

    assert "Nothing was looked for yet" in words(as_coach.get(page_of(found)))


def test_a_quotation_opens_at_its_words(as_coach: Browser, found: SessionIntelligence) -> None:
    make_claim(found, quote="I leave at six.")
    span = quoted(make_claim(found), "four nights")

    part = words(as_coach.get(f"/quotes/{span.pk}/", headers=HTMX))
    whole = as_coach.get(f"/quotes/{span.pk}/", follow=True)

    assert "<mark>four nights</mark>" in part
    assert part.count("<mark>") == 1
    assert "<mark>four nights</mark>" in words(whole)


def test_figures_are_counted_and_shown(as_coach: Browser, found: SessionIntelligence) -> None:
    shown = words(as_coach.get(page_of(found)))

    assert "34%" in shown
    assert "1, 1 of them open" in shown


def test_an_accepted_promise_becomes_a_commitment_and_undo_takes_it_back(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    claim = make_claim(found, quote=FRIDAY, due="Friday")

    assert Commitment.objects.count() == 0
    accepted = press(as_coach, claim, "accept")
    made = Commitment.objects.get()
    press(as_coach, claim, "reopen")

    assert (made.text, made.promised_by, made.source) == (FRIDAY, "client", "session")
    assert made.evidence == [Evidence.objects.get().utterance_id]
    assert "on the list of commitments" in words(accepted)
    assert (claim.status, Commitment.objects.count()) == ("proposed", 0)


def test_a_promise_that_was_kept_meanwhile_survives_an_undo(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    claim = make_claim(found, quote=FRIDAY)
    press(as_coach, claim, "accept")
    Commitment.objects.update(status="done", settled_at=NOON)

    press(as_coach, claim, "reopen")

    assert Commitment.objects.get().status == "done"


def test_accepting_twice_makes_one_commitment(as_coach: Browser, found: SessionIntelligence) -> None:
    claim = make_claim(found, owner="coach", quote="I will send you the three questions tomorrow.")

    press(as_coach, claim, "accept")
    press(as_coach, claim, "accept")

    assert Commitment.objects.get().promised_by == "coach"


def test_rejecting_asks_nothing_and_makes_nothing(as_coach: Browser, found: SessionIntelligence) -> None:
    claim = make_claim(found, quote=FRIDAY)

    press(as_coach, claim, "reject")

    assert (claim.status, Commitment.objects.count()) == ("rejected", 0)


def test_the_coachs_wording_stands_and_goes_on_the_list(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    claim = make_claim(found, quote=FRIDAY)

    press(as_coach, claim, "edit", text="Speaks with Rui, out loud")

    assert (claim.status, claim.edited_text) == ("edited", "Speaks with Rui, out loud")
    assert Commitment.objects.get().text == "Speaks with Rui, out loud"


@pytest.mark.parametrize(("typed", "problem"), [("  ", "There is nothing to keep"), ("a" * 601, "601")])
def test_a_wording_that_cannot_be_kept_comes_back(
    as_coach: Browser, found: SessionIntelligence, typed: str, problem: str
) -> None:
    claim = make_claim(found, quote=FRIDAY)

    answer = press(as_coach, claim, "edit", text=typed)

    assert (answer.status_code, claim.status) == (422, "proposed")
    assert problem in words(answer)
    assert typed.strip() in answer.content.decode()


def test_a_goal_moves_only_when_the_coach_accepts_and_the_card_says_so_before(
    as_coach: Browser, found: SessionIntelligence, goal: Goal
) -> None:
    told = {"kind": "observation", "owner": "", "goal": goal, "goal_delta": 5, "milestone": "Four nights"}
    claim = make_claim(found, "The client slept through.", quote="four nights", **told)

    before = words(as_coach.get(page_of(found)))
    press(as_coach, claim, "accept")
    goal.refresh_from_db()
    moved, reached = goal.progress, Milestone.objects.kept().get().reached_at
    press(as_coach, claim, "reopen")
    goal.refresh_from_db()

    assert "moves “Sleep” from 40 % to 45 % and marks the milestone “Four nights” as reached" in before
    assert (moved, reached) == (45, NOON)
    assert (goal.progress, Milestone.objects.kept().count()) == (40, 0)
    assert GoalDelta.objects.count() == 2


def test_a_goal_that_somebody_moved_since_is_left_alone_by_an_undo(
    coach: User, found: SessionIntelligence, goal: Goal
) -> None:
    told = {"kind": "observation", "owner": "", "goal": goal, "goal_delta": 5}
    claim = make_claim(found, "The client slept through.", quote="four nights", **told)
    debrief.accept(claim=claim, by=coach, now=NOON)
    Goal.objects.update(progress=60)

    debrief.reopen(claim=claim, by=coach, now=NOON)

    goal.refresh_from_db()
    assert goal.progress == 60


def test_a_guess_shows_what_speaks_against_it_and_another_way_to_see_it(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    other = "It was a quiet week."
    claim = make_claim(found, "Rest comes after a rule.", kind="hypothesis", alternative=other)
    quoted(claim, "I leave at six.")
    quoted(claim, "Nobody writes to me", side=Evidence.Side.CONTRADICTS)

    shown = words(as_coach.get(page_of(found)))

    for part in ("A guess", "Speaks against it", "Nobody writes to me", other):
        assert part in shown


def test_a_claim_that_a_newer_analysis_replaced_says_so(
    as_coach: Browser, found: SessionIntelligence
) -> None:
    claim = make_claim(found, quote=FRIDAY, status="stale")

    answer = press(as_coach, claim, "accept")

    assert answer.status_code == 422
    assert "A newer analysis" in words(answer)


def test_the_recap_holds_what_was_accepted_and_nothing_of_the_coachs_own(
    as_coach: Browser, coach: User, found: SessionIntelligence
) -> None:
    accepted = make_claim(found, quote=FRIDAY)
    summary = {"kind": "summary", "owner": ""}
    theirs = make_claim(found, "Leaves at six.", quote="Nobody writes to me", **summary)
    mine = make_claim(found, "Asked ahead.", quote="a month from now", **summary)
    make_claim(found, "Waiting still.", quote="I leave at six.")
    guess = make_claim(found, "A guess about them.", kind="hypothesis", owner="", quote="four nights")
    for claim in (accepted, guess, theirs, mine):
        debrief.accept(claim=claim, by=coach, now=NOON)

    draft = words(as_coach.get(f"/sessions/{found.session_id}/recap/"))

    assert "“I will tell Rui on Friday.”" in draft
    assert "“Nobody writes to me”" in draft
    assert "a month from now" not in draft
    assert "I leave at six" not in draft
    assert "four nights" not in draft
    assert "guess" not in draft
    assert "with the help of AI" in draft


def test_a_recap_is_kept_and_sends_nothing(
    as_coach: Browser, found: SessionIntelligence, mailoutbox: list[object]
) -> None:
    address = f"/sessions/{found.session_id}/recap/"

    as_coach.post(address, {"text": "Dear Tomás,\r\nuntil Friday."})

    assert SessionRecap.objects.get().text == "Dear Tomás,\nuntil Friday."
    assert "until Friday." in words(as_coach.get(address))
    assert mailoutbox == []


@pytest.mark.parametrize(("typed", "problem"), [(" ", "The recap is empty"), ("ä" * 8_001, "8,001")])
def test_a_recap_that_cannot_be_kept_comes_back(
    as_coach: Browser, found: SessionIntelligence, typed: str, problem: str
) -> None:
    answer = as_coach.post(f"/sessions/{found.session_id}/recap/", {"text": typed})

    assert answer.status_code == 422
    assert problem in words(answer)
    assert typed in answer.content.decode()
    assert SessionRecap.objects.count() == 0


def test_observations_gather_what_stands_across_sessions(
    as_coach: Browser, coach: User, found: SessionIntelligence
) -> None:
    other = make_debrief(found.client)
    fields = {"kind": "observation", "owner": ""}
    for each, text in ((found, "Left at six."), (other, "Slept.")):
        debrief.accept(claim=make_claim(each, text, **fields), by=coach, now=NOON)
    make_claim(found, "Waits.", **fields)

    shown = words(as_coach.get(f"/clients/{found.client_id}/observations/"))

    assert "Left at six." in shown
    assert "Slept." in shown
    assert "Waits." not in shown
    assert f'<a href="{page_of(found)}">1 more waits</a> in debriefs' in shown


def test_a_claim_whose_words_were_replaced_says_so_on_every_page(
    as_coach: Browser, coach: User, found: SessionIntelligence
) -> None:
    kept = make_claim(found, "Slept.", kind="observation", owner="", quote="four nights")
    debrief.accept(claim=kept, by=coach, now=NOON)
    make_claim(found, "Read between the lines.", kind="observation", owner="", is_inference=True)
    pages = [page_of(found), f"/clients/{found.client_id}/observations/"]
    before = [words(as_coach.get(page)) for page in pages]
    found.session.transcripts.all().delete()

    after = [words(as_coach.get(page)) for page in pages]

    assert ["Source removed" in shown for shown in before] == [False, False]
    assert [shown.count("Source removed") for shown in after] == [1, 1]
    assert "four nights" not in after[1]


def test_nothing_kept_yet_says_what_will_be_here(as_coach: Browser, found: SessionIntelligence) -> None:
    shown = words(as_coach.get(f"/clients/{found.client_id}/observations/"))

    assert "No observation has been kept yet" in shown


def test_a_recap_of_nothing_says_what_it_would_be_made_of(
    as_coach: Browser, coach: User, found: SessionIntelligence
) -> None:
    page, why = f"/sessions/{found.session_id}/recap/", "Nothing is accepted yet that belongs in a recap"
    debrief.accept(claim=make_claim(found, "Work.", kind="theme", owner=""), by=coach, now=NOON)
    before = words(as_coach.get(page))
    debrief.accept(claim=make_claim(found, quote=FRIDAY), by=coach, now=NOON)

    assert why in before
    assert why not in words(as_coach.get(page))


def test_the_last_decision_leads_to_the_recap(as_coach: Browser, found: SessionIntelligence) -> None:
    claims = [make_claim(found, quote=FRIDAY), make_claim(found, "Slept.", owner="", kind="observation")]

    shown = [
        words(as_coach.post(f"/claims/{each.pk}/accept/", headers={"HX-Request": "true"})) for each in claims
    ]

    assert ["To the recap" in each for each in shown] == [False, True]


def test_session_and_client_pages_lead_to_the_debrief(as_coach: Browser, found: SessionIntelligence) -> None:
    make_claim(found, quote=FRIDAY)

    assert "Debrief: 1 to look at" in words(as_coach.get(f"/sessions/{found.session_id}/"))
    assert "1 statement waits for you" in words(as_coach.get(f"/clients/{found.client_id}/"))


def test_many_claims_take_no_more_queries_than_few(as_coach: Browser, found: SessionIntelligence) -> None:
    make_claim(found, quote=FRIDAY)
    as_coach.get(page_of(found))  # a first request of a session writes down that it was seen
    with CaptureQueriesContext(connection) as few:
        as_coach.get(page_of(found))
    for _ in range(30):
        make_claim(found, quote=FRIDAY)
    with CaptureQueriesContext(connection) as many:
        as_coach.get(page_of(found))

    assert len(many) == len(few)
    assert len(many) <= 15


def test_another_practice_sees_none_of_it(as_stranger: Browser, coach: User) -> None:
    with tenant(coach.coaching_profile.pk):
        found = make_debrief(Client.objects.create(name="Tomás Ferreira"))
        claim = make_claim(found, quote=FRIDAY)

    assert as_stranger.get(page_of(found)).status_code == 404
    assert as_stranger.post(f"/claims/{claim.pk}/accept/").status_code == 404
