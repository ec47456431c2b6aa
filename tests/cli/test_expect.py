"""`gatelodge test`, on the example and on expectations that do not hold."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.expect.estate import A, write

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "access" / "expectations.yaml"


def run(*arguments):
    command = [sys.executable, "-m", "gatelodge", "test", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_example_holds(tmp_path):
    done = run(EXAMPLE, "--junit-xml", tmp_path / "report.xml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "passed anonymous may GET /pets"
    assert done.stdout.splitlines()[-1] == "6 of 6 expectations hold"
    suite = ET.parse(tmp_path / "report.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == (
        "6",
        "0",
        "0",
    )


def test_what_does_not_hold_is_explained(tmp_path):
    write(tmp_path)
    path = tmp_path / "expectations.yaml"
    path.write_text(
        f"api: api.json\niam: a.json\naccount: '{A}'\nexpectations:\n"
        "  - {who: alice, may: [GET /pets/7, DELETE /pets/7]}\n"
        "  - {who: carol, may not: GET /pets/7}\n"
    )
    done = run(path, "--quiet", "--junit-xml", tmp_path / "report.xml")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "failed alice may DELETE /pets/7"
    assert lines[1].endswith("expectations.yaml#/expectations/0/may")
    assert "no identity policy allows this" in lines[2]
    assert lines[3] == "error  carol may not GET /pets/7"
    assert lines[-1] == "1 of 3 expectations hold"
    suite = ET.parse(tmp_path / "report.xml").getroot()[0]
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")


def test_files_that_cannot_be_used(tmp_path):
    assert run().returncode == 1
    path = tmp_path / "e.yaml"
    path.write_text("api: api.json\n")
    assert "there are none" in run(path).stderr
    path.write_text("api: api.json\nexpectations: [{who: a, may: GET /}]\n")
    assert "api.json: No such file" in run(path).stderr
    assert "No such file" in run(tmp_path / "none").stderr
