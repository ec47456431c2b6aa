"""A pool of a million users beside one of a thousand: what finding people costs (`make prove`).

Every user has a row and its entries in the index; the verifiers of a sample are real. Fails when
sign-in, look-up by e-mail or the first page of ListUsers takes 20 ms longer among the million.
"""

import json
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge.userpools import administration, sign_in
from gatelodge.userpools.listing import list_users

FEW, MANY, SAMPLE, ROUNDS = 1_000, 1_000_000, 5, 15
ALLOWED = 0.020


def fill(pools, pool, count):
    """Put users into a pool as fast as the store takes them; a sample of them can sign in."""
    with pools.store.transaction() as connection:
        for begun in range(0, count, 10_000):
            numbers = range(begun, min(begun + 10_000, count))
            subs = [str(uuid.UUID(int=number + (count << 64))) for number in numbers]
            people = list(zip(numbers, subs, strict=True))
            connection.executemany(
                "INSERT INTO pool_user VALUES (?,?,?,?,'CONFIRMED',1,?,NULL,'{}',?,?)",
                [
                    (pool.id, sub, f"user{n:07d}", f"user{n:07d}",
                     json.dumps({"email": f"user{n}@example.com", "email_verified": "true"}),
                     NOW, NOW)
                    for n, sub in people
                ],
            )  # fmt: skip
            connection.executemany(
                "INSERT INTO pool_user_attribute VALUES (?, 'email', ?, ?)",
                [(pool.id, f"user{n}@example.com", sub) for n, sub in people],
            )
    for number in sample(count):
        name = f"user{number:07d}"
        administration.set_password(pools, pool, name, PASSWORD, NOW, permanent=True)


def sample(count):
    return [number * (count // SAMPLE) + 7 for number in range(SAMPLE)]


def medians(actions):
    """The median time of each action over its arguments; all in turn, round by round."""
    times = {key: [] for key in actions}
    for _ in range(ROUNDS):
        for key, (action, arguments) in actions.items():
            for argument in arguments:
                begun = time.perf_counter()
                action(argument)
                times[key].append(time.perf_counter() - begun)
    return {key: statistics.median(taken) for key, taken in times.items()}


def looked_for(pools, pool, client, count):
    """What is measured in a pool: what → the action and its arguments."""
    store = pools.store

    def enter(number):
        parameters = {"USERNAME": f"user{number:07d}", "PASSWORD": PASSWORD}
        sign_in.initiate(pools, pool, client, "USER_PASSWORD_AUTH", parameters, NOW)

    def by_mail(number):
        found, _ = list_users(store, pool, f'email = "user{number}@example.com"', None, None)
        assert len(found) == 1

    def first_page(_):
        found, token = list_users(store, pool, None, None, 60)
        assert len(found) == 60
        assert token

    return {
        "sign-in": (enter, sample(count)),
        "look-up by e-mail": (by_mail, sample(count)),
        "first page of ListUsers": (first_page, range(3)),
    }


def main():
    actions = {}
    with tempfile.TemporaryDirectory() as directory:
        pools, _ = tools(Path(directory) / "state")
        for number, count in enumerate((FEW, MANY)):
            pool = make_pool(pools, f"us-east-1_Pool{number}", AliasAttributes=["email"])
            client = make_client(pools, pool, f"client{number}")
            begun = time.perf_counter()
            fill(pools, pool, count)
            print(f"{count} users in {time.perf_counter() - begun:.1f} s")
            for what, measured in looked_for(pools, pool, client, count).items():
                actions[what, count] = measured
        taken = medians(actions)
    slower = 0
    for what in dict.fromkeys(what for what, _ in actions):
        few, many = taken[what, FEW], taken[what, MANY]
        slower += many - few > ALLOWED
        print(f"{what}: {few * 1000:.2f} ms of {FEW}, {many * 1000:.2f} ms of {MANY}")
    print("within 20 ms" if not slower else f"{slower} take more than 20 ms longer")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
