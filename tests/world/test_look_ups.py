"""Look-ups under way: one for all who ask the same, and nothing kept from before a change."""

import pytest

from gatelodge.world.look_ups import LookUps


class Bench:
    """Look-ups whose threads run when the test says so."""

    def __init__(self):
        self.work, self.asked, self.kept, self.told = [], [], {}, []
        self.value = "old"
        self.look_ups = LookUps(self, lambda job: job(), self.look_up, self.kept.__setitem__)

    def submit(self, function, *arguments):
        self.work.append(lambda: function(*arguments))

    def look_up(self, key):
        self.asked.append(key)
        return f"{key} {self.value}"

    def ask(self, key):
        self.look_ups.ask(key, self.told.append)

    def run(self):
        self.work.pop(0)()


@pytest.fixture
def bench():
    return Bench()


def test_one_for_all_who_ask_meanwhile(bench):
    for key in ("a", "b", "a", "a"):
        bench.ask(key)
    assert bench.asked == []
    bench.run()
    assert (bench.told, bench.kept) == (["a old"] * 3, {"a": "a old"})
    bench.run()
    assert bench.asked == ["a", "b"]
    bench.ask("a")
    assert len(bench.work) == 1


def test_what_was_read_before_a_change_is_told_and_not_kept(bench):
    bench.ask("a")
    bench.look_ups.forget()
    bench.ask("a")
    bench.run()
    assert (bench.told, bench.kept) == (["a old"], {})
    bench.value = "new"
    bench.run()
    assert (bench.told, bench.kept) == (["a old", "a new"], {"a": "a new"})


def test_who_is_told_finds_it_kept(bench):
    seen = []
    bench.look_ups.ask("a", lambda found: seen.append(bench.kept.get("a") == found))
    bench.run()
    assert seen == [True]
