# SPDX-License-Identifier: EUPL-1.2
"""A second reader of records, written from docs/record.md alone. Signatures and thumbprints are the library's (jwcrypto)."""

import base64
import hashlib
import json
import re

ALGORITHMS = ["EdDSA", "ES256"]
RESERVED = {"_sd", "_sd_alg", "...", "_personal"}


class Refused(Exception):
    """A line or a chain that breaks the format."""


def demand(condition, why):
    if not condition:
        raise Refused(why)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text):
    demand(re.fullmatch(r"[A-Za-z0-9_-]*", text), "foreign characters in base64url")
    demand(len(text) % 4 != 1, "impossible length of base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    demand(encode(data) == text, "spare bits in base64url")
    return data


def unique(pairs):
    demand(len({name for name, _ in pairs}) == len(pairs), "duplicate names")
    return dict(pairs)


def parse(data):
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique)
    except ValueError as error:
        raise Refused(f"no JSON: {error}") from error


def sha256(text):
    return encode(hashlib.sha256(text.encode("ascii")).digest())


class Record:
    """One line, read as strictly as the page asks. The signature is not looked at here."""

    def __init__(self, line):
        self.compact, tilde, rest = line.partition("~")
        demand(tilde and (not rest or rest.endswith("~")), "the line does not end in ~")
        self.signing_input, _, signature = self.compact.rpartition(".")
        demand(self.signing_input.count(".") == 1, "not header.payload.signature")
        header, payload = self.signing_input.split(".")
        self.header, self.payload = parse(decode(header)), parse(decode(payload))
        self.signature = decode(signature)
        demand(len(self.signature) == 64, "a signature is 64 bytes")
        demand(isinstance(self.header, dict) and isinstance(self.payload, dict), "no objects")
        demand(self.header.get("alg") in ALGORITHMS, "alg")
        demand(self.header.get("typ") == "bioagent-record+jws", "typ")
        demand("crit" not in self.header and "b64" not in self.header, "crit or b64")
        self.hash = sha256(self.signing_input)
        self.disclosures = {}
        for text in rest.split("~")[:-1]:
            digest = sha256(text)
            demand(digest not in self.disclosures, "a disclosure is there twice")
            self.disclosures[digest] = self.read_disclosure(text)
        self.used, self.missing = set(), 0
        self.clear = self.put_back(self.payload, True)
        demand(self.used == set(self.disclosures), "an unreferenced disclosure")

    @staticmethod
    def read_disclosure(text):
        array = parse(decode(text))
        demand(isinstance(array, list) and len(array) == 3, "a disclosure is an array of three")
        demand(isinstance(array[0], str) and len(decode(array[0])) >= 16, "a salt of 128 bits")
        demand(isinstance(array[1], str) and array[1] not in RESERVED, "a name")
        return array[1], array[2]

    def put_back(self, value, top=False):
        if isinstance(value, list):
            return [self.put_back(element) for element in value]
        if not isinstance(value, dict):
            return value
        demand("..." not in value and "_personal" not in value, "a reserved name")
        demand(top or "_sd_alg" not in value, "_sd_alg below the top")
        if top:
            demand(value.get("_sd_alg", "sha-256") == "sha-256", "_sd_alg")
        result = {n: self.put_back(v) for n, v in value.items() if n not in RESERVED}
        if "_sd" not in value:
            return result
        digests = value["_sd"]
        demand("_sd_alg" in self.payload, "_sd without _sd_alg")
        demand(isinstance(digests, list) and digests and digests == sorted(set(digests)), "_sd is not sorted")
        for digest in digests:
            demand(digest not in self.used, "a digest in two places")
            if digest not in self.disclosures:
                self.missing += 1
                continue
            self.used.add(digest)
            name, disclosed = self.disclosures[digest]
            demand(name not in result, "a name twice")
            result[name] = disclosed
        return result


def read_file(path):
    with open(path, encoding="ascii") as file:
        return [Record(line) for line in file.read().split("\n") if line]


def rotate_statement(record, new_kid):
    payload = record.payload
    return f"bioagent-rotate:{payload['chain']}:{payload['seq']}:{record.header['kid']}:{new_kid}".encode("ascii")


def follow(records, library):
    """The chain, verified from its genesis. `library` has thumbprint(jwk), verify(record, jwk) and verify_raw(jwk, data, signature)."""
    last = key = None
    counts = {"signatures": 0, "thumbprints": 0, "links": 0, "rotations": 0}
    for record in records:
        payload = record.payload
        if last is None:
            demand(payload["kind"] == "genesis" and payload["seq"] == 1 and payload["prev"] is None, "no genesis")
            key = payload["key"]
        else:
            demand(payload["seq"] == last.payload["seq"] + 1 and payload["prev"] == last.hash, "prev does not fit")
            demand(payload["chain"] == last.payload["chain"] and payload["host"]["id"] == last.payload["host"]["id"], "foreign")
            demand(last.payload["kind"] != "retire", "after a retire")
            counts["links"] += 1
        demand(library.thumbprint(key) == record.header["kid"], "kid is not the key's")
        counts["thumbprints"] += 1
        library.verify(record, key)
        counts["signatures"] += 1
        if payload["kind"] == "rotate":
            new = payload["key"]
            library.verify_raw(new, rotate_statement(record, library.thumbprint(new)), decode(payload["proof"]))
            key = new
            counts["rotations"] += 1
        last = record
    demand(last is not None, "no records")
    return counts
