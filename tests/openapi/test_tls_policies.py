"""The names of TLS policies are those of AWS's service model."""

import botocore.session

from gatelodge.openapi.tls_policies import ACCESS_MODES, EDGE_POLICIES, OTHER_POLICIES, POLICIES


def test_they_are_all_of_the_model():
    model = botocore.session.get_session().get_service_model("apigateway")
    assert set(POLICIES) == set(model.shape_for("SecurityPolicy").enum)
    assert set(ACCESS_MODES) == set(model.shape_for("EndpointAccessMode").enum)


def test_those_of_the_edge_are_named_so():
    assert {name for name in POLICIES if name.endswith("_EDGE")} == set(EDGE_POLICIES[1:])
    assert set(EDGE_POLICIES) & set(OTHER_POLICIES) == {"TLS_1_0"}
