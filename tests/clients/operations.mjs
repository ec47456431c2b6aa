// Calls operations with the AWS SDK for JavaScript v3, one service for each protocol.
// Standard input: [{client, command, input}]; standard output: what each gave or threw.
import * as apigateway from "@aws-sdk/client-api-gateway";
import * as cognito from "@aws-sdk/client-cognito-identity-provider";
import * as sts from "@aws-sdk/client-sts";

const packages = {
  APIGateway: apigateway,
  CognitoIdentityProvider: cognito,
  STS: sts,
};

let text = "";
for await (const piece of process.stdin) text += piece;

const answers = [];
for (const { client, command, input } of JSON.parse(text)) {
  const made = new packages[client][`${client}Client`]({ maxAttempts: 1 });
  try {
    const { $metadata, ...output } = await made.send(new packages[client][`${command}Command`](input));
    answers.push({ status: $metadata.httpStatusCode, output });
  } catch (error) {
    answers.push({
      status: error.$metadata?.httpStatusCode,
      error: error.name,
      message: error.message,
      requestId: error.$metadata?.requestId,
    });
  }
}
process.stdout.write(JSON.stringify(answers));
