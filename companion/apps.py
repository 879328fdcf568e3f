from django.apps import AppConfig


class CompanionConfig(AppConfig):
    """The coach's AI colleague."""

    name = "companion"

    def ready(self) -> None:
        """Tell the practice who reads a client's words, what a withdrawal stops, and what its pages show."""
        from coaching import consents, slots, withdrawals  # models are not there before this
        from coaching.actions import transcripts
        from companion.actions import errands, forgetting
        from companion.api.errands import ask_to_read
        from companion.api.session_parts import analysis_of, debriefs_of, stream_of
        from companion.scheduling import model_choice

        consents.read_by(model_choice.provider)
        consents.heard_by(model_choice.transcriber)
        transcripts.read_by(ask_to_read)
        withdrawals.on_withdrawal(
            consents.Purpose.RECORD,
            stop=errands.stop_reading,
            derived=transcripts.derived_from_recording,
            delete=transcripts.delete_recording,
        )
        for purpose in (consents.Purpose.AI_PROCESSING, consents.Purpose.RECORD):
            withdrawals.on_withdrawal(
                purpose, stop=forgetting.stop, derived=forgetting.derived, delete=forgetting.delete
            )
        withdrawals.on_withdrawal(consents.Purpose.QUOTES_IN_PREP, stop=forgetting.stop_quoting)
        transcripts.forgotten_by(forgetting.forget_session)
        slots.fill("session-detail", template="companion/partials/stream.html", context=stream_of)
        slots.fill("session-detail", template="companion/partials/analysis.html", context=analysis_of)
        on_a_client = "companion/partials/debrief/client_line.html"
        slots.fill("client-detail", template=on_a_client, context=debriefs_of)
