"""GetAccessKeyInfo and DecodeAuthorizationMessage (control-plane.md section 5.4)."""

from gatelodge.control.call import Call
from gatelodge.control.denial import decode
from gatelodge.control.fault import Fault
from gatelodge.control.operations import Output, operation


@operation("sts", "GetAccessKeyInfo")
def get_access_key_info(call: Call, *, AccessKeyId: str) -> Output:
    """Tell the account of a key, active or not. Temporary keys of others are kept nowhere."""
    if AccessKeyId == call.signer.access_key_id:
        return {"Account": call.account}
    key = call.store.access_key(AccessKeyId)
    if key is None:
        raise Fault("ValidationError", f"The access key {AccessKeyId} is not known")
    return {"Account": key.account}


@operation("sts", "DecodeAuthorizationMessage")
def decode_authorization_message(call: Call, *, EncodedMessage: str) -> Output:
    """Tell what was behind a denial in the caller's account."""
    decoded = decode(EncodedMessage, call.account, call.master)
    if decoded is None:
        raise Fault(
            "InvalidAuthorizationMessageException",
            "The authorization message is invalid or belongs to another account",
        )
    return {"DecodedMessage": decoded}
