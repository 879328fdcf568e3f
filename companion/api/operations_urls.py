"""The operators' addresses, under /operations/. They are there whatever phase is on."""

from django.urls import URLPattern, path

from companion.api.views import operations

app_name = "operations"

urlpatterns: list[URLPattern] = [
    path("", operations.operations, name="overview"),
    path("audit/", operations.audit, name="audit"),
    path("failures/<slug:code>/", operations.failed, name="failed"),
    path("failures/<slug:code>/run-again/", operations.run_all_again, name="run-all-again"),
    path("turns/<uuid:turn_id>/", operations.turn, name="turn"),
    path("turns/<uuid:turn_id>/run-again/", operations.run_again, name="run-again"),
]
