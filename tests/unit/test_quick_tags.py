"""What every template has beyond Django's own."""

from uuid import UUID

import pytest
from django import forms
from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import TextNode
from django.urls import NoReverseMatch, reverse

ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_drawing_is_put_in_when_its_template_is_compiled() -> None:
    template = Engine.get_default().from_string("<b>{% include 'icons/check.svg' %}</b>")

    assert all(isinstance(node, TextNode) for node in template.nodelist)
    assert template.render(Context()).startswith("<b><svg ")


def test_a_drawing_that_is_not_there_is_found_out_then() -> None:
    with pytest.raises(TemplateDoesNotExist):
        Engine.get_default().from_string("{% include 'icons/nothing-like-it.svg' %}")


def test_a_drawing_takes_nothing_that_it_would_not_show() -> None:
    with pytest.raises(TemplateSyntaxError, match="no variables"):
        Engine.get_default().from_string("{% include 'icons/check.svg' with size=3 %}")


def test_a_drawing_may_still_be_named_later() -> None:
    template = Engine.get_default().from_string("{% include icon %}")

    assert "<svg " in template.render(Context({"icon": "icons/check.svg"}))


def shown(text: str, **values: object) -> str:
    return Engine.get_default().from_string(text).render(Context(values))


def test_an_included_template_sees_the_page_and_its_own_values_and_keeps_neither() -> None:
    template = Engine.get_default().from_string("{% include 'parts/error.html' with code='404' %}{{ code }}")

    first = template.render(Context({"title": "<Gone>", "text": "", "code": "own"}))
    second = template.render(Context({"title": "Here", "text": "", "code": "own"}))

    assert "&lt;Gone&gt;" in first
    assert ">404<" in first
    assert first.endswith("own")
    assert "Gone" not in second


def test_an_included_template_may_be_kept_from_seeing_the_page() -> None:
    part = "{% include 'parts/error.html' with code='404' text='' title=here only %}"

    assert "Gone" not in shown(part, here="Here", title="Gone")


def test_an_included_template_that_is_not_there_is_missed() -> None:
    with pytest.raises(TemplateDoesNotExist):
        shown("{% include 'parts/nothing-like-it.html' %}")


@pytest.mark.parametrize(
    ("tag", "ids"),
    [("'settings'", []), ("'client-detail' one", [ONE])],
)
def test_an_address_is_the_one_that_django_gives(tag: str, ids: list[UUID]) -> None:
    view = tag.split("'")[1]

    for _ in range(2):
        assert shown("{% url " + tag + " %}", one=ONE) == reverse(view, args=ids)
        assert shown("{% url " + tag + " as there %}[{{ there }}]", one=ONE) == f"[{reverse(view, args=ids)}]"


def test_the_same_view_has_another_address_for_another_row() -> None:
    template = Engine.get_default().from_string("{% url 'client-detail' one %}")

    assert [template.render(Context({"one": each})) for each in (ONE, TWO)] == [
        f"/clients/{ONE}/",
        f"/clients/{TWO}/",
    ]


def test_an_address_may_be_asked_for_with_text() -> None:
    assert shown("{% url 'client-detail' one %}", one=str(ONE)) == f"/clients/{ONE}/"


@pytest.mark.parametrize("tag", ["{% url 'nowhere' %}", "{% url 'client-detail' %}"])
def test_a_view_that_is_not_there_is_missed(tag: str) -> None:
    with pytest.raises(NoReverseMatch):
        shown(tag)


def test_under_another_name_an_address_that_is_not_there_is_empty_as_django_has_it() -> None:
    assert shown("{% url 'nowhere' as there %}[{{ there }}]") == "[]"


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
