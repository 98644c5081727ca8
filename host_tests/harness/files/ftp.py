"""A session of FTP, binary and passive, by a FileServer."""

import asyncio


async def serve_ftp(server, reader, writer) -> None:
    """Serve until the client says QUIT or goes."""
    session = _Session(server, writer)
    await session.reply("220-Files\r\n 220 here\r\n220 of the bench")
    while True:
        line = await server.readline(reader)
        word, _, rest = line.partition(" ")
        if word in server.without:
            await session.reply("502 not here")
        elif word == "QUIT":
            await session.reply("221 bye")
            return
        else:
            await getattr(session, word.lower())(rest)


class _Session:
    def __init__(self, server, writer):
        self._server = server
        self._writer = writer
        self._user = ""
        self._data = None

    async def reply(self, text):
        await self._server.say(self._writer, f"{text}\r\n".encode())

    async def user(self, name):
        self._user = name
        await self.reply("331 and your password?")

    async def pass_(self, password):
        login = self._server.login
        right = login in (None, f"{self._user}:{password}")
        await self.reply("230 welcome" if right else "530 no")

    async def noop(self, _):
        await self.reply("200 yes")

    async def type(self, _):
        await self.reply("200 binary")

    async def size(self, path):
        data = self._server.files.get("/" + path)
        await self.reply("550 there is none" if data is None else f"213 {len(data)}")

    async def epsv(self, _):
        await self.reply(f"229 Extended Passive Mode (|||{await self._open_data()}|)")

    async def pasv(self, _):
        port = await self._open_data()
        # Its own address is what a server behind a NAT knows: no one else can reach it.
        await self.reply(f"227 Passive (10,9,8,7,{port // 256},{port % 256})")

    async def retr(self, path):
        self._server.asked.append("RETR " + path)
        data = self._server.files.get("/" + path)
        if data is None:
            await self.reply("550 there is none")
            return
        await self.reply("150 it comes")
        _, writer = await self._data
        whole = await self._server.say_file(writer, data)
        writer.close()
        await self.reply("226 that was it" if whole else "426 it broke off")

    async def stor(self, path):
        self._server.asked.append("STOR " + path)
        await self.reply("150 let it come")
        reader, writer = await self._data
        data = b""
        while piece := await self._server.read(reader):
            data += piece
        writer.close()
        self._server.put["/" + path] = data
        await self.reply("226 kept")

    async def _open_data(self):
        self._data = asyncio.get_running_loop().create_future()

        def connected(reader, writer):
            listener.close()
            if not self._data.done():
                self._data.set_result((reader, writer))

        listener = await asyncio.start_server(connected, "127.0.0.1", 0)
        return listener.sockets[0].getsockname()[1]


# "pass" is a word of Python.
setattr(_Session, "pass", _Session.pass_)
