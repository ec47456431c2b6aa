"""`${AWS::…}` in every string."""

from gatelodge.openapi.pseudo_variables import fill_pseudo_variables


def test_every_string_is_filled():
    text = "${AWS::Partition}:${AWS::Region}:${AWS::AccountId}:${stageVariables.x}:${AWS::Other}"
    document = {"a": [text, 1, None], "${AWS::Region}": {"b": text}}
    filled = fill_pseudo_variables(document, "111111111111", "cn-north-1")
    expected = "aws-cn:cn-north-1:111111111111:${stageVariables.x}:${AWS::Other}"
    assert filled == {"a": [expected, 1, None], "${AWS::Region}": {"b": expected}}
    assert document["a"][0] == text
