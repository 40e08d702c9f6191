# SPDX-License-Identifier: EUPL-1.2
"""The shipper as it is against collectors that are not what they seem: what it trusts, what it sends, and when it stops."""
import base64
import hashlib
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **options).stdout


class Authority:
    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.key, self.certificate = directory / f"{name}.key", directory / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key,
                "-out", self.certificate, "-subj", f"/CN={name}", "-days", "2")

    def issue(self, name, names="IP:127.0.0.1"):
        key, request = self.directory / f"{name}.key", self.directory / f"{name}.csr"
        certificate, extensions = self.directory / f"{name}.pem", self.directory / f"{name}.ext"
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj",
                f"/CN={name}")
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "2", "-extfile",
                extensions, "-out", certificate)
        return certificate, key

    def pin(self):
        der = openssl("pkey", "-pubin", "-outform", "DER", input=openssl("x509", "-pubkey", "-noout", "-in", self.certificate))
        return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()

    def message(self):
        return base64.b64encode(openssl("crl2pkcs7", "-nocrl", "-certfile", self.certificate, "-outform", "DER"))


def acknowledge(body):
    """What an honest collector says to these lines."""
    acked = {}
    for line in body.decode().splitlines():
        signing_input = line.split("~")[0].rsplit(".", 1)[0]
        part = signing_input.split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        digest = base64.urlsafe_b64encode(hashlib.sha256(signing_input.encode()).digest()).rstrip(b"=").decode()
        acked[payload["chain"]] = {"seq": payload["seq"], "hash": digest}
    return json.dumps({"acked": acked, "refused": [], "want": {}, "nonce": "n"}).encode()


class Server:
    """An HTTPS server on loopback; `answer(handler, body)` writes the answer. What arrived is in `requests`."""

    def __init__(self, certificate, key, answer, most=None, client_ca=None):
        server = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                server.requests.append((self.path, dict(self.headers), body))
                answer(self, body)

            do_GET = do_POST = handle_any

            def log_message(self, *arguments):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request, client):
                try:
                    request.do_handshake()
                except ssl.SSLError:
                    time.sleep(0.5)  # a reset would overtake the alert
                    raise
                super().finish_request(request, client)

            def handle_error(self, request, client):
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if most:
            context.maximum_version = most
        context.load_cert_chain(certificate, key)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def say(status, body=b"", headers=()):
    def answer(handler, request):
        content = body(request) if callable(body) else body
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


class Shipper:
    def __init__(self, build, work, expect, wait_until):
        self.ship = build / "stage/libexec/bioagent/bioagent-ship"
        self.work, self.expect, self.wait_until = work, expect, wait_until
        self.state, self.config = work / "state", work / "ship.yml"
        self.ca, self.other = Authority(work, "right"), Authority(work, "wrong")
        self.configure("https://127.0.0.1:1")
        (self.state / "ship").mkdir(mode=0o750, exist_ok=True)
        certificate, key = self.ca.issue("client", "URI:urn:bioagent:chain:test")
        (self.state / "ship/tls.pem").write_bytes(certificate.read_bytes())
        (self.state / "ship/tls.key").write_bytes(key.read_bytes())
        (self.state / "ship/ca.pem").write_bytes(self.ca.certificate.read_bytes())

    def configure(self, url):
        self.config.write_text(f"state: {self.state}\nruntime: {self.work / 'run'}\ncollector: {{url: \"{url}\"}}\n")

    def acked(self):
        try:
            return json.loads((self.state / "ship/ack.json").read_text())
        except OSError:
            return {}

    def once(self, server, environment=None):
        """Exit status and what it said."""
        self.configure(server.url)
        (self.state / "ship/ack.json").unlink(missing_ok=True)
        result = subprocess.run([self.ship, "--once", "--config", self.config], capture_output=True, text=True, timeout=60,
                                env={**os.environ, **(environment or {})})
        return result.returncode, result.stderr

    def refused(self, server, word):
        status, said = self.once(server)
        self.expect(status == 1, f"exit status {status}")
        self.expect(word in said, f"it says {said!r}, without {word!r}")
        self.expect(not self.acked(), "something was taken for acknowledged")

    def enrol(self, url, token):
        return subprocess.run([self.ship, "enroll", url, "--token-file", "-", "--config", self.config], input=token, capture_output=True,
                              text=True, timeout=60)


def ships_to_its_collector(s):
    with Server(*s.ca.issue("server"), say(200, acknowledge)) as server:
        status, said = s.once(server, {"https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"})
        s.expect(status == 0, f"exit status {status}: {said}")
        path, headers, _ = server.requests[0]
        s.expect(path == "/v1/records" and headers["Content-Type"] == "application/vnd.bioagent.records", f"{path} {headers}")
        return f"{sum(entry['seq'] for entry in s.acked().values())} records"


def trusts_one_authority_alone(s):
    with Server(*s.other.issue("stranger"), say(200, acknowledge)) as server:
        s.refused(server, "certificate")
        s.expect(not server.requests, "records were sent to a stranger")


def looks_at_the_name(s):
    with Server(*s.ca.issue("elsewhere", "IP:127.0.0.2"), say(200, acknowledge)) as server:
        s.refused(server, "cannot be reached")
        s.expect(not server.requests, "records were sent to another name")


