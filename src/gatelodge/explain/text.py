"""Explanations as plain text: one line, or everything."""

from gatelodge.explain.record import Record
from gatelodge.explain.replay import Explanation


def one_line(explanation: Explanation) -> str:
    """Write a decision in one line: `403 GET /prod/pets alice · reason`."""
    record = explanation.record
    return printable(
        f"{record['status']} {record['method']} {_path(record)} {explanation.who} · "
        f"{explanation.reason}"
    )


def in_full(decision_id: str, explanation: Explanation) -> str:
    """Write everything about a decision, for a terminal."""
    record = explanation.record
    through = "" if record["peer_ip"] == record["source_ip"] else f" through {record['peer_ip']}"
    lines = [
        one_line(explanation),
        "",
        f"decision   {decision_id}",
        f"request    {record['request_id']} at {record.time:%Y-%m-%dT%H:%M:%S.%fZ}",
        f"from       {record['source_ip']}{through}",
    ]
    if record["api_id"]:
        stage = f"stage {record['stage']} deployment {record['deployment']}"
        lines.append(f"api        {record['api_id']} {stage}")
    if record["error_type"]:
        lines.append(f"answered   {record['error_type']}")
    for part in explanation.parts:
        lines += ["", f"{part.title}: {part.verdict}"]
        lines += [f"  {line}" for line in part.lines]
    if not explanation.agrees:
        again = f"decided as {record['verdict']}, and judging again gives {explanation.replayed}"
        lines += ["", f"WARNING: {again}. This is a bug; please report it."]
    return "\n".join(printable(line) for line in lines)


def _path(record: Record) -> str:
    """Show the path from the stage on, however the API was addressed."""
    path = str(record["path"])
    return path.removeprefix(f"/_aws/execute-api/{record['api_id']}") or path


def printable(text: str) -> str:
    """Show control characters as escapes: a client's header must not steer a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
