# SPDX-License-Identifier: EUPL-1.2
"""python3-jwcrypto against our records, and ours against its.

verify CHAIN CLEAR…      verifies the chain file, and compares what is disclosed with CLEAR (a JSON value a line)
report FILE JWK          verifies a stand-alone report
make ALG OUT             writes OUT.jws, OUT.jwk and OUT.clear: a chain made and signed here
Prints how much it compared; any difference ends with status 1."""

import json
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from jwcrypto import jwk, jws

import second


class Library:
    @staticmethod
    def key(members):
        return jwk.JWK(**{n: v for n, v in members.items() if n in ("kty", "crv", "x", "y")})

    def thumbprint(self, members):
        return self.key(members).thumbprint()

    def verify(self, record, members):
        token = jws.JWS()
        token.allowed_algs = second.ALGORITHMS
        token.deserialize(record.compact)
        token.verify(self.key(members))
        second.demand(json.loads(token.payload) == record.payload, "the library reads another payload")

    def verify_raw(self, members, data, signature):
        public = self.key(members).get_op_key("verify")
        if members["kty"] == "OKP":
            public.verify(signature, data)
        else:
            der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            public.verify(der, data, ec.ECDSA(hashes.SHA256()))


def verify(chain, clear):
    records = second.read_file(chain)
    counts = second.follow(records, Library())
    with open(clear, encoding="utf-8") as file:
        expected = [json.loads(line) for line in file.read().split("\n") if line]
    second.demand([record.clear for record in records] == expected, "other values are disclosed")
    counts["payloads in clear"] = len(expected)
    counts["disclosures"] = sum(len(record.disclosures) for record in records)
    return counts


def report(path, key):
    with open(key, encoding="utf-8") as file:
        members = json.load(file)
    records = second.read_file(path)
    second.demand(len(records) == 1 and records[0].payload["kind"] == "report", "no single report")
    library = Library()
    second.demand(library.thumbprint(members) == records[0].header["kid"] == members["kid"], "another thumbprint")
    library.verify(records[0], members)
    return {"signatures": 1, "thumbprints": 1, "disclosures": len(records[0].disclosures)}


def conceal(members, names):
    digests, disclosures = [], []
    for name in names:
        text = second.encode(json.dumps([second.encode(os.urandom(16)), name, members.pop(name)]).encode("utf-8"))
        digests.append(second.sha256(text))
        disclosures.append(text)
    members["_sd"] = sorted(digests)
    return disclosures


def payload(kind, seq, prev, own):
    return {
        "schema": "bioagent.record/1", "kind": kind, "chain": "00000000000000000000000000000b0b", "seq": seq, "prev": prev,
        "made": "2026-01-31T08:30:00Z", "next_by": None, "part": {"index": 1, "of": 1}, "target": "live",
        "host": {"id": "7c9e6679-7425-40de-944b-e07fc1f90ae8", "name": "höst", "org": None, "labels": {}, "profile": {},
                 "os": "other", "kernel": "1"},
        "run": None, "witness": {"nonce": None}, "policies": [], **own}


def make(algorithm, out):
    key = jwk.JWK.generate(kty="OKP", crv="Ed25519") if algorithm == "EdDSA" else jwk.JWK.generate(kty="EC", crv="P-256")
    public = key.export_public(as_dict=True)
    header = {"alg": algorithm, "typ": "bioagent-record+jws", "kid": key.thumbprint()}
    file = {"name": "a", "digest": "sha256:" + "0" * 64, "text": "Zoë", "owner": "X"}
    clear = [payload("genesis", 1, None, {"key": {n: public[n] for n in ("kty", "crv", "x", "y") if n in public}, "previous": None})]
    clear += [payload("policy", 2, None, {"files": [file], "descriptors": None})]
    clear += [payload("of-another-agent", n, None, {"n": n}) for n in range(3, 20)]
    with open(out + ".jws", "w", encoding="ascii") as lines, open(out + ".clear", "w", encoding="utf-8") as values:
        prev = None
        for members in clear:
            members["prev"] = prev
            values.write(json.dumps(members, ensure_ascii=False) + "\n")
            disclosures = []
            if members["kind"] == "policy":
                disclosures = conceal(members["files"][0], ["text", "owner"])
                members["_sd_alg"] = "sha-256"
            token = jws.JWS(json.dumps(members, ensure_ascii=False).encode("utf-8"))
            token.allowed_algs = second.ALGORITHMS
            token.add_signature(key, alg=algorithm, protected=json.dumps(header))
            compact = token.serialize(compact=True)
            prev = second.sha256(compact.rpartition(".")[0])
            lines.write("~".join([compact, *disclosures, ""]) + "\n")
    with open(out + ".jwk", "w", encoding="utf-8") as file:
        json.dump({**public, "kid": key.thumbprint()}, file)
    return {"records made": len(clear)}


if __name__ == "__main__":
    try:
        done = {"verify": verify, "report": report, "make": make}[sys.argv[1]](*sys.argv[2:])
    except (second.Refused, jws.InvalidJWSSignature) as error:
        sys.exit(f"jwcrypto: {' '.join(sys.argv[1:])}: {error}")
    print("jwcrypto: " + ", ".join(f"{count} {what}" for what, count in done.items()))
