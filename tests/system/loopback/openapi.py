# SPDX-License-Identifier: EUPL-1.2
"""What the collector answers, held against docs/api/openapi.yaml: of the form that it says, and with no member that it does not
name."""
import pathlib

import jsonschema
import yaml

DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "docs/api/openapi.yaml"


def as_json_schema(schema):
    """OpenAPI 3.0 says `nullable` where JSON Schema says that it may be null."""
    if isinstance(schema, list):
        return [as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: as_json_schema(part) for name, part in schema.items()}
    return {"anyOf": [schema, {"type": "null"}]} if schema.pop("nullable", False) else schema


class Api:
    def __init__(self):
        self.document = yaml.safe_load(DOCUMENT.read_text())
        self.components = as_json_schema(self.document["components"])
        self.version = self.document["info"]["version"]

    def resolved(self, part):
        while "$ref" in part:
            kind, name = part["$ref"].split("/")[-2:]
            part = self.components[kind][name]
        return part

    def answer(self, path, status, method="get"):
        """Media type and schema of an answer."""
        response = self.resolved(as_json_schema(self.document["paths"][path][method]["responses"][str(status)]))
        return next((media, content["schema"]) for media, content in response["content"].items())

    def undocumented(self, value, schema, where=""):
        """Members that are in no list of properties; where there is no such list at all, anything is."""
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return [] if value is None else self.undocumented(value, schema["anyOf"][0], where)
        parts = [self.resolved(part) for part in schema.get("allOf", [schema])]
        names, others = {}, None
        for part in parts:
            for inner in [part, *map(self.resolved, part.get("allOf", []))]:
                names.update(inner.get("properties", {}))
                others = inner.get("additionalProperties", others)
        found = []
        if isinstance(value, dict) and (names or others):
            for name, member in value.items():
                if name in names:
                    found += self.undocumented(member, names[name], f"{where}/{name}")
                elif isinstance(others, dict):
                    found += self.undocumented(member, others, f"{where}/{name}")
                else:
                    found.append(f"{where}/{name}")
        elif isinstance(value, list) and "items" in schema:
            for element in value:
                found += self.undocumented(element, schema["items"], f"{where}[]")
        return found

    def problems(self, value, path, status=200, method="get"):
        _, schema = self.answer(path, status, method)
        validator = jsonschema.Draft202012Validator({**schema, "components": self.components})
        wrong = [f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(value)]
        # Results and measures of a host are those of a record, which has a schema of its own.
        elsewhere = ("/results[]/", "/measures[]/") if path == "/v1/hosts/{id}" else ()
        return wrong + [f"{where}: not documented" for where in self.undocumented(value, schema) if not where.startswith(elsewhere)]


def conforms(thread):
    """The three resources, and one that is not there. How many answers were looked at."""
    api = Api()
    hosts = thread.get("/v1/hosts")
    seen = [("/v1/hosts", hosts), ("/v1/measures", thread.get("/v1/measures"))]
    seen += [("/v1/hosts/{id}", thread.get(f"/v1/hosts/{host['id']}")) for host in hosts["hosts"]]
    for path, value in seen:
        problems = api.problems(value, path)
        assert not problems, f"{path} is not as docs/api/openapi.yaml says: {problems[:5]}"
    status, headers, body = thread.get_any("/v1/hosts/none")
    media, _ = api.answer("/v1/hosts/{id}", 404)
    assert status == 404 and headers["Content-Type"] == media and not api.problems(body, "/v1/hosts/{id}", 404), "a problem is none"
    assert headers["API-Version"] == api.version, f"API-Version {headers['API-Version']}, the document is {api.version}"
    return len(seen) + 1
