# SPDX-License-Identifier: EUPL-1.2
"""Holds what facts answer against their schemas in docs/facts."""
import json
import os

import jsonschema

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/facts")


def read(name):
    with open(os.path.join(DIRECTORY, name + ".json"), encoding="utf-8") as f:
        return json.load(f)


def moved(schema, own, ids):
    """A schema whose references are all within one document: that with the id I is at /$defs/ids[I]. (Validators of Debian 12
    do not resolve a fragment against a URN.)"""
    if isinstance(schema, list):
        return [moved(s, own, ids) for s in schema]
    if not isinstance(schema, dict):
        return schema
    ret = {k: moved(v, own, ids) for k, v in schema.items() if k not in ("$id", "$schema")}
    if isinstance(schema.get("$ref"), str):
        base, _, fragment = schema["$ref"].partition("#")
        ret["$ref"] = f"#/$defs/{ids[base or own]}{fragment}"
    return ret


class Schema:
    """That of a fact, or of a part of it: `part` is the name of one of its definitions."""

    def __init__(self, fact, part=None):
        schemas = {"fact": read(fact), "node": read("node")}
        ids = {schema["$id"]: name for name, schema in schemas.items()}
        whole = {"$defs": {name: moved(schema, schema["$id"], ids) for name, schema in schemas.items()},
                 "$ref": "#/$defs/fact" + (f"/$defs/{part}" if part else "")}
        for schema in schemas.values():
            jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(whole)

    def fault(self, answer):
        """What is wrong with an answer, or None. One that is not known as a whole is an answer too."""
        if answer.get("state"):
            return None
        error = jsonschema.exceptions.best_match(self.validator.iter_errors(answer))
        return error and f"{'/'.join(str(p) for p in error.absolute_path)}: {error.message[:200]}"
