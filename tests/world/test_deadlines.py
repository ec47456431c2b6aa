"""One sweep for many time-outs."""

import asyncio

from gatelodge.world.deadlines import NEVER, Deadlines


class Thing:
    def __init__(self, deadline):
        self.deadline = deadline
        self.expired = 0

    def expire(self):
        self.expired += 1


def test_what_is_late_ends_once_and_the_rest_does_not():
    async def run():
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(loop, 0.01)
        now = loop.time()
        late, later, never = Thing(now - 1), Thing(now + 60), Thing(NEVER)
        taken_out = Thing(now - 1)
        deadlines.pending |= {late, later, never, taken_out}
        deadlines.pending.discard(taken_out)
        await asyncio.sleep(0.1)
        assert [t.expired for t in (late, later, never, taken_out)] == [1, 0, 0, 0]
        late.deadline = loop.time()  # a new deadline ends it again
        await asyncio.sleep(0.1)
        assert late.expired == 2
        deadlines.close()
        late.deadline = loop.time()
        await asyncio.sleep(0.05)
        assert late.expired == 2

    asyncio.run(run())


def test_things_may_leave_and_come_while_others_end():
    async def run():
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(loop, 0.01)

        class Leaving(Thing):
            def expire(self):
                super().expire()
                deadlines.pending.discard(self)
                deadlines.pending.add(Thing(NEVER))

        things = [Leaving(loop.time() - 1) for _ in range(50)]
        deadlines.pending |= set(things)
        await asyncio.sleep(0.1)
        deadlines.close()
        assert [thing.expired for thing in things] == [1] * 50

    asyncio.run(run())
