"""A strict client of the socket: raw frames out, replies in, nothing forgiven."""

import re
import socket
import time


class Refused(Exception):
    """An error reply: CODE name=value ...: a sentence."""

    def __init__(self, line):
        super().__init__(line)
        self.line = line
        head, _, self.sentence = line.partition(": ")
        self.code, *pairs = head.split(" ")
        self.facts = dict(pair.split("=", 1) for pair in pairs if "=" in pair)


class Closed(Exception):
    """The daemon closed the connection."""


class Garbled(Exception):
    """Bytes that are no RESP."""


class Push(list):
    """A RESP3 push."""


def frame(*arguments):
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        if not isinstance(argument, bytes):
            argument = str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(argument), argument))
    return b"".join(parts)


class Client:
    def __init__(self, path, protocol=3, timeout=20.0):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX)
        # With a timeout a full backlog would be an error instead of a wait.
        self.socket.connect(self.path)
        self.socket.settimeout(timeout)
        self.buffer = b""
        self.at = 0
        if protocol == 3:
            self.hello = self.call("HELLO", 3)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Calls

    def call(self, *arguments):
        """The reply as a Python value; an error reply is raised."""
        self.send(frame(*arguments))
        reply = self.reply()
        if isinstance(reply, Refused):
            raise reply
        return reply

    def refusal(self, *arguments):
        """The refusal that this command must meet."""
        try:
            reply = self.call(*arguments)
        except Refused as refused:
            return refused
        raise AssertionError(f"{arguments} was not refused: {reply}")

    def many(self, commands):
        """Sends all commands before reading; the replies in order, refusals as values."""
        self.send(b"".join(frame(*command) for command in commands))
        return [self.reply() for _ in commands]

    def transaction(self, commands, *, check=True):
        """MULTI … EXEC; raises what EXEC answers."""
        replies = self.many([("MULTI",), *commands, ("EXEC",)])
        if check:
            assert replies[0] == "OK"
            assert replies[1:-1] == ["QUEUED"] * len(commands), replies
        if isinstance(replies[-1], Refused):
            raise replies[-1]
        return replies[-1]

    def map(self, *arguments):
        reply = self.call(*arguments)
        return reply if isinstance(reply, dict) else pairs(reply)

    # Bytes

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error

    def fill(self):
        try:
            more = self.socket.recv(1 << 16)
        except ConnectionResetError as error:
            raise Closed from error
        if not more:
            raise Closed
        self.buffer = self.buffer[self.at :] + more
        self.at = 0

    def line(self):
        while True:
            end = self.buffer.find(b"\r\n", self.at)
            if end >= 0:
                line = self.buffer[self.at : end]
                self.at = end + 2
                if b"\n" in line or b"\r" in line:
                    raise Garbled(line)
                return line
            self.fill()

    def take(self, count):
        while len(self.buffer) - self.at < count + 2:
            self.fill()
        data = self.buffer[self.at : self.at + count]
        if self.buffer[self.at + count : self.at + count + 2] != b"\r\n":
            raise Garbled(data)
        self.at += count + 2
        return data

    def reply(self):
        line = self.line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return Refused(rest.decode())
        if kind == b":":
            return number(rest)
        if kind == b"$":
            return None if rest == b"-1" else text(self.take(number(rest)))
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(number(rest))]
        if kind == b"%":
            return {hashable(self.reply()): self.reply() for _ in range(number(rest))}
        if kind in (b"~", b">"):
            return Push(self.reply() for _ in range(number(rest)))
        if kind == b"_":
            return None
        if kind == b"#":
            return {b"t": True, b"f": False}[rest]
        if kind == b",":
            return float(rest)
        if kind == b"=":
            return self.take(number(rest)).decode()[4:]
        raise Garbled(line)

    def until_closed(self, seconds=10.0):
        """All bytes that come before the daemon closes."""
        self.socket.settimeout(seconds)
        data = self.buffer[self.at :]
        while True:
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return data
            if not more:
                return data
            data += more


def number(digits):
    if not re.fullmatch(rb"-?(0|[1-9][0-9]*)", digits):
        raise Garbled(digits)
    return int(digits)


def text(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def hashable(value):
    return tuple(value) if isinstance(value, list) else value


def pairs(flat):
    """A RESP2 map: names and values in turns."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def connect(path, protocol=3, within=20.0):
    """A client of a socket that may not be there yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            return Client(path, protocol)
        except (FileNotFoundError, ConnectionRefusedError, Closed):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
