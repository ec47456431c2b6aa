"""The errors that user pools answer with, in AWS's words (cognito.md section B4)."""


class Refused(Exception):  # noqa: N818 - an answer, not a bug
    """What was asked for is refused. code: AWS's; message: AWS's text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def not_authorized(message: str = "Incorrect username or password.") -> Refused:
    """Refuse for want of a proof."""
    return Refused("NotAuthorizedException", message)


def invalid(message: str) -> Refused:
    """Refuse a parameter."""
    return Refused("InvalidParameterException", message)


def not_supported(member: str) -> Refused:
    """Refuse what AWS honours and nobody here does: never accept it in silence."""
    return invalid(f"{member} is not supported by gatelodge")


def no_pool(pool_id: str) -> Refused:
    """Refuse a pool that does not exist."""
    return Refused("ResourceNotFoundException", f"User pool {pool_id} does not exist.")


def no_client(client_id: str) -> Refused:
    """Refuse a client that does not exist."""
    return Refused("ResourceNotFoundException", f"User pool client {client_id} does not exist.")


def no_user() -> Refused:
    """Refuse a user that does not exist, where that may be told."""
    return Refused("UserNotFoundException", "User does not exist.")
