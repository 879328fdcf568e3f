"""
Three things that every template has, because Django's own ways cost more than the page's words.

`{% include %}` and `{% url %}` are Django's, but what they name in quotes is found once and not anew for each
page; of a drawing the text is put in when the template that names it is compiled, for a page shows dozens of
icons. `|attributes` writes a field's attributes, for which Django's forms include a template with a loop.
"""

from functools import cache
from typing import Any, cast
from uuid import UUID

from django import template
from django.forms.utils import flatatt
from django.template import Context, Engine, TemplateSyntaxError, defaulttags
from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.loader_tags import do_include
from django.urls import NoReverseMatch, reverse

register = template.Library()
register.filter("attributes", flatatt)


@register.tag
def include(parser: Parser, token: Token) -> Node:
    """
    Include a template; one whose name ends in .svg and stands in quotes is taken as it is.

    Raises TemplateSyntaxError for a drawing that is given variables: nobody would fill them in.
    """
    node: Any = do_include(parser, token)
    name = _in_quotes(node.template)
    if name is None:
        return cast("Node", node)
    if not name.endswith(".svg"):
        return Included(name, node)
    if node.extra_context:
        raise TemplateSyntaxError(f"{name} takes no variables: {token.contents}")
    return TextNode(Engine.get_default().get_template(name).source)


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Write the address of a view, or keep it under the name after `as`, empty where there is none."""
    node: Any = defaulttags.url(parser, token)
    view = _in_quotes(node.view_name)
    # What stands in a namespace depends on where the page itself stands.
    return cast("Node", node) if view is None or ":" in view or node.kwargs else Address(view, node)


def _in_quotes(name: FilterExpression) -> str | None:
    return name.var if isinstance(name.var, str) and not name.filters else None


class Included(Node):
    """A template whose name never changes."""

    def __init__(self, name: str, plain: Any) -> None:
        self.name = name
        self.values = plain.extra_context
        self.is_isolated = plain.isolated_context
        self.found: Any = None

    def render(self, context: Context) -> str:
        """Show it, with its values on top of the page's."""
        if self.found is None:
            self.found = cast(Any, context).template.engine.get_template(self.name)
        values = {name: value.resolve(context) for name, value in self.values.items()}
        if self.is_isolated:
            return cast("str", self.found.render(context.new(values)))
        with context.push(values):
            return cast("str", self.found.render(context))


class Address(Node):
    """A view's address, with ids of rows in it."""

    def __init__(self, view: str, plain: Any) -> None:
        self.view, self.plain = view, plain

    def render(self, context: Context) -> Any:
        """Fill the ids in; with anything else in their place, or no such view, it is Django's to do."""
        ids = tuple(each.resolve(context) for each in self.plain.args)
        if any(type(each) is not UUID for each in ids):
            return self.plain.render(context)
        try:
            address = _form(self.view, len(ids)) % ids
        except NoReverseMatch:
            return self.plain.render(context)
        if not self.plain.asvar:
            return address
        context[self.plain.asvar] = address
        return ""


@cache
def _form(view: str, count: int) -> str:
    """Write an address with `%s` for each id; found with ids of nothing, so that it is nobody's."""
    stand_ins = [UUID(int=number) for number in range(count)]
    form = reverse(view, args=stand_ins).replace("%", "%%")
    for each in stand_ins:
        form = form.replace(str(each), "%s")
    return form
