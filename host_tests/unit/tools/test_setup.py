"""Set-up: the machine's mirror, pinned packages, steps that are done once, what is missing."""

import hashlib
import json

import pytest

from tools.setup import __main__ as setup
from tools.setup import mirror, node, packages, steps
from tools.setup.steps import Unavailable

DEB822 = """\
# Debian's own
Types: deb deb-src
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main
"""
SECURITY = "Types: deb\nURIs: http://mirror.test/debian-security\nSuites: bookworm-security\n"
SECURITY += "Components: main\n"
OTHERS = "Types: deb\nURIs: https://packages.test/node\nSuites: nodistro\nComponents: main\n"


@pytest.fixture
def apt(tmp_path, monkeypatch):
    monkeypatch.delenv("PILOTLIGHT_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_mirror_is_read_from_stanzas_and_passes_over_security_and_others(apt):
    text = "\n".join((SECURITY, OTHERS, DEB822))
    (apt / "sources.list.d/debian.sources").write_text(text)
    assert mirror.find_mirror(apt) == "http://mirror.test/debian"


def test_mirror_is_read_from_lines_with_options(apt):
    line = "deb-src http://no.test/d sid main\ndeb [arch=amd64] http://m.test/debian sid main\n"
    (apt / "sources.list").write_text("# comment\n" + line)
    assert mirror.find_mirror(apt) == "http://m.test/debian"


def test_mirror_is_the_first_of_a_file_of_mirrors(apt):
    listed = apt / "mirrors"
    listed.write_text("# a cloud's\nhttp://cloud.test/debian\n")
    text = DEB822.replace("http://mirror.test/debian/", f"mirror+file:{listed}")
    (apt / "sources.list.d/debian.sources").write_text(text)
    assert mirror.find_mirror(apt) == "http://cloud.test/debian"


def test_mirror_that_is_switched_off_or_absent_says_what_would_fix_it(apt):
    (apt / "sources.list.d/debian.sources").write_text(DEB822 + "Enabled: no\n")
    with pytest.raises(Unavailable) as trouble:
        mirror.find_mirror(apt)
    assert "PILOTLIGHT_MIRROR" in trouble.value.fix


def test_mirror_of_the_environment_goes_first(apt, monkeypatch):
    monkeypatch.setenv("PILOTLIGHT_MIRROR", "http://own.test/debian/")
    assert mirror.find_mirror(apt) == "http://own.test/debian"


def test_every_pin_is_a_checksum_and_a_path_below_the_mirror():
    groups = {"unix", "emulator", "compiler", "pip", "source"}
    lines = [x.split() for x in packages.PINS.read_text().splitlines() if not x.startswith("#")]
    assert {group for group, _, _ in lines} == groups
    for _, checksum, path in lines:
        assert len(bytes.fromhex(checksum)) == 32 and path.startswith("pool/main/")


def test_package_with_another_checksum_is_not_good(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "DOWNLOADS", tmp_path)
    good = hashlib.sha256(b"content").hexdigest()
    package = packages.Package("unix", good, "pool/main/x/x_1_i386.deb")
    assert not packages.is_good(package)
    package.file.write_bytes(b"content")
    assert packages.is_good(package)
    package.file.write_bytes(b"forged.")
    assert not packages.is_good(package)


def test_interpreter_is_never_taken_at_another_version(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "DOWNLOADS", tmp_path)
    monkeypatch.setattr(packages, "_download_pinned", lambda missing: None)
    monkeypatch.setattr(packages, "find_mirror", lambda: "http://mirror.test/debian")
    with pytest.raises(Unavailable, match="micropython.* as pinned"):
        packages.fetch("source")


def test_step_is_done_once_until_its_key_changes_or_its_product_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "TOOLS", tmp_path)
    product, done = tmp_path / "product", []

    def make():
        done.append(1)
        product.write_text("made")

    for key in ("a", "a", "b"):
        steps.step("product", key, product, make)
    assert len(done) == 2
    product.unlink()
    steps.step("product", "b", product, make)
    assert len(done) == 3


def test_step_that_failed_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "TOOLS", tmp_path)
    product = tmp_path / "product"
    product.write_text("half of it")

    def fail():
        raise Unavailable("no network", "plug it in")

    for _ in range(2):
        with pytest.raises(Unavailable):
            steps.step("product", "a", product, fail)


def test_command_that_fails_shows_its_last_words(capsys):
    with pytest.raises(Unavailable, match="it broke .sh exited 3."):
        steps.run(["sh", "-c", "echo reason >&2; exit 3"], "it broke", "mend it")
    assert "reason" in capsys.readouterr().err


def a_machine(tmp_path, monkeypatch, **prepare):
    """Set-up with everything done in no time, except what a test gives."""
    monkeypatch.setattr(setup, "TOOLS", tmp_path)
    monkeypatch.setattr(setup, "STATUS", tmp_path / "status.json")
    monkeypatch.setattr(setup.environment, "prepare", lambda: None)
    monkeypatch.setattr(setup.oracle, "prepare", prepare.get("oracle", lambda: None))
    monkeypatch.setattr(setup.browser, "prepare", prepare.get("browser", lambda: None))
    qemu = prepare.get("qemu", lambda: None)
    monkeypatch.setattr(setup, "_TARGETS", {"unix": lambda: None, "qemu": qemu})


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_missing_validator_is_reported_and_fails_only_in_ci(
    tmp_path, monkeypatch, capsys, ci, code
):
    def no_registry():
        raise Unavailable("no registry", "plug it in")

    monkeypatch.setenv("CI", ci)
    a_machine(tmp_path, monkeypatch, oracle=no_registry)
    assert setup.main() == code
    assert "second validator is UNAVAILABLE: no registry" in capsys.readouterr().out


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_missing_browser_is_reported_and_fails_only_in_ci(tmp_path, monkeypatch, capsys, ci, code):
    def no_registry():
        raise Unavailable("no registry", "plug it in")

    monkeypatch.setenv("CI", ci)
    a_machine(tmp_path, monkeypatch, browser=no_registry)
    assert setup.main() == code
    assert "the browser is UNAVAILABLE: no registry" in capsys.readouterr().out


def test_machine_with_an_old_node_or_without_npm_gets_the_wheel(tmp_path, monkeypatch):
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v16.20.0\n")
    old.chmod(0o755)
    found = {"node": str(old), "npm": "/bin/npm"}
    monkeypatch.setattr(node.shutil, "which", found.get)
    assert node._own_commands() is None
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    assert node._own_commands() == (str(old), ["/bin/npm"])
    found["npm"] = None
    assert node._own_commands() is None


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_missing_target_is_reported_and_fails_only_in_ci(tmp_path, monkeypatch, capsys, ci, code):
    def no_compiler():
        raise Unavailable("no compiler", "install one")

    monkeypatch.setenv("CI", ci)
    a_machine(tmp_path, monkeypatch, qemu=no_compiler)
    assert setup.main() == code
    status = json.loads((tmp_path / "status.json").read_text())
    assert status["unix"]["ok"] and status["in_process"]["ok"]
    assert status["qemu"] == {"ok": False, "why": "no compiler", "fix": "install one"}
    assert "qemu is UNAVAILABLE: no compiler" in capsys.readouterr().out
