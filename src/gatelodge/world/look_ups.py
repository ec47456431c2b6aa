"""Look-ups in the store: off the event loop, and one for all who ask the same meanwhile.

What was being looked up when something changed may be what was there before: it is told to those
who asked before the change, it is not kept, and whoever asks from then on asks anew.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
A = TypeVar("A")
CallSoon = Callable[[Callable[[], None]], object]
"""Runs a function on the event loop, from any thread."""


class LookUps(Generic[K, A]):
    """Look-ups of one sort that are under way. To be used on the event loop."""

    __slots__ = ("_call_soon", "_executor", "_keep", "_look_up", "_under_way")

    def __init__(
        self,
        executor: Executor,
        call_soon: CallSoon,
        look_up: Callable[[K], A],
        keep: Callable[[K, A], None],
    ) -> None:
        """Prepare; look_up: runs on a thread and raises nothing; keep: is given what is new."""
        self._executor = executor
        self._call_soon = call_soon
        self._look_up = look_up
        self._keep = keep
        self._under_way: dict[K, list[Callable[[A], None]]] = {}
        """Key → who waits."""

    def ask(self, key: K, then: Callable[[A], None]) -> None:
        """Look up, and tell."""
        waiting = self._under_way.get(key)
        if waiting is not None:
            waiting.append(then)
            return
        waiting = self._under_way[key] = [then]
        self._executor.submit(self._work, key, waiting)

    def forget(self) -> None:
        """Keep nothing of what is under way, because something changed."""
        self._under_way.clear()

    def _work(self, key: K, waiting: list[Callable[[A], None]]) -> None:
        found = self._look_up(key)
        self._call_soon(lambda: self._done(key, found, waiting))

    def _done(self, key: K, found: A, waiting: list[Callable[[A], None]]) -> None:
        if self._under_way.get(key) is waiting:
            del self._under_way[key]
            self._keep(key, found)
        for tell in waiting:
            tell(found)
