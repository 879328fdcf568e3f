"""The companion's addresses: its pages, its fragments and its REST API."""

from django.urls import URLPattern, URLResolver, path

from companion.api.rest.api import api
from companion.api.views import (
    analyses,
    bootstrapping,
    chat,
    debrief,
    layers,
    notices,
    observations,
    page,
    panels,
    proposals,
    questions,
    recaps,
    turns,
)
from journeyloop.flags import analysis_is_on

urlpatterns: list[URLPattern | URLResolver] = [
    # The page and the conversation
    path("companion/", page.companion, name="companion"),
    path("companion/head/", page.head, name="companion-head"),
    path("companion/history/", turns.history, name="history"),
    path("companion/turns/<uuid:turn_id>/", turns.turn, name="turn"),
    path("companion/turns/<uuid:turn_id>/cancel/", turns.cancel, name="turn-cancel"),
    path("companion/turns/<uuid:turn_id>/retry/", turns.retry, name="turn-retry"),
    path("companion/questions/<uuid:question_id>/answer/", questions.answer, name="question-answer"),
    path("companion/questions/<uuid:question_id>/set-aside/", questions.set_aside, name="question-set-aside"),
    path("companion/notifications/<uuid:notice_id>/", notices.notice, name="notice"),
    path("companion/notifications/<uuid:notice_id>/keep/", notices.keep, name="notice-keep"),
    path("companion/notifications/<uuid:notice_id>/dismiss/", notices.dismiss, name="notice-dismiss"),
    path("companion/bootstrap/skip/", bootstrapping.skip, name="bootstrap-skip"),
    path("companion/bootstrap/reopen/", bootstrapping.reopen, name="bootstrap-reopen"),
    path("companion/bootstrap/again/", bootstrapping.again, name="bootstrap-again"),
    path("companion/bootstrap/leave/", bootstrapping.leave, name="bootstrap-leave"),
    path("api/v1/companion/chat/", chat.chat, name="companion-chat"),
    # Panels beside it
    path("companion/panels/<str:name>/show/", panels.show, name="panel-show"),
    path("companion/memory/<uuid:fact_id>/forget/", panels.forget, name="memory-forget"),
    path("api/v1/companion/panels/<str:name>/", panels.panel, name="companion-panel"),
    # Proposals
    path("companion/proposals/<uuid:proposal_id>/", proposals.proposal, name="proposal"),
    path("companion/proposals/<uuid:proposal_id>/changes/", proposals.changes, name="proposal-changes"),
    path("companion/proposals/<uuid:proposal_id>/confirm/", proposals.confirm, name="proposal-confirm"),
    path("companion/proposals/<uuid:proposal_id>/dismiss/", proposals.dismiss, name="proposal-dismiss"),
    # Debrief
    path("sessions/<uuid:session_id>/debrief/", debrief.review, name="debrief"),
    path("sessions/<uuid:session_id>/recap/", recaps.recap, name="recap"),
    path("quotes/<uuid:evidence_id>/", debrief.quote, name="quote"),
    path("claims/<uuid:claim_id>/accept/", debrief.accept, name="claim-accept"),
    path("claims/<uuid:claim_id>/edit/", debrief.edit, name="claim-edit"),
    path("claims/<uuid:claim_id>/reject/", debrief.reject, name="claim-reject"),
    path("claims/<uuid:claim_id>/reopen/", debrief.reopen, name="claim-reopen"),
    path("clients/<uuid:client_id>/observations/", observations.observations, name="observations"),
    # Layers
    path("companion/layers/", layers.layers, name="layers"),
    path("companion/layers/<slug:layer>/", layers.edit, name="layer-edit"),
    path("companion/layers/<slug:layer>/history/", layers.history, name="layer-history"),
    path("companion/layers/versions/<uuid:version_id>/restore/", layers.restore, name="layer-restore"),
    path("companion/layers/versions/<uuid:version_id>/undo/", layers.undo, name="layer-undo"),
    *(
        (
            path("sessions/<uuid:session_id>/analysis/", analyses.section, name="session-analysis"),
            path("sessions/<uuid:session_id>/analyse/", analyses.analyse, name="session-analyse"),
            path("sessions/<uuid:session_id>/analysis/stop/", analyses.stop, name="analysis-stop"),
            path("sessions/<uuid:session_id>/analysis/forget/", analyses.forget, name="analysis-forget"),
            path("companion/analyses/", analyses.comparison, name="analysis-comparison"),
        )
        if analysis_is_on()
        else ()
    ),
    # REST; last, because the plain views above share its prefix. events/ is answered in journeyloop/asgi.py.
    path("api/v1/", api.urls),
]
