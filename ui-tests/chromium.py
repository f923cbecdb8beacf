#!/usr/bin/env python3
"""Chromium for the tests, which is never told that the network of this machine has changed.

Chromium follows the machine's network interfaces (netlink). When one of them comes or goes, every request that waits
for a connection fails: net::ERR_NETWORK_CHANGED. Each test bed brings such an interface, also while a page elsewhere is
loaded. Without netlink sockets (Linux; x86_64, aarch64) Chromium takes its network for one that stays.

usage: chromium.py ARGUMENT...; the program is $CHROMIUM, or /usr/bin/chromium
"""

import ctypes
import errno
import os
import socket
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ERRNO = 0x00050000

LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
"""Instructions of a classic BPF program: of BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K."""
CALL, FIRST_ARGUMENT = 0, 16
"""Where `struct seccomp_data` holds them (little-endian)."""

SOCKET = {"x86_64": 41, "aarch64": 198}
"""Number of socket(2)."""


class Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def refuse_netlink(socket_call: int) -> None:
    """No netlink socket from here on, in this process and those that it starts. Raises OSError."""
    instructions = [
        # (code, instructions to skip if equal, if not, operand)
        (LOAD, 0, 0, CALL),
        (JUMP_IF_EQUAL, 0, 3, socket_call),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 0, 1, socket.AF_NETLINK),
        (RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EAFNOSUPPORT),
        (RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(instructions), code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "cannot take netlink sockets from the browser")


if __name__ == "__main__":
    call = SOCKET.get(os.uname().machine)
    if sys.platform == "linux" and call is not None:
        refuse_netlink(call)
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    os.execv(chromium, [chromium, *sys.argv[1:]])  # noqa: S606 (what Playwright starts)
