# SPDX-License-Identifier: EUPL-1.2
"""What services are started with: one layout of many services, loaded by the suite's own manager in its test mode, which
prints drop-ins and command lines; variables are then replaced by its own library."""
import json
import os
import subprocess

import schemas

WORDS = ["plain", "'single quoted'", '"double quoted"', "a'b'c", "\\x41\\102\\tq", "\\u00e9", "\\s", "%%", "%n", "%N", "%p", "%i",
         "%I", "%t/x", "x%", "%-", "$A", "${A}", "${B}", "pre${A}post", "$$", "$${A}", "$NONE", "${NONE}", "\"$A\"", "'${B}'",
         "$B", "$A$B", "${A", "\\;", "\";\"", "\\\\;", "-o=${OPTIONS}", "$OPTIONS", "\\q", "\"a\\\"b\"", "''", "\"\"", "$",
         "a#b", "#c", "'it'\"'\"'s'", "$C", "${C}${C}", "%P", "a=b"]
ASSIGNMENTS = ["A=one", "A='one two'", "\"A=one 'two three'\"", "B=", "B=x\\ty", "A=%n", "C=$A", "1X=bad", "OPTIONS=-D", "noequals",
               "\"OPTIONS=-o 'a b' \\\"c\\\"\"", "'A=unbalanced", "B=\\x41", "A=a\\\\b", "C=\"d e\""]
FILE_LINES = ["A=file", "A='file value' ", "A=\"file \\\"quoted\\\" \\$x \\n\"", "  B = spaced  out  ", "#A=comment", ";A=comment",
              "OPTIONS=-o a -o b", "OPTIONS=\"-o 'a b'\"", "A=trailing \\", "continued", "export A=1", "A", "=x", "A=$B", "A=a\\ b",
              "B='multi", "line'", "C=a\"b\"c", "C='x'y\"z\"", "A=#no comment", "1A=x", "B=\\", "", "C=a'b", "A=b # c", "\tA=tab\t",
              "OPTIONS='-a' \"-b\"", "A=x\\\\"]
PREFIXES = ["", "", "", "", "-", "@", "+", "!", "!!", "-@", "@-"]
# (`:` is left out: the test mode does not show it.)
EXECUTABLES = ["/bin/true", "true", "/usr/bin/%N", "/bin//echo", "\"/bin/with space\"", "$A", "/bin/./x", "/bin/../x"]
BAD_PREFIXES, BAD_WORDS, BAD_EXECUTABLES = ["|", "--", "+!"], ["'open", "%Z", "\"open"], ["bin/true", "/bin/", "", "/bin/%Z", "..", "/a\\x5cb"]
JUNK = ["", "# comment", "; comment", "[Unknown]\nExecStart=/bin/not\n[Service]", "nonsense", "=x", "Unknown=1", "[X-Mine]\nA=1\n[Service]",
        "  # indented comment", "\rType=oneshot", "[ Service ]\nExecStart=/bin/not\n[Service]"]
BAD_JUNK = ["[Service", "[Service]x", "A=\xff", "\xef\xbb\xbf[Service]"]


def command(r):
    def some(good, bad):
        return r.choice(bad) if r.random() < 0.015 else r.choice(good)

    words = [some(PREFIXES, BAD_PREFIXES) + some(EXECUTABLES, BAD_EXECUTABLES)]
    words += [some(WORDS, BAD_WORDS) for _ in range(r.randint(0, 5))]
    text = words[0]
    for word in words[1:]:
        text += r.choice([" ", " ", " ", "  ", "\t", " \\\n", " \\\n# in between\n   ", "\\\n"]) + word
    if r.random() < 0.12:
        text += r.choice([" ; ", " ;", "; ", " ; ; "]) + r.choice(["/bin/second", "/bin/second $A", ""])
    return text


def section(r, i, fragment):
    lines = ["[Service]"]
    if fragment and r.random() < 0.97:
        lines.append(r.choice(["Type=oneshot", "Type=oneshot", "Type = oneshot ", "Type=notify\nType=oneshot"]))
    for _ in range(r.randint(0 if not fragment else 1, 4)):
        kind = r.random()
        if kind < 0.4:
            lines.append(r.choice(["ExecStart=", "ExecStart=", "ExecStart = ", " ExecStart="]) + command(r))
        elif kind < 0.5:
            lines.append("ExecStart=")
        elif kind < 0.72:
            lines.append("Environment=" + " ".join(r.choice(ASSIGNMENTS) for _ in range(r.randint(0, 3))))
        elif kind < 0.88:
            lines.append("EnvironmentFile=" + r.choice(["-", "-", "-", "-", "-", ""]) +
                         f"/mnt/commands/env/{r.choice([i, i, i, 'gone', 'g*', f'{i}*'])}")
        elif kind < 0.9:
            lines.append("EnvironmentFile=")
        else:
            lines.append(r.choice(BAD_JUNK) if r.random() < 0.06 else r.choice(JUNK))
    return "\n".join(lines) + r.choice(["\n", "\n", "", "\\\n"])


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.lexists(path):
        with open(path, "w", encoding="latin-1", newline="") as f:
            f.write(text)


