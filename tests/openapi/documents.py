"""Small documents, and what the reader makes of them."""

from gatelodge.openapi import Problems, read

X = "x-amazon-apigateway-"
MOCK = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def document(operation=None, *, swagger=False, path="/p", verb="get", **members):
    version = {"swagger": "2.0"} if swagger else {"openapi": "3.0.1"}
    return {**version, "info": {"title": "t"}, "paths": {path: {verb: operation or {}}}, **members}


def imported(written):
    problems = Problems()
    return read(written, problems), problems.found


def method_of(operation, **members):
    read_once, found = imported(document(operation, **members))
    assert not found, found
    methods = read_once.api["resources"][0]["methods"]
    return next(iter(methods.values()))


def told(found):
    return [(problem.pointer, problem.message) for problem in found]
