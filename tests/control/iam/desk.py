"""Operations of iam called on a real store, without processes."""

import pytest
from tests.control.apigateway.calls import Desk

from gatelodge.control.fault import Fault


class IamDesk(Desk):
    """One account; a call of iam belongs to no region."""

    def __init__(self, directory, account="111111111111", store=None):
        super().__init__(directory, account, "", store)

    def refused(self, function, **members):
        """Call what must fail; gives code, status and message."""
        with pytest.raises(Fault) as caught:
            self.do(function, **members)
        return caught.value.code, caught.value.status, caught.value.message
