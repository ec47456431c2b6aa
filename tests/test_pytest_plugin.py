"""The pytest plugin as people use it: pytest runs the example."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def project(tmp_path):
    shutil.copytree(EXAMPLES / "demo", tmp_path / "demo")
    shutil.copytree(EXAMPLES / "access", tmp_path / "access")
    return tmp_path / "access"


def run(project, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def test_the_example_passes(project):
    done = run(project)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_access_that_changed_fails_with_the_reason(project):
    account = project.parent / "demo" / "account.json"
    account.write_text(account.read_text().replace('"Effect": "Allow"', '"Effect": "Deny"'))
    done = run(project)
    assert done.returncode == 1
    assert "alice may not GET /pets/7: identity policy call-pets statement 1 denies" in done.stdout
    assert "-GET /pets/id  -          may    -" in done.stdout
    assert "+GET /pets/id  -          -      -" in done.stdout
    assert run(project, "--gatelodge-update", "-k", "gained").returncode == 0
    assert run(project, "-k", "gained").returncode == 0


def test_a_matrix_is_never_written_unasked(project):
    (project / "access" / "pets.txt").unlink()
    done = run(project, "-k", "gained")
    assert done.returncode == 1
    assert "does not exist; run pytest --gatelodge-update" in done.stdout


def test_without_a_file_the_fixtures_say_what_to_set(project):
    (project / "pytest.ini").write_text("[pytest]\n")
    done = run(project, "-k", "open")
    assert "set gatelodge_expectations" in done.stdout


def test_denials_that_do_not_hold_and_calls_that_are_missing(project):
    (project / "test_access.py").write_text(
        "def test_denies(assert_denies):\n"
        "    assert_denies('anonymous', 'GET /pets', source_ip='123.4.5.9')\n"
        "def test_nothing(assert_allows):\n"
        "    assert_allows('anonymous')\n"
    )
    done = run(project)
    assert "anonymous may GET /pets: resource policy statement 1 allows" in done.stdout
    assert "name at least one call" in done.stdout


def test_the_plugin_is_light_until_it_is_used():
    code = "import sys, gatelodge.pytest_plugin; print('gatelodge.serve' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
