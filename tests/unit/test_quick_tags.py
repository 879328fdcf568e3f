"""What every template has beyond Django's own."""

import pytest
from django import forms
from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import TextNode


def test_a_drawing_is_put_in_when_its_template_is_compiled() -> None:
    template = Engine.get_default().from_string("<b>{% include 'icons/check.svg' %}</b>")

    assert all(isinstance(node, TextNode) for node in template.nodelist)
    assert template.render(Context()).startswith("<b><svg ")


def test_a_drawing_that_is_not_there_is_found_out_then() -> None:
    with pytest.raises(TemplateDoesNotExist):
        Engine.get_default().from_string("{% include 'icons/nothing-like-it.svg' %}")


@pytest.mark.parametrize("more", ["'icons/check.svg' with size=3", "'icons/check.svg'|upper"])
def test_a_drawing_takes_nothing_that_it_would_not_show(more: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="no variables"):
        Engine.get_default().from_string("{% include " + more + " %}")


def test_a_drawing_may_still_be_named_later() -> None:
    template = Engine.get_default().from_string("{% include icon %}")

    assert "<svg " in template.render(Context({"icon": "icons/check.svg"}))


def test_a_field_is_written_with_its_attributes_escaped() -> None:
    class Form(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": '"><b>', "hidden": False}))
        way = forms.ChoiceField(choices=[("a&b", "A & B"), ("c", "C")], initial="c")

    form = Form()

    assert str(form["name"]) == (
        '<input type="text" name="name" id="id_name" placeholder="&quot;&gt;&lt;b&gt;" required>'
    )
    assert '<option value="a&amp;b">A &amp; B</option>' in str(form["way"])
    assert '<option value="c" selected>C</option>' in str(form["way"])
