from django.db import migrations

from journeyloop.tenancy.walls import Wall


class Migration(migrations.Migration):
    dependencies = [("coaching", "0001_initial")]

    operations = [
        Wall("Client", client="self"),
        Wall("CoachingSession", client="own"),
        Wall("Note", client="none"),
    ]
