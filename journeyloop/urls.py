"""Every address of the site, by the part of the house that answers it."""

from django.urls import URLPattern, URLResolver, include, path

from journeyloop.flags import companion_is_on
from journeyloop.health import healthz, readyz
from journeyloop.landing import landing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing, name="landing"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("operations/", include("companion.api.operations_urls")),
    path("django-rq/", include("journeyloop.operator_pages")),
    path("", include("coaching.urls")),
]
if companion_is_on():
    urlpatterns.append(path("", include("companion.api.urls")))
