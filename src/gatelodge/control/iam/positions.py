"""Where the statements of a policy stand in its text, as simulations print it.

A statement begins right behind the bracket, comma or colon before it and ends right behind its
closing brace; lines and columns count from 1. So AWS's published outputs have it.
"""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
Position = tuple[int, int]
"""Line and column."""


def statement_positions(text: str) -> list[tuple[Position, Position]]:
    """Give begin and end of each statement of a valid policy, in order."""
    tokens = [(found[0], found.end()) for found in _TOKEN.finditer(text)]
    positions: list[tuple[Position, Position]] = []
    depth, inside, start = 0, -1, 0
    for number, (word, end) in enumerate(tokens):
        if word in "{[":
            if word == "{" and depth == inside:
                start = tokens[number - 1][1]
            depth += 1
        elif word in "}]":
            depth -= 1
            if word == "}" and depth == inside:
                positions.append((_position(text, start), _position(text, end)))
            if depth == 1:
                inside = -1
        elif depth == 1 and word == '"Statement"' and tokens[number + 1][0] == ":":
            inside = 2 if tokens[number + 2][0] == "[" else 1
    return positions


def _position(text: str, index: int) -> Position:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
