# SPDX-License-Identifier: EUPL-1.2
"""What timers say: one layout of many timers with drop-ins, loaded by the suite's own manager in its test mode, which prints the unit
that each starts, whether it is persistent, its accuracy, and its values."""
import os
import re
import subprocess

MOMENT = 1769848200
CALENDARS = ["daily", "weekly", "Mon *-*-* 03:00", "*-*-01 04:30:00", "*:0/15", "quarterly", "*-*~2 12:00", "never", "25:00", "2020-01-01",
             "Sun 05:00 UTC", "*-02-30", "%i", "Mon,Fri 6..8:30", "hourly UTC", "*-*-* 00:00:00.5", "@1800000000", "%%", "%H"]
SPANS = ["1d", "15min", "2h 30min", "90", "1w", "0", "x", "-1", "infinity", "1.5h", "12h%%", "500ms"]
KEYS = ["OnBootSec", "OnActiveSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"]
UNITS = ["a.service", "b.service", "%p.service", "x@%i.service", "a.timer", "t.target", "noname", "", "b@.service"]
SPAN_UNITS = {"y": 31557600000000, "month": 2629800000000, "w": 604800000000, "d": 86400000000, "h": 3600000000, "min": 60000000,
              "s": 1000000, "ms": 1000, "us": 1}


def section(r):
    lines = ["[Timer]"]
    for _ in range(r.choice([0, 1, 1, 2, 2, 3, 4])):
        kind = r.random()
        if kind < 0.45:
            lines.append("OnCalendar=" + r.choice(CALENDARS))
        elif kind < 0.62:
            lines.append(f"{r.choice(KEYS)}={r.choice(SPANS)}")
        elif kind < 0.7:
            lines.append(r.choice(["OnCalendar=", "OnBootSec=", "OnUnitActiveSec= "]))
        elif kind < 0.8:
            lines.append("Unit=" + r.choice(UNITS))
        elif kind < 0.88:
            lines.append("Persistent=" + r.choice(["yes", "no", "true", "1", "off", "perhaps", ""]))
        elif kind < 0.94:
            lines.append("AccuracySec=" + r.choice(["1h", "1us", "5min", "x", "1d 2h"]))
        elif kind < 0.96:
            lines.append(r.choice(["[Unit]", "[Install]", "[X-Timer]", "[timer]"]))
        else:
            lines.append(r.choice(["# OnCalendar=daily", "OnCalendar =  daily  ", "onCalendar=daily", "nonsense", "RandomizedDelaySec=1h",
                                   "OnClockChange=yes", "OnCalendar=\\\n daily"]))
    return "\n".join(lines) + "\n"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def generate(r, base, count):
    etc, usr = f"{base}/etc/systemd/system", f"{base}/usr/lib/systemd/system"
    os.makedirs(etc)
    names = []
    for i in range(count):
        name = f"t{i}.timer" if r.random() < 0.75 else f"t{i}@in-st.timer"
        file = name.replace("@in-st", "@")
        names.append(name)
        write(f"{r.choice([etc, usr])}/{file}", section(r))
        for _ in range(r.choice([0, 0, 1, 1, 2])):
            write(f"{r.choice([etc, usr])}/{r.choice([name, file])}.d/{r.choice(['10', '20', '5'])}.conf",
                  section(r) + (r.choice(["[Timer\n", "[\n", "no assignment\n"]) + section(r) if r.random() < 0.2 else ""))
    for unit in ["a.service", "b.service", "x@.service", "b@.service"] + [n.replace("@in-st", "@")[:-len("timer")] + "service" for n in names]:
        write(f"{usr}/{unit}", "[Service]\nExecStart=/bin/true\n")
    write(f"{usr}/t.target", "[Unit]\nDefaultDependencies=no\n")
    write(f"{etc}/all.target", "[Unit]\nDefaultDependencies=no\n" + "".join(f"Wants={n}\n" for n in names))
    return names


