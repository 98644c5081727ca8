"""The office on a port, in the loop of its back end."""

from pathlib import Path

from aiohttp import web

from .office import Office


class Desk:
    """The pages of ``office`` at ``http://host:port/``; ``port`` 0 takes a free one.

    Where the OCPP server speaks TLS, the pages do so with the same certificate.
    """

    def __init__(self, office: Office, port: int = 0, host: str = "127.0.0.1"):
        self.office = office
        self.host = host
        self._loop = office.csms.loop
        self._runner = web.AppRunner(office.app, access_log=None, handle_signals=False)
        self._loop.run(self._runner.setup())
        self._tls = office.csms.ssl_context
        site = web.TCPSite(self._runner, host, port, ssl_context=self._tls)
        self._loop.run(site.start())
        self.port = self._runner.addresses[0][1]

    @property
    def url(self) -> str:
        """Where the pages are, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def close(self) -> None:
        """Go away; what is in the database stays."""
        self.office.close()
        self._loop.run(self._runner.cleanup())


def open_desk(csms, port: int, host: str, password_file: Path | None, tell, station: dict) -> Desk:
    """For the command line: serve, and ``tell`` how the first admin comes in.

    ``station`` is Office's: what orders tell stations.

    Raises OSError when the port or the file can't be had, ValueError for a password that won't do.
    """
    office = Office(csms, **station)
    if password_file is not None:
        office.set_admin_password(password_file.read_text(encoding="utf-8").strip("\r\n"))
    desk = Desk(office, port, host)
    tell(f"pages at {desk.url}/")
    code = office.first_code()
    if code is not None:
        tell(f"nobody can log in yet: the admin's link, for a day: {desk.url}/invitation/{code}")
    return desk
