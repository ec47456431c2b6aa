"""The types of the global condition keys, so that a condition that can never hold is refused.

Source: IAM User Guide, "AWS global condition context keys"; reference: iam-evaluation.md section 7.
"""

from gatelodge.iam.operators import Family

_TEXT = frozenset({Family.STRING, Family.NULL})
_ANY = frozenset(Family)

_BY_TYPE: dict[Family, frozenset[Family]] = {
    Family.STRING: _TEXT,
    Family.IP: _TEXT | {Family.IP},
    Family.DATE: _TEXT | {Family.DATE},
    Family.BOOL: _TEXT | {Family.BOOL},
    Family.NUMERIC: _TEXT | {Family.NUMERIC},
    Family.ARN: _TEXT | {Family.ARN},
}

_TYPES: dict[str, tuple[Family, ...]] = {
    "aws:calledvia": (Family.STRING,),
    "aws:calledviafirst": (Family.STRING,),
    "aws:calledvialast": (Family.STRING,),
    "aws:currenttime": (Family.DATE,),
    "aws:ec2instancesourceprivateipv4": (Family.IP,),
    "aws:ec2instancesourcevpc": (Family.STRING,),
    # Seconds are a number as well as a date.
    "aws:epochtime": (Family.DATE, Family.NUMERIC),
    "aws:federatedprovider": (Family.STRING, Family.ARN),
    "aws:multifactorauthage": (Family.NUMERIC,),
    "aws:multifactorauthpresent": (Family.BOOL,),
    "aws:principalaccount": (Family.STRING, Family.NUMERIC),
    "aws:principalarn": (Family.ARN,),
    "aws:principalisawsservice": (Family.BOOL,),
    "aws:principalorgid": (Family.STRING,),
    "aws:principalorgpaths": (Family.STRING,),
    "aws:principalservicename": (Family.STRING,),
    "aws:principalservicenameslist": (Family.STRING,),
    "aws:principaltype": (Family.STRING,),
    "aws:referer": (Family.STRING,),
    "aws:requestedregion": (Family.STRING,),
    "aws:resourceaccount": (Family.STRING, Family.NUMERIC),
    "aws:resourceorgid": (Family.STRING,),
    "aws:resourceorgpaths": (Family.STRING,),
    "aws:securetransport": (Family.BOOL,),
    "aws:sourceaccount": (Family.STRING, Family.NUMERIC),
    "aws:sourcearn": (Family.ARN,),
    "aws:sourceidentity": (Family.STRING,),
    "aws:sourceip": (Family.IP,),
    "aws:sourceorgid": (Family.STRING,),
    "aws:sourcevpc": (Family.STRING,),
    "aws:sourcevpce": (Family.STRING,),
    "aws:tagkeys": (Family.STRING,),
    "aws:tokenissuetime": (Family.DATE,),
    "aws:useragent": (Family.STRING,),
    "aws:userid": (Family.STRING,),
    "aws:username": (Family.STRING,),
    "aws:viaawsservice": (Family.BOOL,),
    "aws:vpcsourceip": (Family.IP,),
    "execute-api:viadomainarn": (Family.ARN,),
}


_FAMILIES = {
    key: frozenset().union(*(_BY_TYPE[kind] for kind in types)) for key, types in _TYPES.items()
}


def operator_families(key: str) -> frozenset[Family]:
    """Give the operator families that can match a key (lower case); all for keys not known."""
    return _FAMILIES.get(key, _ANY)
