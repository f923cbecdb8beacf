"""Which requests are relayed: those of `openapi.json` beside the sidecar's bundle, nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

_METHODS = {"get", "post", "patch", "delete", "put"}


class RelayedRoutes:
    """Pairs of method and path template, for example `GET /volumes/{volume}`."""

    def __init__(self, routes: Iterable[tuple[str, str]]) -> None:
        self._routes = [(method.upper(), template.split("/")) for method, template in routes]

    @staticmethod
    def read(openapi: Path) -> RelayedRoutes:
        """The routes an API description lists. Raises OSError or ValueError."""
        paths = json.loads(openapi.read_text(encoding="utf-8")).get("paths", {})
        return RelayedRoutes((method, path) for path, item in paths.items() for method in item if method in _METHODS)

    def allow(self, method: str, path: str) -> bool:
        """Whether this raw path below the prefix, still percent-encoded, is one of them."""
        segments = path.split("/")
        return all(_is_plain(one) for one in segments[1:]) and any(
            method == allowed and len(template) == len(segments) and all(map(_fits, template, segments))
            for allowed, template in self._routes
        )


def _fits(template: str, segment: str) -> bool:
    return bool(segment) if template.startswith("{") else template == segment


def _is_plain(segment: str) -> bool:
    """No way up, and nothing another reader of the path could take for a separator or an end."""
    text = unquote(segment)
    return text not in {".", ".."} and not any(character in "/\\" or ord(character) < 32 for character in text)
