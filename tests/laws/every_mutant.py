"""Try every mutant of the policy engine on the tests in tests/iam.

mutmut makes the mutants and keeps the results. It would collect the tests anew for each mutant,
which takes longer than to run them; here they are collected once, and each mutant is tried in a
fork, which runs the tests that call its function until one fails. That the same tests pass there
without a mutant is tried first, for each function: else nothing would be known of a mutant.
"""

import contextlib
import gc
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mutmut.__main__ import collect_source_file_mutation_data, create_mutants
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths
from mutmut.utils.format_utils import mangled_name_from_mutant_name

MUTANTS = Path("mutants")
PYTEST = [
    "--rootdir=.",
    "--capture=no",
    "--tb=native",
    "--hypothesis-seed=0",
    "-pno:cacheprovider",
    "-pno:gatelodge",
    "tests/iam",
]
NO_MUTANT = ""
NOTICED, SURVIVED, NO_TESTS = 1, 0, 33  # as mutmut keeps them
SECONDS = 20  # of one mutant, of processor time: all tests together take five
MEMORY = 4 << 30
BETWEEN_LINES = 60


def make():
    """Write the mutants to `mutants/`, from where everything is imported from then on."""
    set_mutant_under_test("mutant_generation")
    MUTANTS.mkdir()
    with contextlib.redirect_stdout(None):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        create_mutants(os.cpu_count())
    set_mutant_under_test(NO_MUTANT)


def try_all(bound):
    """Try every mutant, as many as the bound in seconds lets."""
    trial = EveryMutant(time.monotonic() + bound)
    with contextlib.chdir(MUTANTS):
        pytest.main(PYTEST, plugins=[trial])


class EveryMutant:
    """A pytest plugin: the collected tests run once as they are, then once for each mutant."""

    def __init__(self, until):
        self.until = until
        self.running = {}  # by process id: whom to tell the exit code
        self.counted = Counter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            give_up("the tests cannot be collected")
        session.config.pluginmanager.unregister(name="terminalreporter")
        tests = callers(session)
        gc.collect()
        gc.freeze()
        with contextlib.chdir(".."):
            self.try_without(session, tests)
            mutants, files = collect_source_file_mutation_data(mutant_names=())
            try:
                self.try_each(session, mutants, tests)
            finally:
                for data in files.values():
                    data.save()
        return True

    def try_without(self, session, tests):
        """Make sure that it is the mutants, and nothing else, that tests notice."""
        failed = []

        def keep(function, code):
            if code != SURVIVED:
                failed.append(function)

        for function, items in tests.items():
            self.start(session, NO_MUTANT, items, lambda code, f=function: keep(f, code))
        self.finish()
        if failed:
            give_up(f"the tests of these fail without a mutant, too: {', '.join(failed)}")

    def try_each(self, session, mutants, tests):
        line_due = time.monotonic()
        for data, name, _ in mutants:
            if time.monotonic() > self.until:
                break
            if time.monotonic() > line_due:
                self.write_line(len(mutants))
                line_due = time.monotonic() + BETWEEN_LINES

            def keep(code, data=data, name=name):
                data.exit_code_by_key[name] = code
                self.counted[code] += 1

            items = tests.get(mangled_name_from_mutant_name(name))
            if items is None:
                keep(NO_TESTS)
            else:
                self.start(session, name, items, keep)
        self.finish()
        self.write_line(len(mutants))

    def start(self, session, mutant, items, keep):
        """Try a mutant beside others, as soon as a processor is free."""
        while len(self.running) >= os.cpu_count():
            self.wait()
        self.running[forked(session, mutant, items)] = keep

    def finish(self):
        while self.running:
            self.wait()

    def wait(self):
        process, status = os.wait()
        self.running.pop(process)(os.waitstatus_to_exitcode(status))

    def write_line(self, count):
        missed = self.counted[SURVIVED] + self.counted[NO_TESTS]
        tried = self.counted.total()
        sys.stdout.write(f"{tried} of {count} mutants tried, {missed} not noticed\n")
        sys.stdout.flush()


def callers(session):
    """The tests that call each function: those of its own module first, then the quickest."""
    tests, seconds = defaultdict(list), {}
    set_mutant_under_test("stats")
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        state()._stats.clear()
        begun = time.perf_counter()
        run(item, following)
        seconds[item] = time.perf_counter() - begun
        for function in state()._stats:
            tests[function].append(item)
    set_mutant_under_test(NO_MUTANT)
    if session.testsfailed:
        give_up("the tests fail without a mutant, too")
    for function, items in tests.items():
        own = f"test_{function.split('.')[2]}"
        items.sort(key=lambda item: (item.path.stem != own, seconds[item]))
    return tests


def give_up(why):
    sys.stdout.write(f"{why}\n")  # pytest's reporter is not there to say it
    pytest.exit(why)


def run(item, following):
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def forked(session, mutant, items):
    """A process that tries one mutant; its exit code says what came of it."""
    process = os.fork()
    if process:
        return process
    code = NOTICED  # if anything but a test goes wrong, too
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.chdir(MUTANTS)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        set_mutant_under_test(mutant)
        for item, following in zip(items, [*items[1:], None], strict=True):
            run(item, following)
            if session.testsfailed:
                break
        else:
            code = SURVIVED
    finally:
        os._exit(code)
