"""Operations of lambda called on a real store, without processes."""

import io
import zipfile

import pytest
from tests.control.apigateway.calls import ACCOUNT, Desk

from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.functions import create_function

ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda-role"


def package(text="def handler(event, context): ...\n", name="app.py"):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, text)
    return written.getvalue()


class LambdaDesk(Desk):
    """One account and region."""

    def function(self, name="f", **members):
        code = {"ZipFile": members.pop("ZipFile", package())}
        members = {"Runtime": "python3.12", "Handler": "app.handler", **members}
        return self.do(create_function, FunctionName=name, Role=ROLE, Code=code, **members)

    def refused(self, function, **members):
        """Call what must fail; gives code, status and message."""
        with pytest.raises(Fault) as caught:
            self.do(function, **members)
        return caught.value.code, caught.value.status, caught.value.message
