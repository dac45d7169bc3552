"""What takes the place of AWS in the tests of the handlers."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient


class Aws:
    """Keeps each call, and answers what a test wants answered."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {"PutEvents": {"FailedEntryCount": 0}}
        self.refusals: dict[str, str] = {}
        self.done: dict[str, dict[str, Any]] = {}

    def made(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of all calls of an operation, such as PutItem."""
        return [parameters for name, parameters in self.calls if name == operation]

    def call(
        self, client: BaseClient, operation: str, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        if parameters.get("TableName") == "idempotency":
            return self.remember(client, operation, parameters)
        self.calls.append((operation, parameters))
        if operation in self.refusals:
            raise refusal(client, operation, self.refusals[operation])
        answer = self.answers.get(operation, {})
        return answer(parameters) if callable(answer) else answer

    def remember(
        self, client: BaseClient, operation: str, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        """The idempotency table: puts under a condition, updates and deletes."""
        if operation == "PutItem":
            item = parameters["Item"]
            found = self.done.setdefault(item["id"]["S"], item)
            if found is not item:
                code = "ConditionalCheckFailedException"
                raise refusal(client, operation, code, Item=found)
        elif operation == "DeleteItem":
            del self.done[parameters["Key"]["id"]["S"]]
        else:
            item = self.done[parameters["Key"]["id"]["S"]]
            item["status"] = {"S": "COMPLETED"}
            item["data"] = parameters["ExpressionAttributeValues"][":response_data"]
        return {}


def refusal(client: BaseClient, operation: str, code: str, **details: Any) -> Exception:
    """The exception that the client raises where AWS answers with an error."""
    error = {"Error": {"Code": code, "Message": code}, **details}
    return client.exceptions.from_code(code)(error, operation)


class Context(LambdaContext):
    """What Lambda tells a function of its call."""

    _function_name = "test"
    _memory_limit_in_mb = 512
    _invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:test"
    _aws_request_id = "request"
    _tenant_id = "tenant"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 30_000
