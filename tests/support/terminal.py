#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command on a terminal, and answers what it asks for in secret.

  terminal.py FILE COMMAND [ARGUMENT]...

What the command prints goes to standard output. The answer is what FILE holds; it is
typed once, when the command has turned the terminal's echo off.
"""

import os
import pty
import select
import sys
import termios


def echoes(terminal):
    return termios.tcgetattr(terminal)[3] & termios.ECHO


def main():
    with open(sys.argv[1], "rb") as file:
        answer = file.read()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    while True:
        readable, _, _ = select.select([terminal], [], [], 0.05)
        if answer and not echoes(terminal):
            os.write(terminal, answer)
            answer = b""
        try:
            data = os.read(terminal, 65536) if readable else None
        except OSError:		# nobody has the terminal any more
            break
        if data == b"":
            break
        if data:
            sys.stdout.buffer.write(data.replace(b"\r\n", b"\n"))
            sys.stdout.buffer.flush()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main())
