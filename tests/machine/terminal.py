"""A person's terminal: a program in a machine (or on this host) on a pty, its screen read back.

    with Terminal(w.machine, [PROGRAM, "check"]) as terminal:
        terminal.wait("This machine")            # a text anywhere on the screen, until a deadline
        terminal.send("q")
        assert terminal.end() == 0               # to its end; the exit code
        assert terminal.lines[0].startswith("This machine")
        assert terminal.colour("fit for") == "green"

Options: columns, rows (80x24), term ("xterm"), env (more variables). lines: the screen, without blanks at their ends;
text: the same as one; output: all bytes that came. Another user: argv of setpriv before the program's.
"""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

import machine as machines

KEYS = {"ctrl-c": "\x03", "ctrl-d": "\x04", "enter": "\r", "escape": "\x1b"}


class Terminal:
    def __init__(self, machine, argv, columns=80, rows=24, term="xterm", env=None):
        self._machine = machine
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.output = b""
        self._top, inner = pty.openpty()
        self._closed = False
        self.resize(columns, rows)
        variables = {**machines.ENVIRONMENT, "TERM": term, **(env or {})}
        try:
            self._process = subprocess.Popen(
                machine._inside(argv) if machine else list(map(str, argv)), stdin=inner, stdout=inner, stderr=inner,
                env={name: value for name, value in variables.items() if value is not None}, start_new_session=True,
                preexec_fn=lambda: self._enter(inner))
        finally:
            os.close(inner)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, keys):
        """Type a text, or a key by its name (KEYS)."""
        os.write(self._top, KEYS.get(keys, keys).encode())

    def resize(self, columns, rows):
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._top, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, wanted, timeout=30):
        """Until the text is on the screen, or wanted(terminal) is true; returns what that was."""
        deadline = time.monotonic() + timeout
        ask = wanted if callable(wanted) else lambda terminal: wanted in terminal.text
        while not (answer := ask(self)):
            if self._closed or time.monotonic() >= deadline:
                why = "the program has ended" if self._closed else f"{timeout} s are over"
                raise machines.MachineError(f"never seen on the terminal ({why}): {wanted!r}\n{self.text}")
            self._pump(min(0.5, max(0, deadline - time.monotonic())))
        return answer

    def end(self, timeout=60):
        """Until the program has ended; its exit code, negative for a signal."""
        deadline = time.monotonic() + timeout
        while not self._closed:
            if time.monotonic() >= deadline:
                raise machines.MachineError(f"not done within {timeout} s on the terminal:\n{self.text}")
            self._pump(0.5)
        return self._process.wait(max(0.1, deadline - time.monotonic()))

    @property
    def lines(self):
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self):
        return "\n".join(self.lines).rstrip()

    def attributes(self, words):
        """pyte's attributes (fg, bold, ...) of the first character of these words on the screen."""
        for number, line in enumerate(self._screen.display):
            if words in line:
                return self._screen.buffer[number][line.index(words)]
        raise AssertionError(f"not on the screen: {words!r}\n{self.text}")

    def colour(self, words):
        """"green", "red", "brown" (yellow), "cyan" ...; "default"."""
        return self.attributes(words).fg

    def hang_up(self):
        """The end of the terminal, as when a connection breaks; what ran on it goes on or not."""
        os.close(self._top)
        self._top, self._closed = -1, True

    def close(self):
        if self._process.poll() is None:
            if self._machine:
                self._machine.end(self._process)
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._top >= 0:
            os.close(self._top)
            self._top = -1

    def _enter(self, inner):
        fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
        if self._machine:
            self._machine._enter_inside()

    def _pump(self, timeout):
        if not select.select([self._top], [], [], timeout)[0]:
            return
        try:
            data = os.read(self._top, 65536)
        except OSError as error:  # what a pty's top says when nobody is left below
            if error.errno != errno.EIO:
                raise
            data = b""
        self._closed = not data
        self.output += data
        self._stream.feed(data)
