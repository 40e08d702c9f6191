# SPDX-License-Identifier: EUPL-1.2
"""Generated configuration of journald: where files lie, and what stands in them."""
import os

PLACES = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"]
STORAGES = ["auto", "persistent", "volatile", "none"]
ODD_STORAGES = ["Auto", "", "\"none\"", "none # kept", "yes", "none none", "volatile\\", "pers\\\nistent", "no\\\n# a comment\nne"]
DROP_INS = ["10-a.conf", "50-b.conf", "a.conf", "Z.conf", "z.conf", ".hidden.conf", "no", "x.conf~", "local.conf.dpkg-old", "é.conf"]
HEADERS = ["[Journal]"] * 12 + ["[journal]", "[Journal ]", " [Journal] ", "[X-Journal]", "[]", "[Manager]", "# [Journal]", ""]
BROKEN = ["[Journal", "nonsense", "=", "= none", "Storage", "Storage none", "Storage:none", "\xff\xfe", "[Journal]x", "\\", "x" * 3000,
          "Storage=none\x00Storage=auto", "Storage=no\rne", "[Jour\x01nal]", ";Storage=none", "[\"Journal\"]", "[Jour\\nal]", "[It's]", "[Jour\x7fnal]", "[É]", "\ufeff[Journal]", "\ufeff# Storage=none", "#Storage=none\\", "  Storage = none  ",
          "\ufeffStorage=none"]
BOOLEANS = ["yes", "no", "1", "0", "true", "FALSE", "On", "off", "t", "F", "Y", "n", "", "2", "maybe", "yes yes", "\"yes\""]
NUMBERS = ["100", "0", "1", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616", "-1", "+5", "010", "0x1F",
           "0b11", "0o17", "0b", "0o8", "1k", "", "a", " 7", "1 2", "1.5", "08", "0B1", "0O7", "0b-1", "0o+7", "0x"]
LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "0", "7", "8", "-1", "error", "Info", "", "+3", "07"]
KEYS = {"Storage": STORAGES + ODD_STORAGES[:6], "Seal": BOOLEANS, "ReadKMsg": BOOLEANS, "Audit": BOOLEANS,
        "ForwardToSyslog": BOOLEANS, "ForwardToWall": BOOLEANS, "RateLimitBurst": NUMBERS, "SystemMaxFiles": NUMBERS,
        "RuntimeMaxFiles": NUMBERS, "MaxLevelStore": LEVELS, "MaxLevelSyslog": LEVELS}
SPANS = ["MaxRetentionSec", "MaxFileSec", "SyncIntervalSec", "RateLimitIntervalSec", "RateLimitInterval"]
SIZES = ["SystemMaxUse", "SystemKeepFree", "RuntimeMaxUse", "SystemMaxFileSize"]
COMPARED = set(KEYS) | set(SPANS) | set(SIZES)
SPAN_UNITS = ["s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "M", "month", "months", "h", "hr", "hour", "hours",
              "d", "day", "days", "w", "week", "weeks", "y", "year", "years", "ms", "msec", "us", "usec", "\u00b5s", "\u03bcs", "",
              "", "S", "secs", "H", "ns", "fortnights", "infinity"]
SIZE_UNITS = ["", "B", "K", "M", "G", "T", "P", "E", "k", "KB", "KiB", "Z"]


def number(r):
    return r.choice([str(r.randint(0, 400)), str(r.randint(0, 400)), f"{r.randint(0, 90)}.{r.randint(0, 999)}", f".{r.randint(0, 99)}",
                     f"{r.randint(0, 9)}.", "+3", "-3", "0x4", "007", str(r.randint(0, 2 ** 66)), "18446744073709", "1e3", ""])


def span(r):
    if r.random() < 0.05:
        return r.choice(["infinity", " infinity ", "Infinity", "infinity 3s", "3s infinity", "", "  "])
    parts = [number(r) + r.choice(["", "", " "]) + r.choice(SPAN_UNITS) for _ in range(r.choice([1, 1, 1, 2, 3]))]
    return r.choice(["", " "]).join(parts)


def size(r):
    if r.random() < 0.5:
        return f"{r.randint(2, 900)}{r.choice(['M', 'G', ' M'])}"
    parts = [number(r) + r.choice(["", "", " "]) + r.choice(SIZE_UNITS) for _ in range(r.choice([1, 1, 1, 2]))]
    return r.choice(["", " "]).join(parts)


def any_assignment(r):
    kind = r.random()
    if kind < 0.3:
        return f"{r.choice(SPANS)}={span(r)}"
    if kind < 0.55:
        return f"{r.choice(SIZES)}={size(r)}"
    key = r.choice(sorted(KEYS))
    return f"{key}={r.choice(KEYS[key])}"


def text(r):
    lines = [r.choice(HEADERS)]
    for _ in range(r.randint(0, 4)):
        kind = r.random()
        if kind < 0.55:
            lines.append(f"Storage={r.choice(STORAGES * 4 + ODD_STORAGES)}")
        elif kind < 0.68:
            lines.append(f"SystemMaxUse={size(r)}")
        elif kind < 0.76:
            lines.append(f"Audit={r.choice(BOOLEANS)}")
        elif kind < 0.82:
            lines.append(r.choice(BROKEN))
        elif kind < 0.92:
            lines.append(r.choice(HEADERS))
        else:
            lines.append(r.choice(["# Storage=none", "", "  ", "Unknown=1", "storage=none", "X-Odd=1", "Storage = volatile"]))
    return "\n".join(lines) + r.choice(["\n", "\n", ""])


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="latin-1" if "\xff" in content else "utf-8") as f:
        f.write(content)


def link(path, target):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def fill(base, r):
    os.makedirs(base + "/etc/systemd")
    for place in PLACES:
        if r.random() < (0.6 if place == "/etc/systemd" else 0.3):
            path = f"{base}{place}/journald.conf"
            kind = r.random()
            if kind < 0.04:
                link(path, "/dev/null")
            elif kind < 0.08:
                link(path, r.choice(["gone.conf", "/etc/systemd/journald.conf.d/10-a.conf", "journald.conf.d/50-b.conf"]))
            else:
                write(path, text(r) if kind < 0.96 else "")
    for _ in range(r.choice([0, 1, 2, 3, 4, 6])):
        path = f"{base}{r.choice(PLACES)}/journald.conf.d/{r.choice(DROP_INS)}"
        kind = r.random()
        if os.path.lexists(path):
            continue
        if kind < 0.1:
            link(path, "/dev/null")
        elif kind < 0.15:
            link(path, r.choice(["gone.conf", "/usr/lib/systemd/journald.conf.d/50-b.conf", "../journald.conf"]))
        elif kind < 0.18:
            os.makedirs(path)
        else:
            write(path, text(r) if kind < 0.95 else "")