def generate(r, base, count):
    """Returns the units: one a number."""
    etc, usr = f"{base}/etc/systemd/system", f"{base}/usr/lib/systemd/system"
    units = []
    os.makedirs(f"{base}/mnt")
    os.symlink("/", f"{base}/mnt/commands")
    for i in range(count):
        kind = r.random()
        name = f"u{i}.service" if kind < 0.6 else f"u-{i}-x.service" if kind < 0.8 else f"t{i}@a-b\\x2dc.service"
        file = f"t{i}@.service" if "@" in name else name
        units.append(name)
        if r.random() < 0.8:
            write(f"{usr}/{file}", section(r, i, True))
        else:
            write(f"{etc}/{file}", section(r, i, True))
        directories = [name, name, file, file, "u-.service", f"u-{i}-.service"]
        if r.random() < 0.2 and "@" not in name:
            alias = f"alias{i}.service"
            os.makedirs(etc, exist_ok=True)
            os.symlink(f"../../../usr/lib/systemd/system/{file}" if os.path.exists(f"{usr}/{file}") else file, f"{etc}/{alias}")
            directories += [alias, alias]
        for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
            at = r.choice(directories)
            if at.startswith("u-.") and r.random() < 0.9:
                continue
            conf = f"{r.choice([etc, usr])}/{at}.d/{r.choice(['10', '20', '30', '9', '.40'])}{r.choice(['.conf', '.conf', '.conf', '.conf', '.txt'])}"
            if r.random() < 0.07:
                os.makedirs(os.path.dirname(conf), exist_ok=True)
                if not os.path.lexists(conf):
                    os.symlink(r.choice(["/dev/null", "gone.conf"]), conf)
            else:
                write(conf, section(r, i, False))
        if r.random() < 0.8:
            write(f"{base}/env/{i}", "\n".join(r.choice(FILE_LINES) for _ in range(r.randint(0, 5))) + r.choice(["\n", ""]))
        if r.random() < 0.2:
            write(f"{base}/env/{i}b", "A=second\n")
    write(f"{etc}/service.d/15.conf", "[Service]\nEnvironment=TYPE=level\n")
    write(f"{usr}/service.d/20.conf", "[Service]\nEnvironment=C=type\n")
    write(f"{etc}/all.target", "[Unit]\nDefaultDependencies=no\n" + "".join(f"Wants={u}\n" for u in units))
    return units


