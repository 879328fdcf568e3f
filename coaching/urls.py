"""The practice's addresses."""

from django.urls import URLPattern, URLResolver, path

from coaching.views import (
    clients,
    commitments,
    consents,
    goal_changes,
    goals,
    milestones,
    notes,
    session_changes,
    sessions,
    settings,
    transcript_pages,
    transcripts,
)

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
    path("clients/<uuid:client_id>/goals/", goals.goal_list, name="goal-list"),
    path("clients/<uuid:client_id>/goals/new/", goals.goal_create, name="goal-create"),
    path(
        "clients/<uuid:client_id>/commitments/",
        commitments.client_commitment_create,
        name="client-commitment-create",
    ),
    # /goals/
    path("goals/<uuid:goal_id>/", goals.goal_detail, name="goal-detail"),
    path("goals/<uuid:goal_id>/edit/", goals.goal_edit, name="goal-edit"),
    path("goals/<uuid:goal_id>/progress/", goal_changes.goal_progress, name="goal-progress"),
    path("goals/<uuid:goal_id>/pause/", goal_changes.goal_pause, name="goal-pause"),
    path("goals/<uuid:goal_id>/complete/", goal_changes.goal_complete, name="goal-complete"),
    path("goals/<uuid:goal_id>/reopen/", goal_changes.goal_reopen, name="goal-reopen"),
    path("goals/<uuid:goal_id>/remove/", goal_changes.goal_remove, name="goal-remove"),
    path("goals/<uuid:goal_id>/restore/", goal_changes.goal_restore, name="goal-restore"),
    path("goals/<uuid:goal_id>/milestones/", milestones.milestone_create, name="milestone-create"),
    # /milestones/
    path("milestones/<uuid:milestone_id>/edit/", milestones.milestone_edit, name="milestone-edit"),
    path("milestones/<uuid:milestone_id>/reach/", milestones.milestone_reach, name="milestone-reach"),
    path("milestones/<uuid:milestone_id>/unreach/", milestones.milestone_unreach, name="milestone-unreach"),
    path("milestones/<uuid:milestone_id>/remove/", milestones.milestone_remove, name="milestone-remove"),
    path("milestones/<uuid:milestone_id>/restore/", milestones.milestone_restore, name="milestone-restore"),
    # /commitments/
    path("commitments/", commitments.waiting_on_me, name="waiting-on-me"),
    path("commitments/<uuid:commitment_id>/edit/", commitments.commitment_edit, name="commitment-edit"),
    path("commitments/<uuid:commitment_id>/keep/", commitments.commitment_keep, name="commitment-keep"),
    path("commitments/<uuid:commitment_id>/drop/", commitments.commitment_drop, name="commitment-drop"),
    path("commitments/<uuid:commitment_id>/reopen/", commitments.commitment_reopen, name="commitment-reopen"),
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
    path(
        "sessions/<uuid:session_id>/commitments/",
        commitments.session_commitment_create,
        name="session-commitment-create",
    ),
    # Transcripts
    path("sessions/<uuid:session_id>/transcript/", transcript_pages.transcript_reader, name="transcript"),
    path(
        "sessions/<uuid:session_id>/transcript/section/",
        transcripts.transcript_section,
        name="transcript-section",
    ),
    path(
        "sessions/<uuid:session_id>/transcript/upload/",
        transcripts.transcript_upload,
        name="transcript-upload",
    ),
    path(
        "transcripts/<uuid:transcript_id>/retry/",
        transcripts.transcript_retry,
        name="transcript-retry",
    ),
    path(
        "transcripts/<uuid:transcript_id>/speakers/",
        transcripts.transcript_speakers,
        name="transcript-speakers",
    ),
    path("transcripts/<uuid:transcript_id>/file/", transcripts.transcript_file, name="transcript-file"),
    path("transcripts/<uuid:transcript_id>/delete/", transcripts.transcript_delete, name="transcript-delete"),
    path(
        "clients/<uuid:client_id>/transcripts/",
        transcript_pages.client_transcripts,
        name="client-transcripts",
    ),
    # /notes/
    path("notes/<uuid:note_id>/", notes.note_detail, name="note-detail"),
    path("notes/<uuid:note_id>/edit/", notes.note_edit, name="note-edit"),
    path("notes/<uuid:note_id>/delete/", notes.note_delete, name="note-delete"),
    # /settings/
    path("settings/", settings.settings_page, name="settings"),
    path("settings/sessions/end/", settings.session_end, name="settings-session-end"),
    path("settings/name/", settings.name_change, name="settings-name"),
    path("settings/time-zone/", settings.time_zone_confirm, name="settings-time-zone"),
    path("settings/keys/", settings.key_create, name="settings-key-create"),
    path("settings/keys/<uuid:key_id>/revoke/", settings.key_revoke, name="settings-key-revoke"),
]
