"""The six layers on the coach's own pages: read, changed within their budgets, taken back."""

import re
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import CoachingProfile
from companion.models import CompanionPersonality, CompanionState, PersonalityVersion
from journeyloop.tenancy import tenant
from tests.fakes.companions import propose, text_of, unlock, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice")]

TOO_LONG = "One more word about how I work. " * 400


def edit(browser: Browser, text: str, *, layer: str = "soul", base_version: int = 0) -> tuple[int, str]:
    response = browser.post(reverse("layer-edit", args=[layer]), {"text": text, "base_version": base_version})
    return response.status_code, unescape(response.content.decode())


def version_of(alice: CoachingProfile, layer: str, number: int) -> PersonalityVersion:
    with tenant(alice.pk):
        version: PersonalityVersion = PersonalityVersion.objects.get(personality__layer=layer, version=number)
    return version


def test_it_shows_all_six_with_their_texts_budgets_and_who_may_change_them(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    write(alice, "soul", "I am honest & kind.")

    page = as_coach.get(reverse("layers")).content.decode()

    assert "I am honest &amp; kind." in page
    assert "6 of 2,000 tokens" in page
    assert "6 of 8,500 tokens" in page
    assert page.count("Only you write this.") == 2
    assert re.findall(r'<section class="card layer"\s+id="(\w+)"', page) == [
        "soul",
        "identity",
        "coach_knowledge",
        "instructions",
        "environment",
        "client_persona",
    ]


def test_a_layer_without_text_says_what_fits_and_offers_to_write_it(as_coach: Browser) -> None:
    page = as_coach.get(reverse("layers")).content.decode()

    assert "Nothing is written here yet" in page
    assert "750 tokens, about 562 words" in page
    assert page.count("Write it") == 6


def test_a_first_visit_here_gives_the_coach_their_companion(as_stranger: Browser) -> None:
    assert as_stranger.get(reverse("layers")).status_code == 200


def test_it_shows_that_a_text_waits(alice: CoachingProfile, as_coach: Browser) -> None:
    proposal = propose(alice)

    assert reverse("proposal", args=[proposal.pk]) in as_coach.get(reverse("layers")).content.decode()


def test_a_saved_text_is_in_force_and_can_be_undone(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "soul", "Before.")

    status, _ = edit(as_coach, "After.\r\nTwo lines.", base_version=1)

    assert status == 302
    assert text_of(alice, "soul") == "After.\nTwo lines."
    undo = reverse("layer-undo", args=[version_of(alice, "soul", 2).pk])
    assert undo in as_coach.get(reverse("layers")).content.decode()
    as_coach.post(undo)
    assert text_of(alice, "soul") == "Before."


def test_a_text_over_its_budget_comes_back_with_the_figures(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    write(alice, "identity", "I am Juniper.")

    status, page = edit(as_coach, TOO_LONG, layer="identity", base_version=1)

    assert status == 422
    assert "“Identity” has 3,200 tokens and may have 800: 2,400 too many." in page
    assert TOO_LONG in page
    assert text_of(alice, "identity") == "I am Juniper."


def test_a_text_that_breaks_the_sum_comes_back_with_the_figures(
    alice: CoachingProfile, as_coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(alice, "identity", "I am Juniper.")
    monkeypatch.setattr("companion.engine.personality.TOTAL_CAP", 8)

    status, page = edit(as_coach, "Five small words of soul.")

    assert status == 422
    assert "may have 8:" in page
    assert text_of(alice, "soul") == ""


def test_a_change_made_elsewhere_meanwhile_loses_neither_text(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    write(alice, "soul", "First.")
    write(alice, "soul", "From another tab.")

    status, page = edit(as_coach, "From this tab.", base_version=1)

    assert status == 409
    assert "From another tab." in page
    assert "From this tab.</textarea>" in page
    assert text_of(alice, "soul") == "From another tab."


def test_after_seeing_the_other_text_it_can_be_saved(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "soul", "First.")
    write(alice, "soul", "From another tab.")
    _, page = edit(as_coach, "From this tab.", base_version=1)
    seen = re.search(r'name="base_version"\s+value="(\d+)"', page)

    edit(as_coach, "From this tab.", base_version=int(seen[1]) if seen else 0)

    assert text_of(alice, "soul") == "From this tab."


def test_a_text_longer_than_any_layer_is_not_even_counted(alice: CoachingProfile, as_coach: Browser) -> None:
    status, page = edit(as_coach, "x" * 60_001)

    assert status == 422
    assert "60,001 characters" in page


def test_writing_the_last_missing_layer_by_hand_unlocks(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "identity", "I am Juniper.")
    write(alice, "coach_knowledge", "Alice coaches nurses.")

    edit(as_coach, "I am honest.")

    with tenant(alice.pk):
        assert CompanionState.objects.get().capabilities_unlocked


def test_emptying_a_layer_takes_no_ability_away(alice: CoachingProfile, as_coach: Browser) -> None:
    unlock(alice)

    edit(as_coach, "", base_version=1)

    with tenant(alice.pk):
        assert CompanionState.objects.get().capabilities_unlocked
        assert not CompanionPersonality.objects.get(layer="soul").is_set


def test_the_history_shows_what_a_version_changed(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "soul", "I tell you straight.")
    write(alice, "soul", "I tell you plainly.")

    page = as_coach.get(reverse("layer-history", args=["soul"])).content.decode()

    assert re.search(r"<del>.*straight.*</del><ins>.*plainly.*</ins>", page)
    assert page.count("Written by you") == 3


def test_the_history_of_an_unset_layer_says_so(as_coach: Browser) -> None:
    assert "No versions yet" in as_coach.get(reverse("layer-history", args=["soul"])).content.decode()


@pytest.mark.parametrize("query", ["99", "0"])
def test_a_version_that_never_was_is_404(alice: CoachingProfile, as_coach: Browser, query: str) -> None:
    write(alice, "soul", "Text.")

    assert as_coach.get(f"{reverse('layer-history', args=['soul'])}?version={query}").status_code == 404


def test_restoring_puts_an_earlier_text_in_force_as_a_new_version(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    first = write(alice, "soul", "First.")
    write(alice, "soul", "Second.")

    as_coach.post(reverse("layer-restore", args=[first.pk]))

    assert text_of(alice, "soul") == "First."
    assert version_of(alice, "soul", 3).source == PersonalityVersion.Source.RESTORE


def test_a_text_that_does_not_fit_any_more_is_not_restored(
    alice: CoachingProfile, as_coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(alice, "soul", "A text of several words.")
    write(alice, "soul", "Short.")
    monkeypatch.setattr("companion.engine.personality.TOTAL_CAP", 3)

    page = as_coach.post(reverse("layer-restore", args=[first.pk]), follow=True).content.decode()

    assert "Nothing was restored." in page
    assert text_of(alice, "soul") == "Short."


def test_an_undo_on_which_something_newer_stands_takes_nothing_back(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    first = write(alice, "soul", "First.")
    write(alice, "soul", "Second.")

    page = as_coach.post(reverse("layer-undo", args=[first.pk]), follow=True).content.decode()

    assert "nothing was taken back" in page
    assert text_of(alice, "soul") == "Second."


def test_an_undo_to_a_text_that_does_not_fit_any_more_takes_nothing_back(
    alice: CoachingProfile, as_coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(alice, "soul", "A text of several words.")
    second = write(alice, "soul", "Short.")
    monkeypatch.setattr("companion.engine.personality.TOTAL_CAP", 3)

    page = as_coach.post(reverse("layer-undo", args=[second.pk]), follow=True).content.decode()

    assert "Nothing was taken back." in page
    assert text_of(alice, "soul") == "Short."


def test_a_long_history_lists_the_newest(
    alice: CoachingProfile, as_coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.api.layers.VERSIONS_SHOWN", 2)
    for number in range(3):
        write(alice, "soul", f"Text {number}.")

    page = as_coach.get(f"{reverse('layer-history', args=['soul'])}?version=2").content.decode()

    assert "Older versions are kept, and not listed." in page
    assert re.search(r"<del>.*0.*</del><ins>.*1.*</ins>", page)


def test_an_unknown_layer_is_404(as_coach: Browser) -> None:
    assert as_coach.get(reverse("layer-edit", args=["shadow"])).status_code == 404
    assert as_coach.get(reverse("layer-history", args=["shadow"])).status_code == 404


def test_a_stranger_cannot_touch_a_version(alice: CoachingProfile, as_stranger: Browser) -> None:
    first = write(alice, "soul", "First.")
    write(alice, "soul", "Second.")

    for name in ("layer-restore", "layer-undo"):
        assert as_stranger.post(reverse(name, args=[first.pk])).status_code == 404
    assert text_of(alice, "soul") == "Second."


def test_a_stranger_sees_their_own_empty_layers(alice: CoachingProfile, as_stranger: Browser) -> None:
    write(alice, "soul", "Only Alice reads this.")

    for url in (
        reverse("layers"),
        reverse("layer-edit", args=["soul"]),
        reverse("layer-history", args=["soul"]),
    ):
        assert "Only Alice reads this." not in as_stranger.get(url).content.decode()
