"""
Every address of the site, and who may open it.

A new address fails test_urls.py until it stands in exactly one of these lists, and until its place holders
are in ROWS or PLAIN. `python -m pytest tests/invariants/test_urls.py` names what is missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from coaching.models import ApiKey, Client, CoachingSession, Commitment, Goal, Milestone, Note, Transcript
from companion import models as companion
from tests.twins import Practice

PUBLIC: Mapping[str, str] = {
    "landing": "sends everybody to where they start",
    "healthz": "tells only that the process is up",
    "readyz": "tells only whether the process can serve",
    "rest:openapi-json": "describes the API and holds nobody's data",
    "account_login": "signing in",
    "account_logout": "signing out",
    "account_signup": "signing up",
    "account_inactive": "signing in",
    "account_email_verification_sent": "signing up",
    "account_confirm_email": "signing up; the key is a secret of that e-mail",
    "account_reset_password": "signing in",
    "account_reset_password_done": "signing in",
    "account_reset_password_from_key": "signing in; the key is a secret of that e-mail",
    "account_reset_password_from_key_done": "signing in",
    "account_request_login_code": "signing in",
    "account_confirm_login_code": "signing in",
    "mfa_authenticate": "signing in, second step",
    "mfa_login_webauthn": "signing in by passkey",
}

PERSONAL: Mapping[str, str] = {
    # Whoever is signed in sees what is their own: allauth's pages and the settings.
    **dict.fromkeys(
        [
            "account_reauthenticate",
            "account_email",
            "account_change_password",
            "account_set_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_reauthenticate_webauthn",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
            "usersessions_list",
        ],
        "one's own sign-in",
    ),
    "settings": "one's own name and time zone",
    "settings-name": "one's own name",
    "settings-time-zone": "one's own time zone",
    "settings-session-end": "one's own sign-ins",
}

COACH: Sequence[str] = (
    "client-list",
    "client-create",
    "client-detail",
    "client-edit",
    "client-archive",
    "client-restore",
    "client-note-create",
    "consent-list",
    "consent-give",
    "consent-withdraw",
    "consent-derived",
    "goal-list",
    "goal-create",
    "client-commitment-create",
    "goal-detail",
    "goal-edit",
    "goal-progress",
    "goal-pause",
    "goal-complete",
    "goal-reopen",
    "goal-remove",
    "goal-restore",
    "milestone-create",
    "milestone-edit",
    "milestone-reach",
    "milestone-unreach",
    "milestone-remove",
    "milestone-restore",
    "waiting-on-me",
    "commitment-edit",
    "commitment-keep",
    "commitment-drop",
    "commitment-reopen",
    "session-commitment-create",
    "session-list",
    "session-create",
    "session-preview",
    "session-detail",
    "session-reschedule",
    "session-complete",
    "session-missed",
    "session-cancel",
    "session-reopen",
    "session-note-create",
    "transcript",
    "transcript-section",
    "session-analysis",
    "session-analyse",
    "analysis-stop",
    "analysis-forget",
    "analysis-comparison",
    "transcript-upload",
    "transcript-retry",
    "transcript-speakers",
    "transcript-file",
    "transcript-delete",
    "client-transcripts",
    "note-detail",
    "note-edit",
    "note-delete",
    "settings-key-create",
    "settings-key-revoke",
    "companion",
    "companion-head",
    "history",
    "turn",
    "turn-cancel",
    "turn-retry",
    "question-answer",
    "question-set-aside",
    "notice",
    "notice-keep",
    "notice-dismiss",
    "bootstrap-skip",
    "bootstrap-reopen",
    "bootstrap-again",
    "bootstrap-leave",
    "companion-chat",
    "panel-show",
    "memory-forget",
    "companion-panel",
    "proposal",
    "proposal-changes",
    "proposal-confirm",
    "proposal-dismiss",
    "debrief",
    "recap",
    "quote",
    "claim-accept",
    "claim-edit",
    "claim-reject",
    "claim-reopen",
    "observations",
    "layers",
    "layer-edit",
    "layer-history",
    "layer-restore",
    "layer-undo",
)

API: Sequence[str] = (
    # The coach's too; a caller without a practice is told so, in JSON.
    "rest:api-root",
    "rest:personality",
    "rest:skills",
    "rest:active",
    "rest:schedules",
    "rest:executions",
    "rest:memory",
    "rest:context",
    "rest:change",
)

OPERATOR_NAMESPACES: Mapping[str, str] = {
    "operations": "figures, ids, times and codes of every practice; nobody's words",
    "django_rq": "the queue's pages",
    "admin": "names that the queue's templates link to",
}

NUMBERED: Mapping[str, str] = {
    "mfa_remove_webauthn": "allauth's; looked up among one's own passkeys only",
    "mfa_edit_webauthn": "allauth's; looked up among one's own passkeys only",
}
"""Addresses with a number that could be counted up. Ours have none."""

ROWS: Mapping[str, Any] = {
    "client_id": Client,
    "session_id": CoachingSession,
    "note_id": Note,
    "transcript_id": Transcript,
    "goal_id": Goal,
    "milestone_id": Milestone,
    "commitment_id": Commitment,
    "key_id": ApiKey,
    "turn_id": companion.Turn,
    "question_id": companion.MicroInteraction,
    "notice_id": companion.Notification,
    "fact_id": companion.CompanionMemory,
    "proposal_id": companion.Proposal,
    "claim_id": companion.Claim,
    "evidence_id": companion.Evidence,
    "version_id": companion.PersonalityVersion,
    "schedule_id": companion.CompanionSchedule,
}
"""Whose row a place holder names."""

PLAIN: Mapping[str, Any] = {
    "name": "main",
    "layer": "soul",
    "purpose": "record",
    "code": "broken",
    "key": "key",
    "uidb36": "1",
    "token": "token",
    "pk": 1,
    "queue_index": 0,
    "scheduler_index": 0,
    "connection_index": 0,
    "job_id": "job",
    "result_id": "result",
    "scheduler_name": "scheduler",
    "cron_job_name": "job",
}
"""Place holders that name no tenant row."""


QUERIES: Mapping[str, str] = {"rest:active": "?trigger=session_approaching"}
"""What an address needs besides."""


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the resolver."""

    name: str
    route: str
    parameters: tuple[str, ...]

    @property
    def names_rows(self) -> bool:
        """Whether somebody's row is named in it."""
        return any(parameter in ROWS for parameter in self.parameters)

    def of(self, practice: Practice) -> str:
        """Build the address of this practice's row."""
        return self._with({name: practice.one(ROWS[name]).pk for name in self.parameters if name in ROWS})

    def of_nobody(self, key: UUID) -> str:
        """Build the address of a row that does not exist."""
        return self._with({name: key for name in self.parameters if name in ROWS})

    def _with(self, rows: Mapping[str, UUID]) -> str:
        plain = {name: PLAIN[name] for name in self.parameters if name in PLAIN}
        return reverse(self.name, kwargs={**plain, **rows}) + QUERIES.get(self.name, "")


def every_address() -> list[Address]:
    """List the addresses of the resolver."""
    return list(_walk(get_resolver().url_patterns, "", (), ()))


def chosen(names: Sequence[str] | Mapping[str, str]) -> list[Address]:
    """Keep the addresses of a list above."""
    return [address for address in every_address() if address.name in names]


def operators() -> list[Address]:
    """Keep the addresses for operators."""
    return [address for address in every_address() if address.name.partition(":")[0] in OPERATOR_NAMESPACES]


def _walk(
    patterns: Sequence[URLPattern | URLResolver], route: str, names: tuple[str, ...], found: tuple[str, ...]
) -> Iterator[Address]:
    for pattern in patterns:
        here = f"{route}{pattern.pattern}"
        parameters = (*found, *_parameters(pattern))
        if isinstance(pattern, URLResolver):
            inside = (*names, pattern.namespace) if pattern.namespace else names
            yield from _walk(pattern.url_patterns, here, inside, parameters)
        else:
            yield Address(":".join((*names, pattern.name or here)), here, parameters)


def _parameters(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    found = getattr(pattern.pattern, "regex", None)
    return tuple(found.groupindex) if found else ()