def loaded_by_theirs(root, version):
    """What the manager's test mode prints of each unit."""
    path = "/mnt/commands/etc/systemd/system:/mnt/commands/usr/lib/systemd/system"
    out = subprocess.run(["chroot", "--userspec=65534:65534", root, "/usr/lib/systemd/systemd", "--test", "--system", "--no-pager",
                          "--unit=all.target"], capture_output=True, check=False,
                         env={"SYSTEMD_UNIT_PATH": path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_LOG_LEVEL": "emerg"})
    units, unit, in_start = {}, None, False  # 257 draws arrows
    for line in out.stdout.decode("utf-8", "surrogateescape").split("\n"):
        text = line.strip().replace("\u2192", "->")
        if text.startswith("-> Unit "):
            unit = {"state": None, "drop_ins": [], "commands": [], "environment": [], "files": []}
            units[text[len("-> Unit "):].rstrip(":")] = unit
            in_start = False
        if unit is None:
            continue
        key, _, value = line.lstrip("\t ").partition(": ")
        if key == "Unit Load State":
            unit["state"] = value
        elif key == "DropIn Path":
            unit["drop_ins"].append(value)
        elif key == "Environment":
            unit["environment"].append(value)
        elif key == "EnvironmentFile":
            unit["files"].append(value)
        elif text.startswith("-> Exec"):
            in_start = text.startswith("-> ExecStart:")
        elif key == "Command Line" and in_start:
            unit["commands"].append(value)
    return units


def unquoted(line):
    """The words of a command line as the manager shows them: in double quotes where needed, with backslashes before what a
    shell would take."""
    words, word, quoted, at = [], None, False, 0
    while at < len(line):
        c = line[at]
        if quoted and c == "\\":
            at += 1
            word += {"t": "\t", "n": "\n"}.get(line[at], line[at])
        elif c == '"':
            word, quoted = word or "", not quoted
        elif c == " " and not quoted:
            words, word = words + [word], None
        else:
            word = (word or "") + c
        at += 1
    return words + [word]


def files_of(base, patterns):
    """Existing files, in order; None where one that must be there is not."""
    found = []
    for pattern in patterns:
        optional, path = pattern.startswith("-"), pattern.lstrip("-")
        out = subprocess.run(["sh", "-c", f"ls -d {path.replace('/mnt/commands', base)}"], capture_output=True, text=True, check=False) \
            if "*" in path else None
        names = out.stdout.split() if out else [p for p in [path.replace("/mnt/commands", base)] if os.path.exists(p)]
        if not names and not optional:
            return None
        found += [n.replace(base, "/mnt/commands") for n in sorted(names)]
    return found


def expanded_by_theirs(root, base, version, questions):
    """questions: (environment, files, words); answers in their order."""
    os.makedirs(f"{base}/q")
    for k, (environment, files, words) in enumerate(questions):
        for what, strings in (("environment", environment), ("files", files), ("words", words)):
            with open(f"{base}/q/{k}.{what}", "wb") as f:
                f.write(b"".join(s.encode("utf-8", "surrogateescape") + b"\0" for s in strings))
    library = "/usr/lib/x86_64-linux-gnu/systemd:/usr/lib/aarch64-linux-gnu/systemd:/usr/lib/systemd"
    subprocess.run(["chroot", root, "/mnt/expand", str(version), "/mnt/commands/q", str(len(questions))], check=True,
                   env={"LD_LIBRARY_PATH": library, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_LOG_LEVEL": "emerg"})
    answers = []
    for k in range(len(questions)):
        with open(f"{base}/q/{k}.out", "rb") as f:
            answers.append(f.read().decode("utf-8", "surrogateescape").split("\0")[:-1])
    return answers


def plain(node):
    """A node's value; text as the agent writes it, back into bytes' characters."""
    if node.get("state"):
        return None
    if node["type"] == "map":
        return {k: plain(v) for k, v in node["value"].items()}
    if node["type"] == "list":
        return [plain(n) for n in node["value"]]
    if node["type"] != "bytes":
        return node["value"]
    return node["value"].encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape") \
        if "\\" in node["value"] else node["value"]


def compare(options, work, version, r):
    base, count = f"{work}/commands", options.count
    units = generate(r, base, count)
    their = loaded_by_theirs(options.root, version)
    asked = "".join(f"{base}\tsystemd.unit\tunit={u}\n" for u in units)
    ours = subprocess.run([f"{options.build}/tests/oracle/oracle_ask"], input=asked, text=True, capture_output=True, check=True)
    ours = [json.loads(line) for line in ours.stdout.split("\n")[:-1]]
    questions, where, compared, differences, refused, drop_ins = [], [], 0, 0, 0, 0

    def differ(unit, theirs, our):
        nonlocal differences
        differences += 1
        if differences > 20:
            return
        if isinstance(our, dict):
            our = our.get("why") or plain(our)
        print(f"units: {options.suite}: {unit}: the manager has {theirs!r}, we have {our!r}")

    schema = schemas.Schema("systemd", "unit")
    for k, (unit, node) in enumerate(zip(units, ours)):
        t = their.get(unit)
        if k % 4 == 0 and schema.fault(node):
            differ(unit, "a schema", schema.fault(node))
        if t is None:
            differ(unit, "no unit", node)
            continue
        exec_start, files = node["value"]["exec_start"], files_of(base, t["files"])
        compared += 1
        if t["state"] != "loaded" or files is None:
            refused += 1
            # (Of a service without any command we say just that.)
            if exec_start.get("state") != "undecidable" and exec_start["value"]:
                differ(unit, t["state"] if files is not None else "no environment file", exec_start)
            continue
        paths = plain(node["value"]["drop_ins"])
        drop_ins += len(paths)
        if paths != [p.replace("/mnt/commands", "") for p in t["drop_ins"]]:
            differ(unit, t["drop_ins"], paths)
        if exec_start.get("state") or len(exec_start["value"]) != len(t["commands"]):
            differ(unit, t["commands"], exec_start)
            continue
        for command_node, line in zip(exec_start["value"], t["commands"]):
            # (A last word of its own: of no word at all 257's function returns what is not initialised.)
            questions.append((t["environment"], files, unquoted(line) + ["end"]))
            where.append((unit, command_node["value"]["argv"], line))
    for (unit, argv, line), words in zip(where, expanded_by_theirs(options.root, base, version, questions)):
        if plain(argv) != words[:-1] or words[-1] != "end":
            differ(f"{unit} ({line})", words, plain(argv) if not argv.get("state") else argv["why"])
    print(f"units: {options.suite}: {compared} services, {drop_ins} drop-ins, {len(questions)} command lines compared, "
          f"{refused} refused by both, {differences} differ")
    if len(questions) < count // 3:
        print(f"units: {options.suite}: too few command lines to say anything")
        return 1
    return differences