def speaks_tls_1_3_alone(s):
    with Server(*s.ca.issue("old"), say(200, acknowledge), most=ssl.TLSVersion.TLSv1_2) as server:
        s.refused(server, "cannot be reached")
        s.expect(not server.requests, "records were sent over TLS 1.2")


def takes_an_alert_for_a_401(s):
    with Server(*s.ca.issue("picky"), say(200, acknowledge), client_ca=s.other.certificate) as server:
        s.refused(server, "does not accept this host")


def follows_no_redirect(s):
    with Server(*s.ca.issue("target"), say(200, acknowledge)) as target:
        with Server(*s.ca.issue("redirect"), say(307, headers=[("Location", target.url + "/v1/records")])) as server:
            s.refused(server, "answers 307")
            s.expect(not target.requests, "records were sent where a redirect pointed")


def reads_a_bounded_answer(s):
    with Server(*s.ca.issue("flood"), say(200, b" " * (2 << 20))) as server:
        s.refused(server, "too long")


def believes_no_garbage(s):
    for body in (b"", b"<html>", b'{"acked":{}}', b'{"acked":{},"acked":{},"refused":[]}', b"\xff"):
        with Server(*s.ca.issue("garbage"), say(200, body)) as server:
            s.refused(server, "not understood")


def ends_in_the_middle_of_a_request(s):
    def never(handler, _):
        time.sleep(60)

    with Server(*s.ca.issue("slow"), never) as server:
        s.configure(server.url)
        process = subprocess.Popen([s.ship, "--config", s.config], stderr=subprocess.DEVNULL)
        try:
            s.wait_until("the request", 20, lambda: server.requests)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            s.expect(process.wait(20) == 0, "it did not end cleanly")
            return f"{time.monotonic() - started:.1f} s after SIGTERM"
        finally:
            process.kill()


def wakes_by_a_byte_and_ends_when_idle(s):
    with Server(*s.ca.issue("awake"), say(200, acknowledge)) as server:
        s.configure(server.url)
        (s.state / "ship/ack.json").unlink(missing_ok=True)
        process = subprocess.Popen([s.ship, "--config", s.config, "--idle-exit", "2"], stderr=subprocess.DEVNULL)
        try:
            s.wait_until("the records", 20, lambda: server.requests)
            s.wait_until("the acknowledgement on disk", 20, s.acked)
            (s.state / "ship/ack.json").unlink()
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as byte:
                byte.sendto(b"\0", str(s.work / "run/ship"))
            s.expect(process.wait(20) == 0, "it did not end when idle")
        finally:
            process.kill()


def sends_no_token_before_the_pin_and_the_name_are_right(s):
    """A man in the middle passes the real /cacerts on; the secret must not reach him."""
    token = f"bae1.{'s' * 22}.{s.ca.pin()}"
    with Server(*s.other.issue("middle"), say(200, s.ca.message(), [("Content-Type", "application/pkcs7-mime")])) as server:
        result = s.enrol(server.url, token)
        s.expect(result.returncode == 4, f"exit status {result.returncode}: {result.stderr}")
        s.expect([r[0] for r in server.requests] == ["/.well-known/est/cacerts"], f"{[r[0] for r in server.requests]}")
        s.expect("Authorization" not in server.requests[0][1], "the first request had credentials")
    with Server(*s.other.issue("impostor"), say(200, s.other.message(), [("Content-Type", "application/pkcs7-mime")])) as server:
        result = s.enrol(server.url, token)
        s.expect(result.returncode == 1 and "pin" in result.stderr, f"exit status {result.returncode}: {result.stderr}")
        s.expect(len(server.requests) == 1, "it went on without the pin")


def keeps_what_it_had_when_enrolment_fails(s):
    before = {path.name: path.read_bytes() for path in (s.state / "ship").glob("*.pem")}
    token = f"bae1.{'s' * 22}.{s.ca.pin()}"

    def answer(handler, body):
        if handler.path.endswith("cacerts"):
            say(200, s.ca.message())(handler, body)
        else:
            say(200, s.other.message())(handler, body)

    with Server(*s.ca.issue("half"), answer) as server:
        result = s.enrol(server.url, token)
        s.expect(result.returncode == 4 and "certificate" in result.stderr, f"exit status {result.returncode}: {result.stderr}")
        authorization = server.requests[1][1]["Authorization"]
        s.expect(base64.b64decode(authorization.split()[1]) == b"token:" + b"s" * 22, "the credentials are others")
    s.expect(before == {path.name: path.read_bytes() for path in (s.state / "ship").glob("*.pem")}, "a failed enrolment changed files")


cases = [ships_to_its_collector, trusts_one_authority_alone, looks_at_the_name, speaks_tls_1_3_alone, takes_an_alert_for_a_401,
         follows_no_redirect, reads_a_bounded_answer, believes_no_garbage, ends_in_the_middle_of_a_request,
         wakes_by_a_byte_and_ends_when_idle, sends_no_token_before_the_pin_and_the_name_are_right, keeps_what_it_had_when_enrolment_fails]
