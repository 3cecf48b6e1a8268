"""Virus scanners for uploaded files, named by settings.EVIDENCE_SCANNER.

A scanner takes the bytes of a file. It returns for a clean one, raises Infected for a bad one, and anything else when
it cannot tell; then the file is not taken.
"""

import socket
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from core.errors import DomainError
from enterprises.enums import ScanState

log = structlog.get_logger(__name__)
CHUNK = 64 * 1024


class Infected(DomainError):
    """The scanner found something."""


def scan(data: bytes) -> ScanState:
    """Have the configured scanner look at a file. Refuses an infected file, and every file while it cannot answer."""
    if not settings.EVIDENCE_SCANNER:
        return ScanState.UNSCANNED
    try:
        _scanner(settings.EVIDENCE_SCANNER)(data)
    except Infected:
        raise
    except Exception as problem:
        log.error("scanner_failed", scanner=settings.EVIDENCE_SCANNER, error=repr(problem))
        raise DomainError("病毒检查暂时不能用，文件没有保存，请稍后再传。") from problem
    return ScanState.CLEAN


@cache
def _scanner(path: str) -> Callable[[bytes], None]:
    return import_string(path)


def clamd(data: bytes) -> None:
    """Ask a ClamAV daemon at settings.CLAMD_ADDRESS: "host:port", or the path of its socket."""
    with _connected(settings.CLAMD_ADDRESS) as link:
        link.sendall(b"zINSTREAM\0")
        for at in range(0, len(data), CHUNK):
            piece = data[at : at + CHUNK]
            link.sendall(len(piece).to_bytes(4) + piece)
        link.sendall(bytes(4))
        answer = link.makefile("rb").read(4096).rstrip(b"\0\n").decode(errors="replace")
    if answer.endswith("FOUND"):
        log.warning("virus_found", answer=answer)
        raise Infected("文件里发现病毒，没有保存。请先在电脑上杀毒，再重新生成文件上传。")
    if not answer.endswith("OK"):
        raise OSError(answer or "clamd gave no answer")


def _connected(address: str) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host, int(port)), timeout=30)
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(30)
    link.connect(address)
    return link
