"""
Two things that every template has, because Django's own ways cost more than the page's words.

`{% include %}` is Django's, except for drawings: a page shows dozens of icons, and they hold no variables, so
their text is put in once, when the template that names them is compiled. `|attributes` writes a field's
attributes, for which Django's forms include a template with a loop.
"""

from typing import Any, cast

from django import template
from django.forms.utils import flatatt
from django.template import Engine, TemplateSyntaxError
from django.template.base import Node, Parser, TextNode, Token
from django.template.loader_tags import do_include

register = template.Library()
register.filter("attributes", flatatt)


@register.tag
def include(parser: Parser, token: Token) -> Node:
    """
    Include a template; one whose name ends in .svg and stands in quotes is taken as it is.

    Raises TemplateSyntaxError for a drawing that is given variables: nobody would fill them in.
    """
    node: Any = do_include(parser, token)
    name = node.template.var  # in quotes, or a variable
    if isinstance(name, str) and name.endswith(".svg"):
        if node.extra_context or node.template.filters:
            raise TemplateSyntaxError(f"{name} takes no variables and no filters: {token.contents}")
        return TextNode(Engine.get_default().get_template(name).source)
    return cast("Node", node)
