from django.db import migrations

from journeyloop.tenancy.walls import Wall

# A fork's parent must be a shared skill. Row-level security does not look at foreign keys and a composite
# key cannot name a NULL coach, so a trigger says it; it runs as the caller, who sees no other coach's rows.
PARENT_IS_SHARED = """
CREATE FUNCTION companion_skill_parent_is_shared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.parent_skill_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM companion_companionskill WHERE id = NEW.parent_skill_id AND coach_id IS NULL
  ) THEN
    RAISE EXCEPTION 'a skill can only be forked from a shared skill' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER parent_is_shared BEFORE INSERT OR UPDATE OF parent_skill_id ON companion_companionskill
  FOR EACH ROW EXECUTE FUNCTION companion_skill_parent_is_shared();
"""


class Migration(migrations.Migration):
    dependencies = [("companion", "0001_initial"), ("coaching", "0002_walls")]

    operations = [
        Wall("Conversation", client="none"),
        Wall("Turn", client="none"),
        Wall("Message", client="none"),
        Wall("CompanionPersonality", client="none"),
        Wall("PersonalityVersion", client="none"),
        Wall("CompanionState", client="none"),
        Wall("BootstrapTopic", client="none"),
        Wall("CompanionContext", client="none"),
        Wall("MicroInteraction", client="none"),
        Wall("Notification", client="none"),
        Wall("Proposal", client="none"),
        Wall("CompanionSkill", client="none", shared=True),
        Wall("CompanionMemory", client="none"),
        Wall("ClientKnowledge", client="none"),
        Wall("SessionIntelligence", client="none"),
        Wall("CompanionSchedule", client="none"),
        Wall("ScheduleExecution", client="none"),
        Wall("UsageEntry", client="none"),
        Wall("AuditEvent", client="none"),
        Wall("StreamCounter", client="none"),
        Wall("StreamEvent", client="none"),
        migrations.RunSQL(
            PARENT_IS_SHARED,
            "DROP TRIGGER parent_is_shared ON companion_companionskill; "
            "DROP FUNCTION companion_skill_parent_is_shared();",
        ),
    ]
