# SPDX-License-Identifier: EUPL-1.2
"""The programs of the thread as they are installed, run on loopback in one directory: what the loopback tests share."""
import base64
import http.cookiejar
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request


class Failure(Exception):
    pass


def wait_until(what, seconds, condition, step=0.05):
    """The first true value of condition(); a Failure naming `what` after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        time.sleep(step)


class Thread:
    """A collector and an agent, each with its directory below `work`."""

    def __init__(self, build, work, state=None):
        self.bin = pathlib.Path(build) / "stage/bin"
        self.work = pathlib.Path(work)
        self.collector_config = self.work / "collector/collector.yml"
        self.config = self.work / "bioagent.yml"
        self.state = pathlib.Path(state) if state else self.work / "state"
        self.runtime = self.work / "run"
        self.processes = {}
        self.addresses = {}
        self.opener = None

    # --- processes: ended by the id that was started -------------------------------------------------------------------

    def start(self, name, *arguments, output=None):
        log = open(self.work / f"{name}.log", "ab")
        process = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=output or log, stderr=log,
                                   start_new_session=True)
        self.processes[name] = process
        return process

    def kill(self, name, sig=signal.SIGKILL, seconds=20):
        process = self.processes.pop(name, None)
        if process is None:
            return None
        process.send_signal(sig)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{name} did not end within {seconds} s of signal {sig}")

    def alive(self, name):
        return name in self.processes and self.processes[name].poll() is None

    def stop_all(self):
        for name in list(self.processes):
            try:
                self.kill(name, signal.SIGTERM)
            except Failure:
                pass

    def run(self, *arguments, status=0, **more):
        done = subprocess.run([str(a) for a in arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, **more)
        if status is not None and done.returncode != status:
            raise Failure(f"{' '.join(map(str, arguments))[:300]}: status {done.returncode}, not {status}\n{done.stdout.decode()}\n"
                          f"{done.stderr.decode()}")
        return done

    # --- the collector -------------------------------------------------------------------------------------------------

    def make_collector(self):
        self.collector_config.parent.mkdir(mode=0o700)
        self.run(self.bin / "bioagent-collector", "init", "--name", "localhost", "--name", "127.0.0.1", "--config",
                 self.collector_config)
        text = self.collector_config.read_text()
        changed = re.sub(r"127\.0\.0\.1:8(443|444|480)", "127.0.0.1:0", text)
        if changed == text:
            raise Failure("collector.yml has no listening address to change")
        self.collector_config.write_text(changed)

    def start_collector(self):
        """Starts it on free ports the first time, and on the same ones afterwards."""
        out = self.work / "addresses"
        with open(out, "wb") as output:
            self.start("collector", self.bin / "bioagent-collector", "serve", "--config", self.collector_config, output=output)

        def ready():
            if not self.alive("collector"):
                raise Failure("the collector ended: " + self.log("collector"))
            lines = dict(line.split(" ", 1) for line in out.read_text().splitlines() if " " in line)
            return lines if {"records", "est", "web"} <= set(lines) else None

        first = not self.addresses
        self.addresses = wait_until("the collector's addresses", 30, ready)
        if first:
            text = self.collector_config.read_text()
            for name in ("records", "est", "web"):
                port = re.search(r":(\d+)", self.addresses[name].split("//", 1)[1]).group(1)
                text = text.replace("127.0.0.1:0", f"127.0.0.1:{port}", 1)
            self.collector_config.write_text(text)
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))
        self.opener.open(self.addresses["web"], timeout=20).read()

    def get(self, path, accept="application/json"):
        base = re.match(r"https?://[^/]+", self.addresses["web"]).group(0)
        request = urllib.request.Request(base + path, headers={"Accept": accept})
        body = self.opener.open(request, timeout=20).read()
        return json.loads(body) if accept == "application/json" else body.decode()

    def get_any(self, path):
        """Status, headers and JSON, whatever the status."""
        base = re.match(r"https?://[^/]+", self.addresses["web"]).group(0)
        try:
            answer = self.opener.open(urllib.request.Request(base + path, headers={"Accept": "application/json"}), timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, json.loads(answer.read())

    def verify_store(self):
        return self.run(self.bin / "bioagent-collector", "verify", "--config", self.collector_config).stdout.decode()

    def select(self, query):
        """Rows of the store, read as an auditor would: the raw records are the evidence."""
        database = next(self.collector_config.parent.rglob("*.db"))
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def evidence(self):
        """Every stored line, as it was sent."""
        return [f"{jws}~{disclosures or ''}" for jws, disclosures in self.select(
            "SELECT record.jws, disclosures.text FROM record LEFT JOIN disclosures ON disclosures.record = record.number "
            "ORDER BY record.chain, record.seq")]

    def stored(self):
        """chain → {seq: [hash, …]}."""
        rows = self.select("SELECT chain.id, record.seq, record.hash FROM record JOIN chain ON chain.number = record.chain")
        found = {}
        for chain, seq, digest in rows:
            found.setdefault(chain, {}).setdefault(seq, []).append(digest)
        return found

    # --- the agent -----------------------------------------------------------------------------------------------------

    def configure(self, **schedule):
        terms = {"audit": "PT1H", "full": "PT24H", "heartbeat": "PT1H", "jitter": "PT1S", **schedule}
        listed = ", ".join(f"{k}: {v}" for k, v in terms.items())
        self.config.write_text(f"state: {self.state}\nruntime: {self.runtime}\nschedule: {{{listed}}}\n"
                               "policies: [bio2, algoritmekader]\n"
                               f"collector: {{url: \"{self.addresses['records']}\"}}\n")

    def start_sign(self):
        self.state.mkdir(mode=0o750, exist_ok=True)
        self.runtime.mkdir(mode=0o750, exist_ok=True)
        self.start("sign", self.bin / "bioagent", "daemon", "--config", self.config)

    def start_ship(self):
        self.start("ship", self.bin / "bioagent", "ship", "--config", self.config)

    def enrol(self):
        token = self.run(self.bin / "bioagent-collector", "token", "--host", "loopback", "--config", self.collector_config).stdout
        file = self.work / "token"
        file.write_bytes(token)
        self.run(self.bin / "bioagent", "enroll", self.addresses["est"], "--token-file", file, "--config", self.config)

    def nudge(self):
        """Ends a wait of the shipper, as a new certificate does: after a long absence it waits up to a quarter of an hour."""
        os.utime(self.state / "ship/tls.pem")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            try:
                s.sendto(b"x", str(self.runtime / "ship"))
            except OSError:
                pass  # it is being started

    def status(self):
        try:
            return json.loads((self.runtime / "status.json").read_text())
        except (OSError, ValueError):
            return {}

    def spooled(self):
        """(chain, seq) → line, of every record on disk."""
        records = {}
        for path in sorted((self.state / "spool").glob("*/*.jws")):
            records[path.parent.name, int(path.stem)] = path.read_text().strip()
        return records

    def acked(self):
        """chain → seq that the shipper holds as acknowledged."""
        try:
            acks = json.loads((self.state / "ship/ack.json").read_text())
        except (OSError, ValueError):
            return {}
        return {chain: ack["seq"] for chain, ack in acks.items()}

    def log(self, name, most=3000):
        try:
            return (self.work / f"{name}.log").read_text(errors="replace")[-most:]
        except OSError:
            return ""


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def payload(line):
    return json.loads(decode(line.split("~", 1)[0].split(".")[1]))


def record_hash(line):
    import hashlib
    signing_input = line.split("~", 1)[0].rsplit(".", 1)[0]
    return base64.urlsafe_b64encode(hashlib.sha256(signing_input.encode()).digest()).decode().rstrip("=")
