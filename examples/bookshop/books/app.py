"""Each caller's books: POST and GET /books, GET and DELETE /books/{id}."""

import json
import os
import uuid

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    owner = event["requestContext"]["authorizer"]["principalId"]
    book_id = (event["pathParameters"] or {}).get("id")
    match event["httpMethod"], book_id:
        case "POST", None:
            book = {"owner": owner, "id": str(uuid.uuid4()), **json.loads(event["body"] or "{}")}
            table.put_item(Item={**book, "owner": owner})
            return answer(201, book)
        case "GET", None:
            found = table.query(KeyConditionExpression=Key("owner").eq(owner))
            return answer(200, found["Items"])
        case "GET", _:
            found = table.get_item(Key={"owner": owner, "id": book_id})
            return answer(200, found["Item"]) if "Item" in found else answer(404, "no such book")
        case "DELETE", _:
            table.delete_item(Key={"owner": owner, "id": book_id})
            return {"statusCode": 204}
    return answer(405, "not here")


def answer(status, value):
    return {"statusCode": status, "body": json.dumps(value, default=str)}
