"""
Two things that every template has, because Django's own ways cost more than the page's words.

`{% include %}` is Django's, except for drawings: a page shows dozens of icons, and they hold no variables, so
their text is put in once, when the template that names them is compiled. `|attributes` writes a field's
attributes, for which Django's forms include a template with a loop.
"""

from django import template
from django.forms.utils import flatatt
from django.template import Engine
from django.template.base import Node, Parser, TextNode, Token
from django.template.loader_tags import do_include

register = template.Library()
register.filter("attributes", flatatt)


@register.tag
def include(parser: Parser, token: Token) -> Node:
    """Include a template; one whose name ends in .svg and stands in quotes is taken as it is."""
    node: Node = do_include(parser, token)
    name = node.template.var  # type: ignore[attr-defined] # a name in quotes, or a variable
    if isinstance(name, str) and name.endswith(".svg"):
        return TextNode(Engine.get_default().get_template(name).source)
    return node
