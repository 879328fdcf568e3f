"""Forms about goals and the stations on the way."""

from typing import Any

from django import forms

from coaching.actions.goals import GoalDetails
from coaching.forms.fields import LongTextField
from coaching.models import Goal, Milestone

_NO_DAY = "Write the day as 2026-11-21."


def day_field() -> forms.DateField:
    """A day that nobody has to name."""
    return forms.DateField(
        required=False,
        label="By when",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _NO_DAY},
    )


class GoalForm(forms.Form):
    """What a coach writes down about a goal."""

    title = LongTextField(
        max_length=160,
        label="Goal",
        help_text="In words that they would use too.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "What is it that they want?"},
    )
    description = LongTextField(
        max_length=2_000,
        required=False,
        label="How it would look",
        help_text="What would be different, and how anybody could tell.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    category = forms.ChoiceField(choices=Goal.Category.choices, label="Category")
    priority = forms.TypedChoiceField(coerce=int, choices=Goal.Priority.choices[::-1], label="Priority")
    target_date = day_field()

    def details(self) -> GoalDetails:
        """Say what was written down, as the actions take it."""
        return GoalDetails(**self.cleaned_data)


class ProgressForm(forms.Form):
    """How far somebody has come, and what shows it."""

    value = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Percent",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": "5"}),
        error_messages={
            "required": "How far, from 0 to 100?",
            "invalid": "A whole number from 0 to 100.",
            "min_value": "From 0 to 100.",
            "max_value": "From 0 to 100.",
        },
    )
    note = LongTextField(
        max_length=500,
        required=False,
        label="What shows it",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MilestoneForm(forms.Form):
    """One station on the way."""

    title = LongTextField(
        max_length=160,
        label="Milestone",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "What will have happened?"},
    )
    due_on = day_field()


def written_goal(goal: Goal) -> dict[str, Any]:
    """Say what a goal's form starts with."""
    return {name: getattr(goal, name) for name in GoalForm.base_fields}


def written_milestone(milestone: Milestone) -> dict[str, Any]:
    """Say what a milestone's form starts with."""
    return {"title": milestone.title, "due_on": milestone.due_on}
