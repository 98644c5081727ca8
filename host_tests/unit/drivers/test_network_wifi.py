"""drivers/network_wifi: joined once, watched when it is wanted, begun afresh now and then."""

from chargepoint.drivers.network_wifi import AFRESH_MS, Wifi
from hands import LineLog
from host_tests.unit.boards.devkit import Network

JOINED = [("active", True), ("disconnect",), ("connect", "garage", "secret")]
AGAIN = [("disconnect",), ("connect", "garage", "secret")]


class Ticks:
    """Ticks that wrap in the middle of every test."""

    now = 0x3FFFFFFF - 1000

    def ticks_ms(self):
        return self.now & 0x3FFFFFFF

    def ticks_diff(self, later, earlier):
        return ((later - earlier + 0x20000000) & 0x3FFFFFFF) - 0x20000000


class Radio:
    def __init__(self, ssid="garage", password="secret"):
        network = Network()
        self.wlan, self.time, self.log = network.wlan, Ticks(), LineLog()
        self.wifi = Wifi(network, self.time, self.log)
        self.wifi.join(ssid, password)


def test_joining_waits_for_nothing_and_is_not_yet_up():
    radio = Radio()
    assert radio.wlan.calls == JOINED
    assert radio.wifi.up() is False


def test_an_address_makes_it_up():
    radio = Radio()
    radio.wlan.connected = True
    assert radio.wifi.up() is True
    assert radio.log.take() == [["info", "wifi: connected"]]


def test_without_a_name_the_radio_stays_off():
    radio = Radio(ssid="")
    assert radio.wifi.up() is False
    assert radio.wlan.calls == []
    assert radio.log.take() == [["warning", "wifi: off: no WifiSsid"]]


def test_an_open_network_has_no_key():
    assert Radio(password="").wlan.calls[-1] == ("connect", "garage", None)


def test_a_failure_that_lasts_is_begun_afresh_and_not_before():
    radio = Radio()
    radio.time.now += AFRESH_MS - 1
    radio.wifi.up()
    assert radio.wlan.calls == JOINED
    radio.time.now += 1
    radio.wifi.up()
    assert radio.wlan.calls == JOINED + AGAIN
    radio.wifi.up()
    assert radio.wlan.calls == JOINED + AGAIN


def test_the_time_counts_from_the_last_good_moment():
    radio = Radio()
    radio.wlan.connected = True
    radio.time.now += 10 * AFRESH_MS
    radio.wifi.up()
    radio.wlan.connected = False
    radio.wifi.up()
    assert radio.wlan.calls == JOINED


def test_what_is_wrong_is_said_once():
    radio = Radio()
    for radio.wlan.code in (1001, 1001, 201, 201, 202, 205):
        radio.wifi.up()
    words = [text for _, text in radio.log.take()]
    assert words == [
        "wifi: connecting",
        "wifi: no such network",
        "wifi: wrong password",
        "wifi: status 205",
    ]


def test_a_radio_that_refuses_is_no_exception_and_is_tried_again():
    network = Network()
    network.wlan.refuses = True
    time, log = Ticks(), LineLog()
    wifi = Wifi(network, time, log)
    wifi.join("garage", "secret")
    assert log.take() == [["warning", "wifi: refused: Wifi Internal State Error"]]
    network.wlan.refuses = False
    network.wlan.connected = True
    assert wifi.up() is True
