"""`gatelodge serve`: the gateway itself."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.main.start import run
from gatelodge.respond.access_log import JSON_FORMAT
from gatelodge.settings import (
    DEFAULT_ACCOUNT,
    MAX_STALE,
    Settings,
    read_networks,
    read_stage_variables,
)

Repeated = Parameter(consume_multiple=False, negative="")
Switch = Parameter(negative="")


def serve(
    *files: Path,
    iam: Annotated[tuple[Path, ...], Repeated] = (),
    state: Path = Path(".gatelodge"),
    host: str = "127.0.0.1",
    data_port: int = 8080,
    aws_port: int = 4566,
    workers: int = 1,
    account: str = DEFAULT_ACCOUNT,
    region: str | None = None,
    api_id: str | None = None,
    stage: str | None = None,
    stage_variable: Annotated[tuple[str, ...], Repeated] = (),
    trusted_proxy: Annotated[tuple[str, ...], Repeated] = (),
    tolerate: Annotated[tuple[str, ...], Repeated] = (),
    access_log: str | None = None,
    access_log_format: str = JSON_FORMAT,
    cognito_endpoint: str | None = None,
    functions: Annotated[tuple[Path, ...], Repeated] = (),
    function_processes: int | None = None,
    mail: Annotated[str | None, Parameter(env_var="GATELODGE_MAIL")] = None,
    stale_seconds: int = MAX_STALE,
    log_decisions: Annotated[bool, Switch] = False,
    decision_header: bool = True,
) -> int:
    """Serve APIs until stopped.

    Parameters
    ----------
    files
        APIs as Amazon API Gateway exports them: Swagger 2.0 or OpenAPI 3.0, JSON or YAML.
    iam
        Output of `aws iam get-account-authorization-details`; may be given several times.
    state
        Directory for everything lasting: keys, publications, decisions.
    host
        Address to listen on.
    data_port
        Port for API traffic.
    aws_port
        Port for the AWS endpoint.
    workers
        Processes for API traffic.
    account
        Account that owns the APIs.
    region
        Region of the APIs, instead of the one in their server URL.
    api_id
        API id, instead of the one in the server URL.
    stage
        Stage, instead of the one in the server URL.
    stage_variable
        A stage variable, NAME=VALUE; may be given several times.
    trusted_proxy
        Address or range of a proxy whose X-Forwarded-For is believed; may be given several times.
    tolerate
        Name of something in the files that is not honoured and shall be let pass.
    access_log
        File for access log lines; - for standard output.
    access_log_format
        Text with $context variables, one of them $context.requestId.
    cognito_endpoint
        URL from which the keys of Amazon's user pools are fetched, instead of Amazon's own.
    functions
        Lambda functions in a YAML or JSON file; may be given several times.
    function_processes
        How many processes of functions run at once; without it, four for each processor.
    mail
        Mail server for messages to users of pools, smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS;
        without one they are written into messages.jsonl in the state directory.
    stale_seconds
        For how many seconds what is known is served while the store does not answer; 900 at most.
    log_decisions
        Write a line for each decision to standard error, as on a terminal.
    decision_header
        Send the id of each decision as x-gatelodge-decision.

    """
    settings = Settings(
        state=state,
        host=host,
        data_port=data_port,
        aws_port=aws_port,
        workers=workers,
        account=account,
        region=region,
        api_id=api_id,
        stage=stage,
        stage_variables=read_stage_variables(stage_variable),
        trusted_proxies=read_networks(trusted_proxy),
        tolerate=frozenset(tolerate),
        access_log=access_log,
        access_log_format=access_log_format,
        cognito_endpoint=cognito_endpoint,
        mail=mail,
        stale_seconds=stale_seconds,
        log_decisions=log_decisions,
        **({} if function_processes is None else {"function_processes": function_processes}),
        decision_header=decision_header,
    )
    return run(settings, files, iam, functions)
