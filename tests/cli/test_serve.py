"""`gatelodge serve`: options that cannot be are told before anything is touched."""

import pytest

from gatelodge.cli.serve import serve
from gatelodge.settings import SettingError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"account": "1234"}, "--account '1234': an account has twelve digits"),
        ({"account": "\u0661" * 12}, "--account"),
        ({"region": "somewhere"}, "--region 'somewhere': a region is written like us-east-1"),
        ({"data_port": 65_536}, "--data-port 65536: a port is a number from 0 to 65535"),
        ({"aws_port": -1}, "--aws-port -1"),
        ({"data_port": 4566}, "--data-port and --aws-port are both 4566"),
        ({"workers": 0}, "--workers 0: from 1 to 256"),
        ({"workers": 257}, "--workers 257"),
        ({"trusted_proxy": ("10.0.0.0/33",)}, "--trusted-proxy '10.0.0.0/33'"),
        ({"trusted_proxy": ("localhost",)}, "not an address or range"),
        ({"stage_variable": ("color",)}, "--stage-variable 'color': write NAME=VALUE"),
        ({"stage_variable": ("a-b=c",)}, "--stage-variable"),
        ({"access_log_format": "$context.status"}, "--access-log-format"),
        ({"access_log_format": "$context.requestId $context.nope"}, "no variable $context.nope"),
        ({"cognito_endpoint": "localhost"}, "--cognito-endpoint 'localhost': not a URL"),
    ],
)
def test_options_that_cannot_be(tmp_path, options, message):
    state = tmp_path / "state"
    with pytest.raises(SettingError) as told:
        serve(state=state, **options)
    assert message in str(told.value)
    assert not state.exists()
