"""The ten scenarios of the public rubric, in its order. Each module is one, in words of our own."""

from companion.evals.scenarios import (
    bootstrap_with_data,
    debrief_after_a_session,
    feedback_fact,
    feedback_harsh,
    feedback_praise,
    feedback_tone,
    frustrated_coach,
    new_coach,
    prep_from_rows,
    transcript_deep_dive,
)
from companion.evals.shapes import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    new_coach.SCENARIO,
    bootstrap_with_data.SCENARIO,
    frustrated_coach.SCENARIO,
    prep_from_rows.SCENARIO,
    transcript_deep_dive.SCENARIO,
    debrief_after_a_session.SCENARIO,
    feedback_praise.SCENARIO,
    feedback_fact.SCENARIO,
    feedback_tone.SCENARIO,
    feedback_harsh.SCENARIO,
)
