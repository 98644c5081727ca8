"""What every test sees: the firmware, the boards and the emulated hardware, as on a board.

`firmware` and `boards` lie on the path as they do on a device; the emulated hardware modules
(`machine`, `micropython`) stand where MicroPython has its own. Targets (`--target`) are the
plug-in `host_tests.targets_plugin`.
"""

import importlib.util
import resource
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

for folder in (ROOT, ROOT / "firmware", ROOT / "host_tests/harness/emulated"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# An example that takes long is a machine that has much to do, under CI=true as elsewhere; so is
# one that takes long to make.
settings.register_profile(
    "patient",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

# Hundreds of stations with their sockets live in one run; the usual soft limit is 1024 files.
_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))

pytest_plugins = []
for plugin in ("host_tests.targets_plugin", "host_tests.browser_plugin"):
    if importlib.util.find_spec(plugin):
        pytest_plugins.append(plugin)
