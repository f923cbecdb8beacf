"""Problems the relay itself answers with; their types are those of the contract."""

from __future__ import annotations

from .unavailable import JsonObject, problem


def route_not_found(method: str, path: str) -> JsonObject:
    """An address that is not in the API description."""
    detail = f"There is no {method} {path[:200]}."
    return problem(
        "route-not-found", 404, "No such address", detail, "Reload the page; the server may be another version."
    )


def request_too_large(limit: int) -> JsonObject:
    """A body above the limit, in bytes."""
    detail = f"A request has at most {limit} bytes."
    return problem(
        "request-too-large", 413, "The request is too large", detail, "Shorten the title or the note and send it again."
    )


def timed_out(method: str, seconds: float) -> JsonObject:
    """No answer in time."""
    detail = f"Datamark did not answer within {seconds:g} s."
    return problem("sidecar-timeout", 504, "Datamark does not answer", detail, _next_step(method))


def interrupted(method: str) -> JsonObject:
    """The sidecar went away between a request and its answer."""
    detail = "Datamark stopped before it answered."
    if method != "GET":
        detail = "Datamark stopped before it answered; the change may or may not have begun."
    return problem("sidecar-unavailable", 503, "Datamark is not running", detail, _next_step(method))


def problem_of(status: int, message: str, *, logged_in: bool) -> JsonObject:
    """What Jupyter or tornado refused, by HTTP status and their log message."""
    if status in {404, 405}:
        return problem("route-not-found", 404, "No such address", "There is no such address here.", "Reload the page.")
    if status == 413:
        return request_too_large(64 * 1024)
    if status in {401, 403}:
        if "_xsrf" in message.lower() or "xsrf" in message.lower():
            detail, fix = "The request does not prove that it comes from a page of this server.", "Reload the page."
        elif logged_in:
            detail, fix = "Your role on this server does not include this.", "Ask who runs the server."
        else:
            detail, fix = "You are not logged in to this Jupyter server.", "Reload the page to log in again."
            return problem("login-needed", 403, "You are not logged in", detail, fix)
        return problem("forbidden", 403, "You may not do this", detail, fix)
    if 400 <= status < 500:
        return problem(
            "invalid-request", 400, "The request is not valid", "The request can’t be read.", "Reload the page."
        )
    return problem(
        "internal",
        500,
        "Something failed inside Datamark",
        "Something failed inside Datamark while it answered this request.",
        "Try again. If it stays, look at the log of the Jupyter server.",
    )


def _next_step(method: str) -> str:
    if method == "GET":
        return "Try again."
    return "Look at the list before you try again. The same Idempotency-Key never makes a second object."
