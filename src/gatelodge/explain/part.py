"""One stage of an explained decision."""


class Part:
    """What one stage of the decision said."""

    __slots__ = ("lines", "title", "verdict")

    def __init__(self, title: str, verdict: str, lines: list[str]) -> None:
        self.title = title
        self.verdict = verdict
        self.lines = lines
