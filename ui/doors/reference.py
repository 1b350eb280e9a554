"""The page that describes the REST door, made from its OpenAPI description; it loads nothing from anywhere."""

import json
from collections.abc import Mapping
from typing import Any

from ui.markup import Markup, element, join

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code,pre{font-family:ui-monospace,monospace}"
    "pre{overflow:auto;padding:.75rem;border:1px solid}summary{cursor:pointer}section{border-top:1px solid;margin-top:1.5rem}"
)
_LINK = Markup('<p><a href="openapi.json">openapi.json</a></p>')


def page(description: Mapping[str, Any]) -> str:
    """The whole page as HTML."""
    paths = description["paths"].items()
    parts = [_operation(path, method, operation) for path, methods in paths for method, operation in methods.items()]
    shapes = element("pre", {}, json.dumps(description.get("components", {}).get("schemas", {}), indent=2, ensure_ascii=False))
    body = join(
        [
            element("h1", {}, "Groundline for programs"),
            element("p", {}, str(description["info"].get("description", ""))),
            _LINK,
            *parts,
            element("section", {}, element("h2", {}, "Shapes"), element("details", {}, element("summary", {}, "All of them"), shapes)),
        ]
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    title = "<title>Groundline for programs</title>"
    return f'<!doctype html><html lang="en"><head>{head}{title}<style>{_STYLE}</style></head><body>{body}</body></html>'


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Markup:
    parameters = [
        element("li", {}, element("code", {}, str(one["name"])), f" ({one['in']}) {one.get('description', '')}")
        for one in operation.get("parameters", ())
    ]
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return element(
        "section",
        {},
        element("h2", {}, element("code", {}, f"{method.upper()} /api/v1{path}")),
        element("p", {}, str(operation.get("description", ""))),
        element("ul", {}, *parameters) if parameters else "",
        element("p", {}, "Takes ", element("code", {}, _shape(sent))) if sent else "",
    )


def _shape(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2] or str(schema.get("type", "JSON"))
