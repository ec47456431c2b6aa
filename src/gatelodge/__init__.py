"""gatelodge: an API gateway that decides as Amazon API Gateway does, and says why."""

__version__ = "0.1.0"
