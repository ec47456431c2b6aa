"""Amazon Resource Names: parse and write, nothing else.

Knows the six pieces; knows no service's resource syntax, and matches no patterns (iam does).
Source: AWS General Reference, "Amazon Resource Names (ARNs)".
"""

PIECES = 6


class Arn:
    """`arn:partition:service:region:account:resource`, taken apart; any piece may be empty."""

    __slots__ = ("account", "partition", "region", "resource", "service")

    def __init__(
        self, partition: str, service: str, region: str, account: str, resource: str
    ) -> None:
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """Take an ARN apart at its first five colons; None when it is not an ARN."""
        pieces = text.split(":", PIECES - 1)
        if len(pieces) != PIECES or pieces[0] != "arn":
            return None
        return cls(*pieces[1:])

    def __str__(self) -> str:
        """Write the ARN."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    def __repr__(self) -> str:
        return f"Arn({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arn) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def partition_of(region: str) -> str:
    """Name the partition that a region belongs to (AWS General Reference, "Partitions")."""
    for prefix, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
        if region.startswith(prefix):
            return partition
    return "aws"
