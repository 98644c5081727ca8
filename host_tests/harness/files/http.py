"""One request of HTTP/1.1, answered by a FileServer."""

import base64
from http import HTTPStatus


async def serve_http(server, reader, writer) -> None:
    """Serve one request, then close."""
    method, target, _ = (await server.readline(reader)).split(" ")
    headers = {}
    while line := await server.readline(reader):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    server.asked.append(f"{method} {target}")
    path = target.partition("?")[0]
    status = _refusal(server, method, path, headers)
    if status is None and method != "GET":
        await _take(server, reader, path, int(headers["content-length"]))
        status = 201
    if status is not None:
        await _answer(server, writer, status, path)
        return
    data = server.files[path]
    how = "Transfer-Encoding: chunked" if server.chunked else f"Content-Length: {len(data)}"
    await server.say(writer, f"HTTP/1.1 200 OK\r\n{how}\r\n\r\n".encode())
    whole = await server.say_file(writer, data, _chunk if server.chunked else lambda piece: piece)
    if whole and server.chunked:
        await server.say(writer, b"0\r\n\r\n")


def _refusal(server, method, path, headers):
    """The status that refuses the request, or None."""
    login = None
    if server.login is not None:
        login = "Basic " + base64.b64encode(server.login.encode()).decode()
    if server.status is not None:
        return server.status
    if login not in (None, headers.get("authorization")):
        return 401
    if method in server.without:
        return 405
    if path in server.moved:
        return 302
    return 404 if method == "GET" and path not in server.files else None


async def _take(server, reader, path, length):
    data = b""
    while len(data) < length and (piece := await server.read(reader)):
        data += piece
    server.put[path] = data


async def _answer(server, writer, status, path):
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Content-Length: 2"]
    if path in server.moved:
        lines.append("Location: " + server.moved[path])
    await server.say(writer, "\r\n".join([*lines, "", "no"]).encode())


def _chunk(piece):
    return b"%x;note=1\r\n%s\r\n" % (len(piece), piece)
