"""Who comes in, who stays, and who does not."""

import select
import socket
import time

import pytest

from tools.back_office import passwords, visits

NEW = "a brand new secret"


def test_first_start_has_no_password_but_a_link_that_works_once(office, visitor):
    code = office.first_code()
    first = visitor()
    assert first.accept_invitation(code, NEW).status == 303
    assert first.get("/people").status == 200
    assert visitor().get(f"/invitation/{code}").status == 404
    assert office.first_code() is None


def test_link_of_the_first_start_ends_after_a_day(office, visitor, loop):
    code = office.first_code()
    loop.advance_to(24 * 3600 * 1000)
    assert visitor().get(f"/invitation/{code}").status == 404


def test_password_that_will_not_do_is_told_beside_its_field(office, visitor):
    code = office.first_code()
    first = visitor()
    first.get(f"/invitation/{code}")
    for password, why in (
        ("short", "12 to 200 characters"),
        ("aaaaaaaaaaaaaa", "different characters"),
        ("my admin password", "without your name"),
    ):
        page = first.post(f"/invitation/{code}", {"password": password, "again": password})
        assert page.status == 422 and why in page.said
    page = first.post(f"/invitation/{code}", {"password": NEW, "again": NEW + "x"})
    assert page.status == 422 and "not the same" in page.said
    assert not office.people.has_admin()


def test_who_is_not_logged_in_is_sent_to_the_login_and_then_where_they_wanted(office, visitor):
    office.set_admin_password(NEW)
    browser = visitor()
    sent = browser.get("/people")
    assert (sent.status, sent.place) == (303, "/login?to=/people")
    browser.get(sent.place)
    page = browser.post("/login", {"name": "ADMIN", "password": NEW, "to": "/people"})
    assert (page.status, page.place) == (303, "/people")


def test_login_leads_nowhere_else(office, visitor):
    office.set_admin_password(NEW)
    for to in ("//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nX: y"):
        browser = visitor()
        browser.get("/login")
        page = browser.post("/login", {"name": "admin", "password": NEW, "to": to})
        assert (page.status, page.place) == (303, "/")


def test_wrong_password_and_unknown_name_get_the_same_words(office, visitor):
    office.set_admin_password(NEW)
    browser = visitor()
    told = [browser.log_in(name, "not the right one").said for name in ("admin", "nobody")]
    assert told[0] == told[1] and "wrong" in told[0]


def test_sixth_try_has_to_wait_even_with_the_right_password(office, visitor, loop):
    office.set_admin_password(NEW)
    browser = visitor()
    for _ in range(visits.TRIES):
        assert browser.log_in("admin", "not the right one").status == 422
    assert browser.log_in("admin", NEW).status == 429
    loop.advance_to(visits.WINDOW_MS + 1000)
    assert browser.log_in("admin", NEW).status == 303


def test_tries_with_many_names_from_one_address_have_to_wait(office, visitor):
    browser = visitor()
    for number in range(visits.TRIES_OF_ADDRESS):
        assert browser.log_in(f"name {number}", "not the right one").status == 422
    assert browser.log_in("another", "not the right one").status == 429


def test_visit_ends_when_nothing_was_asked_for_half_an_hour(admin, loop):
    loop.advance_to(visits.IDLE_MS - 1000)
    assert admin.get("/people").status == 200
    loop.advance_to(2 * visits.IDLE_MS - 2000)
    assert admin.get("/people").status == 200
    loop.advance_to(3 * visits.IDLE_MS)
    assert admin.get("/people").status == 303


def test_page_that_asks_by_itself_keeps_nobody_logged_in(admin, loop):
    for at_ms in range(60_000, visits.IDLE_MS, 60_000):
        loop.advance_to(at_ms)
        assert admin.get("/charge-points/live").status == 200
    loop.advance_to(visits.IDLE_MS + 60_000)
    assert admin.get("/charge-points/live").status == 401


