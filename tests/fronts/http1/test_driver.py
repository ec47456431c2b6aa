"""Driving the engine: at once where answers are there, later where not, and never into an Allow."""

import pytest

from gatelodge.asking import Question, ask
from gatelodge.fronts.http1.driver import Drive
from gatelodge.world.answers import PENDING


class Number(Question[int]):
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def adding(count):
    total = 0
    for value in range(count):
        total += yield from ask(Number(value))
    return total


def run(asking, answer):
    done = []
    Drive(asking, {Number: answer}, lambda *result: done.append(result), "subject").step(None)
    return done


def test_answers_that_are_there_need_no_loop():
    assert run(adding(5), lambda question, _: question.value) == [("subject", 10)]


def test_no_question_at_all():
    assert run(adding(0), None) == [("subject", 0)]


def test_an_answer_that_comes_later():
    waiting = []

    def answer(question, resume):
        if question.value % 2:
            waiting.append((question, resume))
            return PENDING
        return question.value

    done = run(adding(4), answer)
    while waiting:
        assert not done
        question, resume = waiting.pop()
        resume(question.value * 10)
    assert done == [("subject", 0 + 10 + 2 + 30)]


def test_many_answers_at_once_do_not_make_the_stack_grow():
    assert run(adding(50_000), lambda *_: 1) == [("subject", 50_000)]


@pytest.mark.parametrize("where", ["engine", "answer", "no answer"])
def test_a_bug_ends_in_no_result(where):
    def broken():
        yield from ask(Number(1))
        raise ZeroDivisionError

    def answer(question, resume):
        if where == "answer":
            raise OSError("the answer failed")
        return 1

    class Unknown(Question[int]):
        __slots__ = ()

    def asking():
        return (yield from ask(Unknown()))

    assert run(asking() if where == "no answer" else broken(), answer) == [("subject", None)]
