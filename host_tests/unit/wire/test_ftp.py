"""FTP for one file (RFC 959, 2428, 3659)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire.ftp import Dialogue

OPENING = b"220 hi\r\n331 who?\r\n230 ok\r\n200 binary\r\n"


def fetch(user="cpo", password="secret"):
    return Dialogue("RETR", "fw/a.bin", user, password)


@given(st.integers(1, 30))
def test_fetch_goes_through_in_any_pieces(size):
    """The commands in their order, and what the server said of itself."""
    replies = [
        b"220-hello\r\n331 not a reply\r\n 220 nor this\r\n220 hi\r\n",
        b"331 who?\r\n",
        b"230 ok\r\n",
        b"200 binary\r\n",
        b"213 4711\r\n",
        b"229 Extended (|||50001|)\r\n",
        b"150 it comes\r\n",
        b"226 done\r\n",
    ]
    replies[0] = replies[0].replace(b"331 not", b"331-not")
    dialogue, said = fetch(), []
    for reply in replies:
        told = b""
        for at in range(0, len(reply), size):
            told += dialogue.receive(reply[at : at + size])
        said.append(told.decode().strip())
    assert said == [
        "USER cpo",
        "PASS secret",
        "TYPE I",
        "SIZE fw/a.bin",
        "EPSV",
        "RETR fw/a.bin",
        "",
        "QUIT",
    ]
    assert (dialogue.size, dialogue.port, dialogue.done) == (4711, 50001, True)
    assert dialogue.flowing and dialogue.failure is None


def test_old_server_without_size_and_epsv_is_understood():
    """PASV: the port counts, the address does not."""
    dialogue = fetch()
    dialogue.receive(OPENING)
    assert dialogue.receive(b"500 what?\r\n") == b"EPSV\r\n"
    assert dialogue.receive(b"502 no\r\n") == b"PASV\r\n"
    assert dialogue.receive(b"227 Passive (10,0,0,1,195,81).\r\n") == b"RETR fw/a.bin\r\n"
    assert (dialogue.port, dialogue.size) == (50001, None)


def test_login_without_a_password_question_is_taken():
    """RFC 959 §5.4: 230 to USER."""
    dialogue = fetch(None, "")
    assert dialogue.receive(b"220 hi\r\n") == b"USER anonymous\r\n"
    assert dialogue.receive(b"230 come in\r\n") == b"TYPE I\r\n"


@pytest.mark.parametrize(
    "replies, why",
    [
        (b"421 too many\r\n", "ftp 421"),
        (b"220 hi\r\n331 who?\r\n530 no\r\n", "ftp 530"),
        (OPENING + b"550 none\r\n229 no port\r\n", "ftp 229"),
        (OPENING + b"550 none\r\n229 (|||0|)\r\n", "ftp 229"),
        (OPENING + b"550 none\r\n229 (|||9|)\r\n550 none\r\n", "ftp 550"),
        (OPENING + b"213 1\r\n229 (|||9|)\r\n150 it\r\n426 broken\r\n", "ftp 426"),
        (b"x" * 600, "ftp: line too long"),
    ],
)
def test_refusal_is_told(replies, why):
    """The code that the server gave."""
    dialogue = fetch()
    dialogue.receive(replies)
    assert dialogue.failure == why and not dialogue.done


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    """Whatever a server says is a value."""
    dialogue = fetch()
    dialogue.receive(OPENING + data)


@pytest.mark.parametrize("path", ["a\r\nDELE b", "a\nb", "a\0b"])
def test_line_end_in_a_name_is_refused(path):
    """A location must not bring commands of its own."""
    with pytest.raises(ValueError):
        Dialogue("RETR", path, None, "")
