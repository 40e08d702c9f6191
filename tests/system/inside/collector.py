# SPDX-License-Identifier: EUPL-1.2
"""A record at a collector: its units on loopback, this host enrolled, records shipped through the socket, shown on the page."""
import http.cookiejar
import json
import os
import pathlib
import re
import urllib.error
import urllib.request

from agent import DAEMON, RUN_SECONDS, STATE, after_a_run, audit, name_of, state, status
from host import Failure, Journal, remove, replace, run, show, wait_until

CONFIG = pathlib.Path("/etc/bioagent/collector.yml")
STORE = pathlib.Path("/var/lib/bioagent-collector")
TARGET = "bioagent-collector.target"
UNITS = [f"bioagent-collector-{name}.service" for name in ("records", "est", "web")]
RECORDS, EST = "https://localhost:8443", "https://localhost:8444"
HOST = "inside.example"


class Collector:
    def __init__(self, configuration):
        self.configuration = configuration
        self.opener = self.web = None
        self.made = False

    def init(self):
        if CONFIG.exists() or STORE.exists():
            raise Failure(f"{CONFIG} or {STORE} is there already")
        self.made = True
        run("bioagent-collector", "init", "--name", "localhost")

    def clean_up(self):
        if not self.made:
            return
        run("systemctl", "stop", TARGET, *UNITS)
        remove(CONFIG)
        remove(STORE)

    def start(self):
        journal = Journal()
        run("systemctl", "start", TARGET)
        for unit in UNITS:
            wait_until(unit, 60, lambda unit=unit: show(unit, "SubState") == "running")

        def address():
            lines = [line for line in journal.lines(UNITS[2]) if line.startswith("web ")]
            return lines[-1].split(" ", 1)[1] if lines else None

        self.web = wait_until("the address of the page", 60, address, step=1)
        wait_until("records and est", 60, lambda: all(
            any(line.startswith(f"{name} ") for line in journal.lines(unit)) for name, unit in zip(("records", "est"), UNITS)), step=1)
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))
        self.opener.open(self.web, timeout=60).read()

    def get(self, path, accept="application/json"):
        base = re.match(r"https?://[^/]+", self.web).group(0)
        request = urllib.request.Request(base + path, headers={"Accept": accept})
        body = self.opener.open(request, timeout=60).read().decode()
        return json.loads(body) if accept == "application/json" else body

    def hosts(self):
        found = self.get("/v1/hosts")
        return found if isinstance(found, list) else found["hosts"]

    def of_host(self):
        """name → result, as the collector has it of the one host."""
        results = self.get(f"/v1/hosts/{self.hosts()[0]['id']}")["results"]
        results = results.values() if isinstance(results, dict) else results
        return {name_of(result): result for result in results}

    def enrol(self):
        replace(self.configuration, self.configuration.read_text() + f"collector: {{url: \"{RECORDS}\"}}\n")
        token = run("bioagent-collector", "token", "--host", HOST).stdout
        run("bioagent", "enroll", EST, "--token-file", "-", text=token)
        for name, mode in (("tls.key", 0o600), ("tls.pem", 0o640), ("ca.pem", 0o640)):
            found = os.stat(STATE / "ship" / name)
            if found.st_mode & 0o7777 & ~mode or found.st_uid != os.stat(STATE / "ship").st_uid:
                raise Failure(f"ship/{name} has mode {found.st_mode & 0o7777:o}, uid {found.st_uid}")
        again = run("bioagent", "enroll", EST, "--token-file", "-", text=token, status=None)
        if again.returncode != 1:
            raise Failure(f"a token that was used: status {again.returncode}, {again.stderr}")


def settled():
    """Everything recorded is acknowledged."""
    acks = json.loads((STATE / "ship/ack.json").read_text()) if (STATE / "ship/ack.json").exists() else {}
    ack = acks.get(status()["chain"])
    return ack and ack["seq"] >= status()["seq"]


def shipped(collector):
    """A record is made, the socket starts the shipper, the collector has it."""
    after_a_run(lambda: run("systemctl", "reload", DAEMON))
    wait_until("the acknowledgement", RUN_SECONDS, settled, step=1)
    if show("bioagent-ship.service", "ActiveState") != "active":
        raise Failure("bioagent-ship.service is not active")
    hosts = collector.hosts()
    if len(hosts) != 1:
        raise Failure(f"the collector has {len(hosts)} hosts")
    return f"{status()['seq']} records"


def started_by_socket():
    """The shipper is stopped; the next record starts it."""
    run("systemctl", "stop", "bioagent-ship.service")
    seq = status()["seq"]
    after_a_run(lambda: run("systemctl", "reload", DAEMON))
    wait_until("the acknowledgement", RUN_SECONDS, settled, step=1)
    if status()["seq"] <= seq:
        raise Failure("there is no new record")


def shown(collector):
    there, here = collector.of_host(), state()
    if set(there) != set(here):
        raise Failure(f"the collector shows {sorted(there)}, not {sorted(here)}")
    for check in here:
        if there[check]["status"] != here[check]["status"]:
            raise Failure(f"{check} is {there[check]['status']} there, and {here[check]['status']} here")
    page = collector.get("/", accept="text/html")
    host = collector.get(f"/hosts/{collector.hosts()[0]['id']}", accept="text/html")
    name = os.uname().nodename
    if HOST not in page + host or name not in page + host or "ssh.root-login" not in host or "<script" in (page + host).lower():
        raise Failure("the page does not show this host")
    return f"{len(here)} results"


def closed_to_others(collector):
    base = re.match(r"https?://[^/]+", collector.web).group(0)
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(base + "/v1/hosts", timeout=60)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            return
        raise
    raise Failure("without a token the collector answers")


def verified():
    return run("bioagent-collector", "verify").stdout.strip().splitlines()[-1]


def away_and_back(collector):
    """While the collector is away records wait; when it is back they arrive."""
    run("systemctl", "stop", TARGET, *UNITS)
    after_a_run(lambda: run("systemctl", "reload", DAEMON))
    if settled():
        raise Failure("it was acknowledged by nobody")
    wait_until("the shipper to say so", 60, lambda: (STATE / "ship/status.json").exists() and
               json.loads((STATE / "ship/status.json").read_text()).get("error"))
    collector.start()
    os.utime(STATE / "ship/tls.pem")  # a new certificate ends the shipper's wait
    audit()
    wait_until("the acknowledgement", 900, settled, step=1)
    return verified()


def test(report, collector):
    """True where this host is enrolled: then its TLS key, and a collector's, are there to be attacked."""
    enrolled = report.case("a collector is made", collector.init) and report.case("its units start", collector.start) and \
        report.case("this host enrols, and its token serves once", collector.enrol)
    if enrolled and report.case("records arrive", shipped, collector):
        report.case("a new record starts the shipper through its socket", started_by_socket)
        report.case("the page and the interface show this host", shown, collector)
        report.case("without the token they show nothing", closed_to_others, collector)
        report.case("the store verifies", verified)
        report.case("the collector away and back", away_and_back, collector)
    return enrolled
