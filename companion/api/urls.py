"""The companion's addresses: its pages, its fragments and its REST API."""

from django.urls import URLPattern, URLResolver, path

from companion.api.views import bootstrapping, chat, notices, page, questions, turns

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
    path("companion/notifications/<uuid:notice_id>/undo/", notices.undo, name="notice-undo"),
    path("companion/bootstrap/skip/", bootstrapping.skip, name="bootstrap-skip"),
    path("companion/bootstrap/again/", bootstrapping.again, name="bootstrap-again"),
    path("api/v1/companion/chat/", chat.chat, name="companion-chat"),
]
