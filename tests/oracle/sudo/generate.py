# SPDX-License-Identifier: EUPL-1.2
"""Generated files of sudoers: well-formed ones, and others with something broken in them."""

USERS = ["alice", "bob", "carol", "Dave", "root", "svc"]
GROUPS = ["%ops", "%sudo", "%#1005", "%nosuch", "%OPS", "%alice"]
COMMANDS = ["/usr/bin/true", "/usr/bin/id", "/usr/bin/echo", "/usr/bin/", "/usr/bin/i?", "/usr/bin/ec*", "/bin/true", "/usr/sbin/",
            "/usr/bin/echo one", "/usr/bin/echo one two", "/usr/bin/echo o*", '/usr/bin/true ""', "/usr/bin/[it]d", "/usr/bin/true a\\,b", "sudoedit /etc/x",
            "list", "/usr/bin/echo ^(one|two)$", "^/usr/bin/(id|true)$", "/nowhere/x", "sudoedit"]
DIGEST = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
TAGS = ["NOPASSWD:", "PASSWD:", "NOEXEC:", "EXEC:", "LOG_OUTPUT:", "NOLOG_INPUT :", "FOLLOW:", "NOMAIL:", "INTERCEPT:"]
DEFAULTS = ["use_pty", "!use_pty", "!authenticate", "authenticate", "timestamp_timeout=5", "timestamp_timeout = -1", "logfile=/var/log/sudo.log", "!syslog",
            "env_keep += \"A B\"", "env_keep -= A", "passprompt=\"a b, c\"", "exempt_group=ops", "!log_allowed", "timestamp_timeout=0.5", "runas_default=root",
            "syslog=local1", "editor=/usr/bin/vi", "badpass_message=\"it is \\\"no\\\"\"", "umask=0022", "secure_path=/bin:/usr/bin", "lecture=never"]
ODD_DEFAULTS = ["nosuch", "use_pty=1", "timestamp_timeout=x", "logfile=relative", "authenticate += x", "!runas_default", "timestamp_timeout", "umask=9"]


def some(r, items, least=1, most=3):
    return [r.choice(items) for _ in range(r.randint(least, most))]


class File:
    def __init__(self, r, host, aliases=True):
        self.r, self.host, self.netgroups = r, host, r.random() < 0.15
        self.names = {k: [k + n for n in ("ONE", "TWO", "THREE")][:r.randint(0, 3)] if aliases else [] for k in "UHRC"}

    def maybe_not(self, text, chance=0.15):
        return ("!" * self.r.choice([1, 1, 1, 2, 3]) if self.r.random() < chance else "") + text

    def users(self, kind="U", most=3):
        pool = USERS * 2 + GROUPS + ["ALL", "#1001", '"carol"', "UNDEFINED"] + self.names[kind] * 4 + ["+ng"] * self.netgroups
        return ", ".join(self.maybe_not(u) for u in some(self.r, pool, 1, most))

    def hosts(self):
        pool = ["ALL"] * 5 + [self.host] * 3 + ["other", "o*", "HNONE", "local*", "*.example.org", self.host + ".example.org"] + self.names["H"] * 3
        return ", ".join(self.maybe_not(h, 0.08) for h in some(self.r, pool, 1, 2))

    def command(self):
        c = self.r.choice(COMMANDS * 2 + ["ALL"] * 6 + self.names["C"] * 6)
        if self.r.random() < 0.03 and c.startswith("/"):
            return DIGEST + " " + c
        return self.maybe_not(c)

    def run_as(self):
        roll = self.r.random()
        if roll < 0.4:
            return ""
        if roll < 0.48:
            return self.r.choice(["()", "(:)", "(: adm)", "( : ALL)"])
        groups = self.r.choice(["", "", " : ALL", ":adm, ops", ": !adm"])
        return "(" + self.users("R", 2) + groups + ")"

    def commands(self):
        out = []
        for i in range(self.r.randint(1, 4)):
            options = ""
            if i == 0 and self.r.random() < 0.12:
                options = self.r.choice(["CWD=/tmp ", "CWD=~ ", "TIMEOUT=1h ", "NOTBEFORE=20200101000000Z ", "NOTAFTER=2099010100Z ", "ROLE=r TYPE=t "])
            tags = " ".join(some(self.r, TAGS, 0, 2)) if self.r.random() < 0.4 else ""
            out.append(self.run_as() + " " + options + tags + " " + self.command())
        return ", ".join(out)

    def rule(self):
        parts = [f"{self.hosts()} = {self.commands()}" for _ in range(self.r.choice([1, 1, 1, 2]))]
        return f"{self.users()}{self.r.choice([' ', chr(9), '  '])}{' : '.join(parts)}"

    def alias(self, kind, name):
        body = {"U": self.users, "R": lambda: self.users("R"), "H": self.hosts, "C": lambda: ", ".join(self.command() for _ in range(self.r.randint(1, 3)))}[kind]()
        word = {"U": "User_Alias", "R": "Runas_Alias", "H": "Host_Alias", "C": self.r.choice(["Cmnd_Alias", "Cmd_Alias"])}[kind]
        return f"{word} {name} = {body}"

    def default(self, pool=DEFAULTS):
        scope = self.r.random()
        text = ", ".join(some(self.r, pool, 1, 2))
        if scope < 0.5:
            return f"Defaults {text}"
        if scope < 0.65:
            return f"Defaults:{self.users('U', 2).replace(', ', ',')} {text}"
        if scope < 0.75:
            return f"Defaults>{self.users('R', 1)} {text}"
        if scope < 0.87:
            return f"Defaults@{self.r.choice(['ALL', self.host, 'other'])} {text}"
        return f"Defaults!{self.r.choice(['/usr/bin/true', '/usr/bin/id', 'ALL', '/usr/bin/'] + self.names['C'])} {text}"

    def lines(self):
        out = [self.alias(k, n) for k in "UHRC" for n in self.names[k]]
        out += [self.default() for _ in range(self.r.choice([0, 1, 1, 2, 3]))]
        out += [self.rule() for _ in range(self.r.randint(1, 6))]
        self.r.shuffle(out)
        return [self.dress(line) for line in out]

    def dress(self, line):
        roll = self.r.random()
        if roll < 0.08:
            return line + " # comment"
        if roll < 0.16 and ", " in line:
            at = line.index(", ") + 2
            return line[:at] + "\\\n    " + line[at:]
        return self.r.choice(["", "# comment\n", "\n"]) + line if roll < 0.3 else line


BREAKS = [",", ":", "=", "(", ")", "!", '"', "\\", "\\\n", "\n", " ", "%", "+", "#", "ALL", "^", "$", "NOPASSWD:", "CWD=", "ROLE", "@include", "sha256:", "\t", "\r",
          "TIMEOUT=x", "NOTBEFORE=1", "x y", "/", "\0", "Defaults", "User_Alias"]


def broken(r, text):
    for _ in range(r.choice([1, 1, 2, 3])):
        at = r.randint(0, len(text))
        roll = r.random()
        if roll < 0.55:
            text = text[:at] + r.choice(BREAKS) + text[at:]
        elif roll < 0.8:
            text = text[:at] + text[at + r.randint(1, 3):]
        else:
            other = r.randint(0, len(text))
            text = text[:min(at, other)] + text[max(at, other):] if abs(at - other) < 20 else text
    return text
