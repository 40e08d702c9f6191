# SPDX-License-Identifier: EUPL-1.2
"""The agent of this host, as installed: its daemon, what it recorded, and the same asked by hand."""
import base64
import hashlib
import json
import os
import pathlib
import signal

from host import Failure, Journal, run, show, wait_until

STATE = pathlib.Path("/var/lib/bioagent")
RUNTIME = pathlib.Path("/run/bioagent")
DAEMON = "bioagent.service"
RUN_SECONDS = 180  # a run takes a tenth of a second; on an emulated processor a hundred times that
WORST = ("fail", "error", "manual", "pass", "na")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def revealed(value, disclosed):
    """A value of a payload with its disclosures put in (RFC 9901, flat properties)."""
    if isinstance(value, list):
        return [revealed(v, disclosed) for v in value]
    if not isinstance(value, dict):
        return value
    found = {k: revealed(v, disclosed) for k, v in value.items() if k not in ("_sd", "_sd_alg")}
    for digest in value.get("_sd", ()):
        if digest in disclosed:
            _, name, content = disclosed[digest]
            found[name] = content
    return found


def payload(line):
    jws, *disclosures = line.strip().split("~")
    disclosed = {}
    for text in filter(None, disclosures):
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        disclosed[digest] = json.loads(decode(text))
    return revealed(json.loads(decode(jws.split(".")[1])), disclosed)


def status():
    return json.loads((RUNTIME / "status.json").read_text())


def record_files():
    """Of the chain in use, oldest first."""
    return sorted((STATE / "spool" / status()["chain"]).glob("*.jws"))


def records():
    return [payload(path.read_text()) for path in record_files()]


def name_of(result):
    """A check, and the parameters that it was run with where they are not its own: measures may ask for different terms."""
    return result["check"] + (f" {json.dumps(result['with'], sort_keys=True)}" if result["with"] else "")


def state():
    """name → result: the newest full and the changes after it."""
    found = {}
    for record in records():
        if record["kind"] == "full":
            found = {}
        if record["kind"] in ("full", "change"):
            found.update({name_of(result): result for result in record["results"]})
            for gone in record.get("removed", ()):
                found.pop(name_of(gone), None)
    return found


def main_pid():
    return int(show(DAEMON, "MainPID"))


def runs(journal):
    """The lines about runs, one each."""
    return [line for line in journal.lines(DAEMON) if line.startswith("run ")]


def after_a_run(act):
    """Does act(), waits for one more run, and returns what its line says."""
    journal = Journal()
    act()
    return wait_until("a run of the daemon", RUN_SECONDS, lambda: runs(journal), step=0.5)[0]


def audit():
    """Has the daemon look now; its state afterwards."""
    line = after_a_run(lambda: os.kill(main_pid(), signal.SIGUSR1))
    if not line.startswith("run audit:"):
        raise Failure(f"the daemon says \"{line}\"")
    return state()


def report(*checks):
    """What --run-once says as root; of these checks alone, where any are given."""
    chosen = [word for check in checks for word in ("--check", check)]
    done = run("bioagent", "--run-once", "--format", "json", *chosen, status=None)
    if done.returncode not in (0, 1, 3):
        raise Failure(f"bioagent --run-once: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def by_hand(*checks):
    """name → result of --run-once as root."""
    return {name_of(result): result for result in report(*checks)["results"]}


def essence(result):
    """What is compared of a result: check, with, status and findings (subject, status, what decided)."""
    def decided(finding):
        return [[e.get(k) for k in ("source", "key", "actual", "expected")] for e in finding["evidence"] if e.get("decides")]

    findings = sorted(json.dumps([f["subject"], f["status"], decided(f)]) for f in result["findings"])
    return {"check": result["check"], "with": result["with"], "status": result["status"], "findings": findings}


def same(one, other):
    """Asserts that two states say the same, check by check."""
    if set(one) != set(other) or not one:
        raise Failure(f"checks differ: {sorted(one)} and {sorted(other)}")
    for check in one:
        a, b = essence(one[check]), essence(other[check])
        if a != b:
            raise Failure(f"{check} differs:\n  services: {json.dumps(a)}\n  by hand:  {json.dumps(b)}")


def side_by_side():
    """What the services find now, which must be what --run-once as root finds."""
    found = audit()
    same(found, by_hand())
    return found


def subjects(result, status=None):
    return [f["subject"] for f in result["findings"] if status in (None, f["status"])]


def must_be(result, status, *with_subjects):
    if result["status"] != status:
        raise Failure(f"{result['check']} is {result['status']}, not {status}: {json.dumps(result['findings'], ensure_ascii=False)}")
    for subject in with_subjects:
        if subject not in subjects(result, status):
            raise Failure(f"{result['check']}: no {status} about {subject}: {json.dumps(result['findings'], ensure_ascii=False)}")