def test_visit_ends_after_ten_hours_whatever_is_asked(admin, loop):
    for at_ms in range(0, visits.LONGEST_MS, visits.IDLE_MS // 2):
        loop.advance_to(at_ms)
        assert admin.get("/people").status == 200
    loop.advance_to(visits.LONGEST_MS)
    assert admin.get("/people").status == 303


def test_logout_ends_the_visit_not_only_the_cookie(admin, visitor):
    thief = visitor()
    thief.cookies.update_cookies(
        {cookie.key: cookie.value for cookie in admin.cookies}, _url(admin)
    )
    assert thief.get("/people").status == 200
    admin.post("/logout")
    assert thief.get("/people").status == 303


def test_who_is_refused_a_page_can_still_log_out(logged_in):
    inspector = logged_in("inspector")
    page = inspector.get("/people")
    assert page.status == 403 and page.csrf == inspector.csrf
    assert inspector.post("/logout").place == "/login"
    assert inspector.get("/password").status == 303


def test_new_password_ends_all_other_visits(office, admin, visitor):
    name = office.people.all()[0]["name"]
    other = visitor()
    other.log_in(name, "correct horse battery")
    changed = {"before": "correct horse battery", "password": NEW, "again": NEW}
    admin.get("/password")
    assert admin.post("/password", changed).status == 303
    assert admin.get("/people").status == 200
    assert other.get("/people").status == 303


def test_disabled_person_is_out_at_once(office, admin, logged_in):
    inspector = logged_in("inspector")
    person = office.people.named("inspector 1")["id"]
    admin.get("/people")
    assert admin.post(f"/people/{person}/disable").status == 303
    assert inspector.get("/password").status == 303


def test_cookie_is_kept_from_scripts_and_from_links_elsewhere(office, visitor):
    office.set_admin_password(NEW)
    page = visitor().log_in("admin", NEW)
    cookie = [text for text in page.headers.getall("Set-Cookie") if text.startswith("pilotlight=")]
    assert "HttpOnly" in cookie[0] and "SameSite=Strict" in cookie[0]


@pytest.mark.parametrize(
    "name, value, path, status",
    [
        ("Cookie", b"pilotlight=\xff\xfe", "/people", 303),
        ("Cookie", b"pilotlight_form=\xff\xfe", "/login", 200),
        ("Authorization", b"Bearer \xff", "/api/sessions", 401),
    ],
)
def test_bytes_that_are_no_text_are_no_cookie_and_no_token(desk, name, value, path, status):
    with socket.create_connection(("127.0.0.1", desk.port)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{name}: ".encode() + value + b"\r\n\r\n")
        until_s = time.monotonic() + 60
        while not select.select([line], [], [], 0)[0]:
            assert time.monotonic() < until_s, "no answer"
            desk.office.csms.loop.run_until_quiet()
        assert line.recv(15).split()[1] == str(status).encode()


def test_form_without_its_token_is_refused(office, admin):
    for token in ("", "x", "ü"):
        admin.csrf = token
        assert admin.post("/tokens", {"label": "a program"}).status == 403
    assert office.tokens.all() == []


def test_form_with_the_token_of_another_is_refused(office, admin, logged_in):
    admin.csrf = logged_in("admin").csrf
    assert admin.post("/tokens", {"label": "a program"}).status == 403


def test_stored_password_is_scrypt_with_a_salt_of_its_own(monkeypatch):
    monkeypatch.undo()
    one, other = passwords.kept(NEW), passwords.kept(NEW)
    assert one != other and one.startswith("scrypt$16384$8$5$") and NEW not in one
    assert passwords.fits(NEW, one) and not passwords.fits(NEW + "x", one)
    assert not passwords.fits("", None)


def test_database_holds_no_cookie_and_no_password(office, admin):
    office.set_admin_password(NEW)
    token = next(cookie.value for cookie in admin.cookies if cookie.key == "pilotlight")
    dump = "\n".join(office.db.connection.iterdump())
    assert token not in dump and NEW not in dump


def _url(browser):
    from yarl import URL

    return URL(browser.url)
