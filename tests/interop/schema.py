# SPDX-License-Identifier: EUPL-1.2
"""Validates records against docs/schema/record.json, as signed and with their disclosures put back.

Arguments are files: lines of records, or a payload as JSON. Prints how many it validated."""

import json
import os
import sys

import jsonschema

import second

SCHEMA = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "schema", "record.json")


def payloads(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.lstrip().startswith("{"):
        yield path, second.parse(text.encode("utf-8"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            record = second.Record(line)
            yield f"{path}:{number}", record.payload
            yield f"{path}:{number} in clear", record.clear


def main(paths):
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    count = wrong = 0
    for path in paths:
        for name, payload in payloads(path):
            count += 1
            for error in validator.iter_errors(payload):
                wrong += 1
                print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}", file=sys.stderr)
    print(f"schema: {count} payloads, {wrong} errors")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except second.Refused as refused:
        sys.exit(f"schema: {refused}")
