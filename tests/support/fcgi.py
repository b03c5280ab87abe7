#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a web server never does to a FastCGI application, and what a
supervisor does to its socket.

  fcgi.py silent SOCKET COUNT SECONDS   connections that never say a word
  fcgi.py half SOCKET COUNT SECONDS     connections that stop within a record
  fcgi.py records SOCKET                management records, one of them large,
                                        and records of unknown types
  fcgi.py hold SOCKET COMMAND...        binds SOCKET, keeps it, and runs
                                        COMMAND with it as systemd would
                                        (LISTEN_FDS); USR1 starts a second one
                                        and then ends the first, HUP ends it
                                        first; TERM ends all

Standard library only.
"""

import os
import signal
import socket
import struct
import sys
import time

BEGIN_REQUEST, PARAMS, STDIN, GET_VALUES = 1, 4, 5, 9


def record(kind, request, content, padding=0):
    return struct.pack(">BBHHBx", 1, kind, request, len(content), padding) \
        + content + bytes(padding)


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(path)
    return connection


def stall(path, count, seconds, opening):
    connections = [connect(path) for _ in range(int(count))]
    for connection in connections:
        if opening:
            connection.sendall(opening)
    time.sleep(float(seconds))


def records(path):
    begin = record(BEGIN_REQUEST, 1, struct.pack(">HB5x", 1, 0))
    name = b"X" * 120
    attacks = [
        record(GET_VALUES, 0, b"".join(
            struct.pack("BB", 120, 0) + name for _ in range(500))),
        record(GET_VALUES, 0, struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF) + b"A" * 100),
        record(200, 0, b"?" * 1000),
        record(GET_VALUES, 0, b"\x0e\x00FCGI_MAX_CONNS") * 50,
        begin + record(PARAMS, 1, struct.pack(">II", 0xFFFFFFFF, 0x7FFFFFFF) + b"A" * 64)
        + record(PARAMS, 1, b"") + record(STDIN, 1, b""),
        begin + record(PARAMS, 1, b"\x0eABC") + record(PARAMS, 1, b""),
        begin + begin,
        b"GET / HTTP/1.0\r\n\r\n",
        bytes(range(256)) * 40,
    ]
    for attack in attacks:
        connection = connect(path)
        try:
            connection.sendall(attack)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass
        connection.close()


def hold(path, command):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o660)
    listener.listen(1024)
    children = []

    def start():
        pid = os.fork()
        if pid == 0:
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ["LISTEN_FDS"] = "1"
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.execvp(command[0], command)
        children.append(pid)

    def roll(*_):
        start()
        time.sleep(1)
        os.kill(children[0], signal.SIGTERM)
        os.waitpid(children.pop(0), 0)

    def restart(*_):
        os.kill(children[0], signal.SIGTERM)
        os.waitpid(children.pop(0), 0)
        start()

    def end(*_):
        for pid in children:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
        sys.exit(0)

    signal.signal(signal.SIGUSR1, roll)
    signal.signal(signal.SIGHUP, restart)
    signal.signal(signal.SIGTERM, end)
    start()
    while True:
        signal.pause()


def main():
    verb, path, *rest = sys.argv[1:]
    if verb == "silent":
        stall(path, *rest, opening=b"")
    elif verb == "half":
        stall(path, *rest, opening=record(BEGIN_REQUEST, 1, struct.pack(">HB5x", 1, 1))[:12])
    elif verb == "records":
        records(path)
    elif verb == "hold":
        hold(path, rest)


if __name__ == "__main__":
    main()
