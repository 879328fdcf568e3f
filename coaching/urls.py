"""The practice's addresses."""

from django.urls import URLPattern, URLResolver, path

from coaching.views import clients, consents, notes, session_changes, sessions, settings

urlpatterns: list[URLPattern | URLResolver] = [
    # /clients/
    path("clients/", clients.client_list, name="client-list"),
    path("clients/new/", clients.client_create, name="client-create"),
    path("clients/<uuid:client_id>/", clients.client_detail, name="client-detail"),
    path("clients/<uuid:client_id>/edit/", clients.client_edit, name="client-edit"),
    path("clients/<uuid:client_id>/archive/", clients.client_archive, name="client-archive"),
    path("clients/<uuid:client_id>/restore/", clients.client_restore, name="client-restore"),
    path("clients/<uuid:client_id>/notes/", notes.client_note_create, name="client-note-create"),
    path("clients/<uuid:client_id>/consent/", consents.consent_list, name="consent-list"),
    path("clients/<uuid:client_id>/consent/<slug:purpose>/give/", consents.consent_give, name="consent-give"),
    path(
        "clients/<uuid:client_id>/consent/<slug:purpose>/withdraw/",
        consents.consent_withdraw,
        name="consent-withdraw",
    ),
    path(
        "clients/<uuid:client_id>/consent/<slug:purpose>/derived/",
        consents.consent_derived,
        name="consent-derived",
    ),
    # /sessions/
    path("sessions/", sessions.session_list, name="session-list"),
    path("sessions/new/", sessions.session_create, name="session-create"),
    path("sessions/preview/", sessions.session_preview, name="session-preview"),
    path("sessions/<uuid:session_id>/", sessions.session_detail, name="session-detail"),
    path("sessions/<uuid:session_id>/reschedule/", sessions.session_reschedule, name="session-reschedule"),
    path("sessions/<uuid:session_id>/complete/", session_changes.session_complete, name="session-complete"),
    path("sessions/<uuid:session_id>/missed/", session_changes.session_missed, name="session-missed"),
    path("sessions/<uuid:session_id>/cancel/", session_changes.session_cancel, name="session-cancel"),
    path("sessions/<uuid:session_id>/reopen/", session_changes.session_reopen, name="session-reopen"),
    path("sessions/<uuid:session_id>/notes/", notes.session_note_create, name="session-note-create"),
    # /notes/
    path("notes/<uuid:note_id>/", notes.note_detail, name="note-detail"),
    path("notes/<uuid:note_id>/edit/", notes.note_edit, name="note-edit"),
    path("notes/<uuid:note_id>/delete/", notes.note_delete, name="note-delete"),
    # /settings/
    path("settings/", settings.settings_page, name="settings"),
    path("settings/name/", settings.name_change, name="settings-name"),
    path("settings/time-zone/", settings.time_zone_confirm, name="settings-time-zone"),
    path("settings/keys/", settings.key_create, name="settings-key-create"),
    path("settings/keys/<uuid:key_id>/revoke/", settings.key_revoke, name="settings-key-revoke"),
]
