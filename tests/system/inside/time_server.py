# SPDX-License-Identifier: EUPL-1.2
"""A server of time on loopback that says what this host's own clock says: enough for a daemon to be in step. RFC 5905, 7.3."""
import contextlib
import socket
import struct
import threading
import time

SINCE_1900 = 2208988800
FORM = struct.Struct("!BBbb11I")
VERSION, SERVER, STRATUM, POLL, PRECISION = 0x38, 4, 2, 4, -20


def stamp(moment):
    return int(moment) + SINCE_1900, int(moment % 1 * 2**32)


def answer(question, arrived):
    """In the client's version, with its own moment of sending given back."""
    now = time.time()
    return FORM.pack(question[0] & VERSION | SERVER, STRATUM, POLL, PRECISION, 1 << 8, 1 << 8, 0x7F000001, *stamp(now - 8),
                     *FORM.unpack(question[:48])[13:15], *stamp(arrived), *stamp(now))


def serve(sock):
    while True:
        try:
            question, client = sock.recvfrom(512)
        except OSError:
            return
        if len(question) >= 48:
            sock.sendto(answer(question, time.time()), client)


@contextlib.contextmanager
def running(port=123):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))
        threading.Thread(target=serve, args=(sock,), daemon=True).start()
        yield
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
