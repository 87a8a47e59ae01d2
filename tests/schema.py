"""Whether a document is what packaging/schemas/NAME.json (JSON Schema, draft 7) promises.

    schema.validate("check", document)      the schema's title, "mde-linux.check", and version are compared as well

The published schemas are open, since members may be added. Here they are closed: what is printed must be described.
"""

import json
from pathlib import Path

import jsonschema

FOLDER = Path(__file__).resolve().parents[1] / "packaging/schemas"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def closed(node):
    """An object whose members are described may have no others."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(item) for name, item in node.items()}
    return node | {"additionalProperties": False} if isinstance(node.get("properties"), dict) else node


def complaints(name, document):
    """One line a violation: where in the document, and what is wrong with it."""
    validator = jsonschema.Draft7Validator(closed(load(name)), format_checker=jsonschema.FormatChecker())
    for error in sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path))):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        yield f"{name}{place}: {error.message[:400]}"


def validate(name, document):
    """document: parsed, or the text that a command printed. Returns it parsed; AssertionError names each violation."""
    if isinstance(document, str):
        document = json.loads(document)
    found = list(complaints(name, document))
    assert not found, "not as packaging/schemas/" + f"{name}.json says:\n" + "\n".join(found)
    return document
