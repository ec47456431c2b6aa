"""What all processes share is made once, however many threads ask at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from tests.functions.running import Running


def test_many_prepare_at_once(tmp_path):
    running = Running(tmp_path)
    try:
        function = running.function({"app.py": "def handler(event, context): pass"})
        many, together = 16, threading.Barrier(16)

        def prepare(_):
            together.wait(30)
            return running.machine.prepare(function)

        with ThreadPoolExecutor(many) as pool:
            places = list(pool.map(prepare, range(many)))
        assert len({place.task for place in places}) == 1
        assert (places[0].task / "app.py").exists()
        assert len({place.scratch for place in places}) == many
        assert all(place.scratch.is_dir() for place in places)
    finally:
        running.close()


def test_lines_of_several_processes_stay_whole(tmp_path):
    running = Running(tmp_path)
    code = (
        "import sys, time\n"
        "def handler(event, context):\n"
        "    for _ in range(50):\n"
        "        for part in ('one', 'two', '\\n'):\n"
        "            sys.stdout.write(part)\n"
        "            sys.stdout.flush()\n"
        "            time.sleep(0.001)\n"
    )
    try:
        function = running.function({"app.py": code})
        for waiting in [running.begin(function) for _ in range(4)]:
            waiting.result(60)
        log = next((tmp_path / "state" / "logs").iterdir()).read_text().splitlines()
    finally:
        running.close()
    printed = [line for line in log if not line.startswith(("INIT", "START", "END", "REPORT"))]
    assert printed == ["onetwo"] * 200
