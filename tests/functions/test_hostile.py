"""Handlers that mean harm: every one of them ends in an answer, in time, and harms no other."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.functions.running import ARN, Running

# What a handler does, one step after the other.
STEPS = {
    "print much": "print('x' * 3_000_000)",
    "print octets": "import os; os.write(1, bytes(range(256)) * 100)",
    "print to the protocol": (
        "import os\n"
        "for fd in range(3, 20):\n"
        "    try: os.write(fd, b'POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\n\\r\\n')\n"
        "    except OSError: pass"
    ),
    "close the protocol": (
        "import os\nfor fd in range(3, 20):\n    try: os.close(fd)\n    except OSError: pass"
    ),
    "close everything": "import os; os.closerange(0, 256)",
    "recurse": "def f(): f()\nf()",
    "sleep": "import time; time.sleep(60)",
    "spin": "while True: pass",
    "exit": "import os; os._exit(7)",
    "exit well": "import os; os._exit(0)",
    "sys.exit": "import sys; sys.exit('bye')",
    "raise": "raise BaseException('no')",
    "raise what cannot be written": (
        "class E(Exception):\n    def __str__(self): raise KeyError\nraise E()"
    ),
    "raise much": "raise Exception('x' * 2_000_000)",
    "raise a strange name": "raise type('N\\r\\nX: y', (Exception,), {})('a\\r\\nb')",
    "return a set": "return {1}",
    "return NaN": "return float('nan')",
    "return deep": "x = []\nfor _ in range(100_000): x = [x]\nreturn x",
    "return much": "return 'x' * 7_000_000",
    "return a half character": "return '\\ud800'",
    "kill itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "stop itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "kill everything": "import os, signal; os.kill(-1, signal.SIGKILL)",
    "kill the parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "leave the group": ("import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)"),
    "fork away": "import os\nif os.fork(): os._exit(0)",
    "answer twice": (
        "import os, urllib.request\n"
        "api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime'\n"
        "place = api + '/invocation/' + context.aws_request_id + '/response'\n"
        "urllib.request.urlopen(place, b'1').read()"
    ),
    "ask for another event": (
        "import os, urllib.request, urllib.error\n"
        "api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime'\n"
        "try: urllib.request.urlopen(api + '/invocation/next', timeout=0.2).read()\n"
        "except (OSError, urllib.error.HTTPError): pass"
    ),
    "answer for somebody else": (
        "import os, urllib.request, urllib.error\n"
        "api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime'\n"
        "try: urllib.request.urlopen(api + '/invocation/other/response', b'1').read()\n"
        "except urllib.error.HTTPError: pass"
    ),
    "say nonsense to the protocol": (
        "import os, socket\n"
        "host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "s = socket.create_connection((host, int(port)))\n"
        "s.sendall(b'GET /' + b'x' * 100_000 + b'\\r\\n\\r\\n')"
    ),
    "open many connections": (
        "import os, socket\n"
        "host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "kept = [socket.create_connection((host, int(port))) for _ in range(200)]"
    ),
    "fill the scratch directory": (
        "import os\nwith open(os.environ['TMPDIR'] + '/x', 'wb') as f: f.write(b'x' * 10_000_000)"
    ),
    "eat memory": "x = [bytearray(1 << 20) for _ in range(600)]",
    "patch the runtime": "import json; json.dumps = None",
    "close the streams": "import sys; sys.stdout.close(); sys.stderr = None",
    "forget the environment": "import os; os.environ.clear()",
}
SECONDS = 1


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("functions"), limit=6)
    yield made
    made.close()


def code(steps):
    body = "\n".join(STEPS[step] for step in steps)
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def handler(event, context):\n{indented}\n    return 'done'\n"


def check(outcome):
    """Whatever it was: an answer with AWS's shape."""
    if not outcome.failed:
        outcome.payload.decode()
        return
    error = json.loads(outcome.payload[: 256 * 1024]) if len(outcome.payload) < 256 * 1024 else {}
    assert not error or {"errorType", "errorMessage"} <= set(error)
    assert len(outcome.log_tail) <= 4096


GOOD = {"app.py": "def handler(event, context):\n    return event\n"}


@pytest.fixture(scope="module")
def neighbour(running):
    return running.function(GOOD, name="neighbour", arn=f"{ARN}neighbour")


def attack(running, neighbour, steps, number):
    name = f"hostile{number}"
    function = running.function({"app.py": code(steps)}, name=name, arn=ARN + name, timeout=SECONDS)
    began = time.monotonic()
    check(running.call(function, 1))
    assert time.monotonic() - began < SECONDS + 11
    # The next call of the same function is answered as well, and so is another's.
    check(running.call(function, 1))
    answered = running.call(neighbour, "fine")
    assert (answered.failed, json.loads(answered.payload)) == (False, "fine")


@pytest.mark.parametrize("step", STEPS)
def test_each_alone(running, neighbour, step):
    attack(running, neighbour, [step], list(STEPS).index(step))


# Steps that end the call at once are in the parametrised test; here they come in any company.
_QUICK = sorted(set(STEPS) - {"sleep", "spin", "stop itself", "eat memory"})


@pytest.mark.timeout(600)  # of all its examples together, on a busy machine
@given(st.lists(st.sampled_from(_QUICK), min_size=2, max_size=5), st.integers(100, 10**9))
@settings(
    max_examples=165,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_in_any_company(running, neighbour, steps, number):
    attack(running, neighbour, steps, number)
