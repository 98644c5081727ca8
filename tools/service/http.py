"""The service room over the station's own page (firmware/chargepoint/portal.py)."""

import http.client
import json
import urllib.error
import urllib.request

from tools.service.line import TOO_LONG, Line, Trouble

# What a station's page takes (portal.REQUEST_MOST).
LONGEST = 6144
_LOGIN_S = 30
_DENIED = (401, 403)
_TOO_LONG = 413


def http_line(url: str, password: str) -> Line:
    """Log in at the page ``url`` with the ``password`` of the unit's label. Raises Trouble.

    A session that ended (the station started anew) is begun again.
    """
    url = url.rstrip("/")
    head = _log_in(url, password)

    def exchange(request, timeout_s):
        nonlocal head
        status, answer, _ = _post(url + "/api", request, head, timeout_s)
        if status in _DENIED:
            head = _log_in(url, password)
            status, answer, _ = _post(url + "/api", request, head, timeout_s)
        if status == _TOO_LONG:
            size = len(json.dumps(request))
            raise Trouble(TOO_LONG.format(size=size, most=LONGEST))
        if status != 200 and "errors" not in answer:
            raise Trouble(f"{url}: HTTP {status}: is this a Pilotlight station of this version?")
        return answer

    return Line(exchange)


def _log_in(url, password):
    """The headers of a session."""
    status, answer, cookie = _post(url + "/login", {"password": password}, {}, _LOGIN_S)
    if not answer.get("ok"):
        why = "; ".join(answer.get("errors", {}).values()) or f"HTTP {status}"
        raise Trouble(f"{url}: no login: {why}")
    return {"Cookie": cookie.partition(";")[0], "X-Token": answer["token"]}


def _post(url, value, head, timeout_s):
    """(status, the answer's object or {}, the cookie that was set)."""
    head = {"Content-Type": "application/json", **head}
    request = urllib.request.Request(url, json.dumps(value).encode(), head)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as reply:
            return reply.status, _object(reply.read()), reply.headers.get("Set-Cookie", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _object(error.read()), ""
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise Trouble(
            f"{url}: no answer of a station's page ({why}): is this computer in the station's "
            "Wi-Fi network, and is the page open (until commissioning, or after a long press)?"
        ) from None


def _object(data):
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
