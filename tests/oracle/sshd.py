# SPDX-License-Identifier: EUPL-1.2
"""The fact sshd held against sshd, on generated configurations (sshd_configs.py).

For each of them sshd itself says whether it starts (`sshd -t`) and what is in force (`sshd -T`, `sshd -T -C …`), and
sshd_answers.c says what our fact makes of the same files. Held against each other are: the start; every keyword that `sshd -T`
prints; for connections of which only the user is known, or nothing at all, that what sshd answers is among the scopes that we found (none is
missing), and that sshd gives exactly each of them for the connection named as its example (none is made up)."""
import os
import shlex
import shutil
import subprocess
import sys

import sshd_configs

WORK = "oracle"  # below the root
STOCK = ["etc/ssh", "etc/passwd", "etc/group"]  # of the root, put aside meanwhile
PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
alice:x:1000:1000::/home/alice:/bin/bash
bob:x:1001:50::/home/bob:/bin/sh
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = """root:x:0:
daemon:x:1:
staff:x:50:alice
wheel:x:60:root,bob
ops:x:61:alice,bob
alice:x:1000:
nogroup:x:65534:
"""


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


class Ours:
    """The program that answers for our fact."""

    def __init__(self, build):
        self.process = subprocess.Popen([os.path.join(build, "tests/oracle/oracle_sshd")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, question):
        self.process.stdin.write(question.encode() + b"\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit(f"our program ended at: {question}")
            line = line[:-1].decode("latin-1")
            if line == ".":
                return lines
            lines.append(line)


def values(lines):
    """Keyword → list of values, in order."""
    found = {}
    for line in lines:
        keyword, _, value = line.partition(" ")
        value = value.rstrip(" ")
        # Words that mean the same in any case, and are shown as written.
        found.setdefault(keyword, []).append(value.lower() if value.lower() in ("none", "internal") else value)
    return found


def differences(ours, theirs):
    """Keywords in which they differ, and how many of ours could not be told."""
    a, b = values(ours), values(theirs)
    unknown = {k for k, v in a.items() if v == ["?undecidable"]}
    return [f"{k}: ours {a.get(k)}, sshd's {b.get(k)}" for k in sorted(set(a) | set(b))
            if k not in unknown and a.get(k) != b.get(k)], len(unknown)


class Oracle:
    def __init__(self, suite, root, ours, seed, keep):
        self.suite, self.root, self.ours, self.seed, self.keep = suite, root, ours, seed, keep
        self.questions = self.undecidable = self.unknown = self.started = self.refused = self.scopes = 0
        self.disagreements = []

    def prepare(self):
        self.work = self.root.file(WORK)
        shutil.rmtree(self.work, ignore_errors=True)
        for name in STOCK:
            if not os.path.exists(self.root.file(name + ".stock")):
                os.rename(self.root.file(name), self.root.file(name + ".stock"))
        stock = self.root.file("etc/ssh.stock")
        os.makedirs(self.root.file("run/sshd"), exist_ok=True)
        self.keys = [os.path.join(stock, n) for n in os.listdir(stock) if n.startswith("ssh_host_") or n == "moduli"]
        for name, text in (("etc/passwd", PASSWD), ("etc/group", GROUP)):
            write(self.root.file(name), text)

    def lay_down(self, number, c):
        """A root of its own for our program; /etc/ssh of the real one points into it in turn."""
        place = os.path.join(self.work, str(number))
        for name, text in (("etc/passwd", PASSWD), ("etc/group", GROUP), ("usr/sbin/sshd", "")):
            write(os.path.join(place, name), text)
        os.makedirs(os.path.join(place, "var/lib/dpkg"))
        os.link(self.root.file("var/lib/dpkg/status"), os.path.join(place, "var/lib/dpkg/status"))
        for directory in ("etc/ssh/sshd_config.d", "etc/ssh/inc", "etc/ssh/deep"):
            os.makedirs(os.path.join(place, directory))
        for key in self.keys:
            os.link(key, os.path.join(place, "etc/ssh", os.path.basename(key)))
        for name, data in c.files.items():
            write(os.path.join(place, "etc/ssh", name), data)
        for name, target in c.links.items():
            os.symlink(target, os.path.join(place, "etc/ssh", name))
        return place

    def ask_sshd(self, asked):
        """One shell for them all: {number: Answers}. What is asked is specifications for -C, or "" for `sshd -T` alone."""
        script = ["""ask() { # STEM OPTION [-C SPECIFICATION]
	stem=$1; shift
	/usr/sbin/sshd "$@" >"$stem.out" 2>"$stem.err" </dev/null
	status=$?; echo $status >"$stem.rc"; return $status
}"""]
        for number, specs in asked.items():
            here = f"/{WORK}/{number}"
            script.append(f"ln -sfn {here}/etc/ssh /etc/ssh")
            # What `sshd -T` takes, `sshd -t` takes too; otherwise it has the word.
            first = f"ask {here}/0 -T || " if specs[0] == "" else ""
            script.append(f"if {first}ask {here}/t -t; then")
            for i, spec in enumerate(specs):
                if spec:
                    script.append(f"\task {here}/{i} -T -C {shlex.quote(spec)}")
            script.append("\t:\nfi")
        write(os.path.join(self.work, "script"), "\n".join(script) + "\n")
        subprocess.run(["chroot", self.root.path, "/bin/sh", f"/{WORK}/script"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return {number: self.read_answers(number, specs) for number, specs in asked.items()}

    def read_answers(self, number, specs):
        """Specification → (status, lines, errors); "-t" → the same of the start."""
        answers = {}
        for stem, name in [("t", "-t")] + [(str(i), spec) for i, spec in enumerate(specs)]:
            stem = os.path.join(self.work, str(number), stem)
            if not os.path.exists(stem + ".rc"):
                continue
            read = lambda end: open(stem + end, "rb").read().decode("latin-1")  # noqa: E731
            # Lines end at newlines alone: values may hold other bytes that end them elsewhere.
            answers[name] = (int(read(".rc")), read(".out").split("\n")[:-1], read(".err").strip()[-300:])
        answers.setdefault("-t", (0, [], ""))
        return answers

    def disagree(self, number, c, what, detail):
        lines = [f"\nDISAGREEMENT {self.suite} --seed {self.seed} --number {number}: {what}"]
        lines += ["    " + line for line in detail]
        if number not in self.disagreements:
            for name, data in c.files.items():
                lines.append(f"  -- {name}")
                lines += [f"  {i:3} {line!r}"[:200] for i, line in enumerate(data.split(b"\n"), 1)]
        self.disagreements.append(number)
        print("\n".join(lines), flush=True)

    def compare_dump(self, number, c, what, ours, answer):
        self.questions += 1
        status, theirs, error = answer
        if ours and ours[0].startswith("unknown:"):
            self.unknown += 1
            return
        fails = bool(ours) and ours[0].startswith("fails:")
        if fails or status != 0:
            if fails != (status != 0):
                self.disagree(number, c, what, [f"ours: {ours[:1]}", f"sshd's: status {status}, {error}"])
            return
        found, unknown = differences(ours, theirs)
        self.undecidable += unknown
        if found:
            self.disagree(number, c, what, found)

    def compare_scopes(self, number, c, user, scopes, answers):
        """Each of sshd's answers about the user is one of ours; each of ours that names an example is sshd's."""
        for spec in c.questions:
            parts = dict(p.split("=", 1) for p in spec.split(",") if "=" in p)
            if (user and parts.get("user") != user) or len(parts) < 6:
                continue
            status, theirs, error = answers[spec]
            if status != 0:
                if not any(s["lines"][:1] and s["lines"][0].startswith("fails:") for s in scopes):
                    self.disagree(number, c, f"no scope for {spec}", [f"sshd ends: {error}"])
                continue
            if "usedns no" in theirs and parts["host"] != parts["addr"]:
                continue  # such a connection does not exist
            self.questions += 1
            if not any(not differences(s["lines"], theirs)[0] for s in scopes if not s["lines"][0].startswith("fails:")):
                self.disagree(number, c, f"no scope of {[s['name'] for s in scopes]} is that of {spec}",
                              differences(scopes[0]["lines"], theirs)[0])
        for s in scopes:
            self.scopes += 1
            if s["example"]:
                self.compare_dump(number, c, f"scope {s['name']} by {s['example']}", s["lines"],
                                  answers[s['example']])

    def run(self, numbers):
        self.prepare()
        made, said, asked = {}, {}, {}
        for number in numbers:
            c = made[number] = sshd_configs.Generator(self.seed, self.suite, number).make()
            place = self.lay_down(number, c)
            self.ours.ask(f"root {place}")
            mine = said[number] = {"starts": self.ours.ask("starts")[0], "scopes": {}}
            specs = asked[number] = [] if b"localport" in c.text() else [""]
            specs += [spec for spec in c.questions if spec not in specs]
            for spec in specs:
                mine[spec] = self.ours.ask(f"dump {spec}")
            for user in c.users + [""] if mine["starts"] == "yes" else ():  # "": anybody
                mine["scopes"][user] = self.read_scopes(self.ours.ask(f"scopes {user}"))
                specs += [s["example"] for s in mine["scopes"][user] or () if s["example"] and s["example"] not in specs]
        answers = self.ask_sshd(asked)
        for number in numbers:
            self.compare(number, made[number], said[number], answers[number])
        for name in STOCK:
            os.unlink(self.root.file(name))
            os.rename(self.root.file(name + ".stock"), self.root.file(name))
        if not self.keep:
            shutil.rmtree(self.work)

    def read_scopes(self, lines):
        if lines and lines[0].startswith("unknown:"):
            return None
        scopes = []
        for line in lines:
            if line.startswith("scope "):
                scopes.append({"name": line[6:], "example": None, "lines": []})
            elif line.startswith("example ") and not scopes[-1]["lines"]:
                scopes[-1]["example"] = line[8:]
            else:
                scopes[-1]["lines"].append(line)
        return scopes

    def compare(self, number, c, mine, answers):
        self.questions += 1
        status, _, error = answers["-t"]
        starts = mine["starts"]
        if starts.startswith("unknown"):
            self.unknown += 1
            return
        if (starts == "yes") != (status == 0):
            self.disagree(number, c, "does it start?", [f"ours: {starts}", f"sshd's: status {status}, {error}"])
            return
        self.started += status == 0
        self.refused += status != 0
        if status != 0:
            return
        for spec, ours in mine.items():
            if spec in answers and spec not in ("starts", "scopes"):
                self.compare_dump(number, c, f"sshd -T -C {spec}" if spec else "sshd -T", ours, answers[spec])
        for user, scopes in mine["scopes"].items():
            if scopes is None:
                self.unknown += 1
            else:
                self.compare_scopes(number, c, user, scopes, answers)
