"""
Whose words each text field holds, and what becomes of them when somebody asks to be forgotten.

A new text field fails test_privacy.py until it stands in exactly one of these lists. All but the codes belong
into the export of the coach's practice; what is a client's belongs into that client's own export too.
"""

from collections.abc import Mapping

OF_A_CLIENT: Mapping[str, str] = {
    "Client.name": "who they are",
    "Client.email": "who they are",
    "Client.pronouns": "who they are",
    "Client.time_zone": "where they live",
    "Client.goal_summary": "what they came for",
    "CoachingSession.title": "may say what it was about",
    "CoachingSession.time_zone": "where it was agreed",
    "CoachingSession.meeting_url": "where they meet",
    "CoachingSession.cancel_reason": "what came between",
    "Goal.title": "what they want",
    "Goal.description": "what they want",
    "Milestone.title": "what they want",
    "GoalDelta.note": "how they are doing",
    "Commitment.text": "what they promised, or were promised",
    "Consent.text": "what they were asked",
    "Note.text": "the coach's private words about them",
    "ClientKnowledge.statement": "what is known of them",
    "ClientKnowledge.quote": "their words, or words about them",
    "ClientKnowledge.external_id": "a name that another system gave the fact",
    "SessionIntelligence.summary": "what they talked about",
    "SessionIntelligence.claims": "what they talked about, with their words",
    "Proposal.title": "may name them",
    "Proposal.text": "may be a message to them",
    "Proposal.fields": "may name them",
    "Proposal.reason": "may name them",
    "Proposal.evidence": "words that it rests on",
    "CompanionSchedule.name": "may name them",
    "CompanionSchedule.instructions": "may name them",
}
"""Goes with the client: their row is deleted, and everything that hangs on it."""

OF_THE_COACH: Mapping[str, str] = {
    "User.email": "who they are",
    "User.name": "who they are",
    "User.password": "a digest; never exported",
    "User.time_zone": "where they live",
    "ApiKey.name": "what they use it for",
    "Conversation.memory_text": "what the prompt began with; may mention clients",
    "Conversation.memory_told": "what the prompt was told; may mention clients",
    "Conversation.summary": "what was said; may mention clients",
    "Turn.partial_text": "an answer in the making; may mention clients",
    "Turn.error_words": "may repeat a little of what was said",
    "Turn.refusals": "what was asked and not done; may mention clients",
    "Message.text": "what was said; may mention clients",
    "Message.context_note": "facts that were recalled for it; may mention clients",
    "MicroInteraction.prompt": "a question to them; may mention clients",
    "MicroInteraction.options": "its answers",
    "MicroInteraction.answer": "what they answered",
    "Notification.text": "may mention clients",
    "CompanionMemory.statement": "what is known of them",
    "CompanionMemory.quote": "their words",
    "CompanionMemory.external_id": "a name that another system gave the fact",
    "CompanionPersonality.text": "how they work; may mention clients",
    "PersonalityVersion.text": "how they worked; may mention clients",
    "BootstrapTopic.quote": "their words",
    "ScheduleExecution.output_summary": "what came of it; may mention clients",
    "CompanionSkill.slug": "a name that they gave",
    "CompanionSkill.name": "a name that they gave",
    "CompanionSkill.description": "how they work",
    "CompanionSkill.body": "how they work; may mention clients",
}
"""Goes with the practice. Where clients may be mentioned, the coach is shown the place and decides."""

CODES: Mapping[str, str] = {
    "Goal.evidence": "ids of utterances",
    "GoalDelta.evidence": "ids of utterances",
    "Commitment.evidence": "ids of utterances",
    "Consent.version": "a wording's number",
    "ApiKey.prefix": "random",
    "ApiKey.digest": "a digest of random bits",
    "ApiKey.scopes": "names from the code",
    "AuditEvent.deed": "a name from the code",
    "AuditEvent.detail": "a key or a number; kept after the client is gone",
    "Turn.request_key": "random",
    "Turn.error_code": "a name from the code",
    "Turn.model_name": "a model's name",
    "UsageEntry.model_name": "a model's name",
    "Proposal.layer": "a layer's name",
    "BootstrapTopic.key": "a topic's name",
    "CompanionSchedule.cron_expression": "a rule of time",
    "CompanionSchedule.rrule": "a rule of time",
    "CompanionSchedule.time_zone": "whose clock the rule is read by",
    "CompanionSchedule.delivery_channel": "a name from the code",
    "CompanionSkill.triggers": "names from the code",
    "ScheduleExecution.status": "a name from the code",
    "StreamEvent.event": "a name from the code",
    "StreamEvent.data": "ids and versions; gone within days",
}
"""Nobody's words."""
