"""A clock that stands until a test moves it."""


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now
