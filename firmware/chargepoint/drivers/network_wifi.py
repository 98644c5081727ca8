"""Wi-Fi as a station, kept up without waiting for anything.

The radio's own software connects again by itself; some of its failures it does not get over, so
one that lasts for AFRESH_MS is answered with a new start of the connection. There is nothing to
poll: whoever wants to use the network asks ``up`` first (see sockets_network.py).
"""

from micropython import const

# An access point that restarts is back in one or two minutes; a new start costs a scan of 2 s.
AFRESH_MS = const(60000)


class Wifi:
    """``network`` is MicroPython's module, ``time`` has ticks_ms and ticks_diff.

    ``said`` is the last word on the network that was logged: a change of it is worth a line.
    """

    def __init__(self, network, time, log):
        self._wlan = network.WLAN(network.STA_IF)
        self._time = time
        self._log = log
        self._words = {
            network.STAT_NO_AP_FOUND: "no such network",
            network.STAT_WRONG_PASSWORD: "wrong password",
            network.STAT_CONNECTING: "connecting",
        }
        self._credentials = None
        self._ticks = 0
        self.said = None

    def join(self, ssid: str, password: str) -> None:
        """Start to connect; an empty ``ssid`` leaves the radio off."""
        if not ssid:
            self._say("off: no WifiSsid")
            return
        # A network without a password has no key at all.
        self._credentials = (ssid, password or None)
        self._wlan.active(True)
        self._begin()

    def up(self) -> bool:
        """There is a network with an address for us; a lasting failure is begun afresh."""
        if self._credentials is None:
            return False
        if self._wlan.isconnected():
            self._ticks = self._time.ticks_ms()
            self._say("connected")
            return True
        status = self._wlan.status()
        self._say(self._words.get(status, "status %d" % status))
        if self._time.ticks_diff(self._time.ticks_ms(), self._ticks) >= AFRESH_MS:
            self._begin()
        return False

    def _begin(self):
        self._ticks = self._time.ticks_ms()
        try:
            # Without it the radio refuses to connect while it still tries the last time.
            self._wlan.disconnect()
            self._wlan.connect(*self._credentials)
        except OSError as error:
            self._say("refused: %s" % error)

    def _say(self, word):
        if word != self.said:
            self.said = word
            self._log.write("info" if word == "connected" else "warning", "wifi: " + word)
