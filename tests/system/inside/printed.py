# SPDX-License-Identifier: EUPL-1.2
"""What an administrator does who follows a report: runs a fix as it is printed, and sees that he still gets in. Used here and in
tests/golden, on any system: nothing of this runs a program."""
import re

LABEL = 14  # columns of a label in the text of explain

ADMINISTRATOR, PASSWORD = "beheer", "Kersen-op-sap-1890"

# The administrator logs in with a key of his own and becomes root with his password. The key is made at the first time.
LOGIN = """
[ -f /home/{user}/.ssh/id ] || {{
    install -d -m 0700 -o {user} -g {user} /home/{user}/.ssh
    ssh-keygen -q -t ed25519 -N '' -f /home/{user}/.ssh/id
    install -m 0600 -o {user} -g {user} /home/{user}/.ssh/id.pub /home/{user}/.ssh/authorized_keys
}}
for i in 1 2 3 4 5 6 7 8 9 10; do
    answer=$(ssh -n -F none -i /home/{user}/.ssh/id -p {port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
        -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=60 -o LogLevel=ERROR {user}@127.0.0.1 \\
        'echo {password} | sudo -S -p "" id -u; exit 0') && break
    sleep 1
done
[ "$answer" = 0 ] || {{ echo "answered: $answer"; exit 1; }}
"""


def login(port):
    return LOGIN.format(user=ADMINISTRATOR, password=PASSWORD, port=port)


def section(explained, label):
    """The lines that `bioagent explain CHECK --lang en` prints under a label ("fix", "reload", "undo")."""
    found, inside = [], False
    for line in explained.splitlines():
        if line[:1] != " ":
            inside = line[:LABEL].strip() == label
        if inside:
            found.append(line[LABEL:])
    return found


def filled(lines, fill=None, leave=()):
    """A shell's text of these lines, without those that match a pattern of `leave`, with a value for each placeholder."""
    text = "\n".join(line for line in lines if not any(re.match(pattern, line) for pattern in leave))
    for placeholder, value in (fill or {}).items():
        text = re.sub(rf"\b{placeholder}\b", value, text)
    return text