def microseconds(text):
    if text in ("0", "infinity"):
        return str(0 if text == "0" else 2 ** 64 - 1)
    # 1.5s is printed so.
    return str(round(sum(float(n) * SPAN_UNITS[u] for n, u in re.findall(r"([\d.]+)([a-z]+)", text))))


def loaded(root):
    path = "/mnt/timers/etc/systemd/system:/mnt/timers/usr/lib/systemd/system"
    out = subprocess.run(["chroot", "--userspec=65534:65534", root, "/usr/lib/systemd/systemd", "--test", "--system", "--no-pager",
                          "--unit=all.target"], capture_output=True, check=False, text=True,
                         env={"SYSTEMD_UNIT_PATH": path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_LOG_LEVEL": "emerg"}).stdout
    units, unit = {}, None
    for line in out.split("\n"):
        text = line.strip().replace("\u2192", "->")
        if text.startswith("-> Unit "):
            unit = units.setdefault(text[len("-> Unit "):].rstrip(":"), {"values": []})
        key, colon, value = text.partition(": ")
        if unit is None or not colon:
            continue
        if key in ("Unit Load State", "Unit", "Persistent", "Accuracy"):
            unit.setdefault(key, value)
        elif key == "OnCalendar":
            unit["values"].append((key, value))
        elif key in KEYS:
            unit["values"].append((key, microseconds(value)))
    return units


def compare(options, work, r):
    base = f"{work}/timers"
    names = generate(r, base, options.count * 3)
    their = loaded(options.root)
    ours = subprocess.run([f"{options.build}/tests/oracle/oracle_timer", base, str(MOMENT)], input="".join(n + "\n" for n in names),
                          text=True, capture_output=True, check=True).stdout.split("\n")[:-1]
    # What they print of a calendar is one again: our own search gives its moments.
    printed = sorted({v for u in their.values() for k, v in u["values"] if k == "OnCalendar"})
    out = subprocess.run([f"{options.build}/tests/oracle/oracle_calendar", base], text=True, capture_output=True, check=True,
                         input="".join(f"3\t{MOMENT}\t{v}\n" for v in printed)).stdout.split("\n")
    moments = dict(zip(printed, (line.strip() for line in out)))
    differences, refused, values, open_ = 0, 0, 0, 0
    for name, line in zip(names, ours):
        t = their.get(name)
        words = [w.strip() for w in line.split("\t")]
        if t is None or line == "unknown":
            differences += 1
            print(f"units: {options.suite}: {name}: the manager has {t!r}, we have {line!r}")
            continue
        if "%H" in "".join(open_texts(base, name)):
            open_ += 1
            continue
        if t.get("Unit Load State") != "loaded":
            # Without any value the manager refuses it.
            refused += 1
            if len(words) > 3:
                differences += 1
                print(f"units: {options.suite}: {name}: the manager has {t!r}, we have {line!r}")
            continue
        theirs = [t["Unit"], t["Persistent"], microseconds(t["Accuracy"])]
        theirs += sorted(f"{k}={moments[v] if k == 'OnCalendar' else v}" for k, v in t["values"])
        mine = words[:3] + sorted(words[3:])
        values += len(t["values"])
        if theirs != mine:
            differences += 1
            print(f"units: {options.suite}: {name}: the manager has {theirs!r}, we have {mine!r}")
    print(f"units: {options.suite}: {len(names)} timers with {values} values compared, {refused} refused by both, {open_} with the host's "
          f"name left out, {differences} differ")
    return differences if values > options.count else 1


def open_texts(base, name):
    """The texts of a timer and its drop-ins."""
    files = [name, name.replace("@in-st", "@")]
    for directory in ("etc", "usr/lib"):
        for file in files:
            for path, _, found in os.walk(f"{base}/{directory}/systemd/system/{file}.d"):
                for f in found:
                    with open(os.path.join(path, f), encoding="utf-8") as text:
                        yield text.read()
            if os.path.isfile(f"{base}/{directory}/systemd/system/{file}"):
                with open(f"{base}/{directory}/systemd/system/{file}", encoding="utf-8") as text:
                    yield text.read()
