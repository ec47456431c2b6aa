"""`identityValidationExpression`: a regular expression of an authorizer, compiled by RE2.

RE2 takes time in proportion to the text, whatever the expression; what it does not know
(look-around, back-references) is refused when an API is loaded.
"""

from collections.abc import Callable

import re2

Validation = Callable[[str], bool]
"""Tells whether a text matches."""
_MAX_MEMORY = 1 << 20


class ValidationError(ValueError):
    """An expression that RE2 cannot compile."""


def compile_validation(expression: str, *, whole: bool = True) -> Validation:
    """Compile an expression. Raises ValidationError.

    whole: all of a text must match, or only its beginning.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        pattern = re2.compile(expression, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be compiled"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValidationError(f"{expression!r} is no expression that RE2 knows: {text}") from error
    matches = pattern.fullmatch if whole else pattern.match
    return lambda text: matches(text) is not None
