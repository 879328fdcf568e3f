"""The worker of floor D; makes its tables first. Apart, because RQ imports the job by its module's name."""

from bench import django_floor

if __name__ == "__main__":
    django_floor.prepare()
    django_floor.work()
