// Speaks the Lambda Runtime API for a Node.js handler.
//
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", "Define Lambda function handler
// in Node.js"; reference: control-plane.md sections 7.4 and 7.5.

import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const API = "/2018-06-01/runtime";
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const root = process.env.LAMBDA_TASK_ROOT;
let requestId = "";

class Fault extends Error {
  constructor(type, message, trace) {
    super(message);
    this.name = type;
    this.stack = trace ?? this.stack;
  }
}

function send(method, place, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: API + place, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function describe(error) {
  if (error instanceof Error || util.types.isNativeError(error)) {
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: String(error.stack ?? "").split("\n"),
    };
  }
  let message;
  try {
    message = String(error);
  } catch {
    message = "";
  }
  return { errorType: typeof error, errorMessage: message, trace: [] };
}

async function post(place, body, description) {
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  if (description) {
    const type = description.errorType.replace(/[^ -~]/g, "");
    headers["Lambda-Runtime-Function-Error-Type"] = type;
  }
  await send("POST", place, body, headers);
}

async function postError(place, error) {
  const description = describe(error);
  process.stderr.write(`${stamp("ERROR")}Invoke Error\t${JSON.stringify(description)}\n`);
  await post(place, JSON.stringify(description), description);
}

function stamp(level) {
  return `${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t`;
}

for (const [name, level] of [
  ["log", "INFO"], ["info", "INFO"], ["debug", "DEBUG"], ["trace", "TRACE"],
  ["warn", "WARN"], ["error", "ERROR"],
]) {
  console[name] = (...parts) => process.stdout.write(`${stamp(level)}${util.format(...parts)}\n`);
}

function find(module) {
  const base = path.resolve(root, module);
  if (base !== root && !base.startsWith(root + path.sep)) {
    throw new Fault("Runtime.MalformedHandlerName", `'${module}' is not a valid handler name`);
  }
  return ["", ".js", ".mjs", ".cjs"].map((ending) => base + ending)
    .find((name) => fs.existsSync(name) && fs.statSync(name).isFile());
}

async function load(handler) {
  const name = path.basename(handler);
  const dot = name.indexOf(".");
  if (dot < 1) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const module = path.join(path.dirname(handler), name.slice(0, dot));
  const file = find(module);
  let loaded;
  try {
    if (file === undefined) {
      throw new Fault("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(module)}'`);
    }
    loaded = await importModule(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Fault("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error.stack);
    }
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`, error.stack);
    }
    throw error;
  }
  let found = loaded;
  for (const part of name.slice(dot + 1).split(".")) found = found?.[part];
  if (typeof found !== "function") {
    throw new Fault("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return found;
}

async function importModule(file) {
  if (file.endsWith(".mjs")) return import(pathToFileURL(file));
  try {
    return createRequire(path.join(root, "index.js"))(file);
  } catch (error) {
    if (error?.code === "ERR_REQUIRE_ESM" || error?.code === "ERR_REQUIRE_ASYNC_MODULE") {
      return import(pathToFileURL(file));
    }
    throw error;
  }
}

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parse = (text) => (text ? JSON.parse(text) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    clientContext: parse(headers["lambda-runtime-client-context"]),
    identity: parse(headers["lambda-runtime-cognito-identity"]),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// The handler's result, whichever of the three ways it has of giving one: a promise, the callback,
// or the methods of the context.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) =>
      error === null || error === undefined ? resolve(result) : reject(error);
    context.succeed = (result) => callback(null, result);
    context.fail = (error) => callback(error === undefined ? "handled" : error);
    context.done = callback;
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") {
      returned.then(resolve, reject);
    } else if (handler.length < 3 && returned !== undefined) {
      resolve(returned);
    } else {
      endOfLoop = () => resolve(null);
    }
  });
}

// A handler that neither answers nor waits for anything: the call is over when nothing is left.
let endOfLoop = null;
process.on("beforeExit", () => {
  const end = endOfLoop;
  endOfLoop = null;
  end?.();
});

function lastWords(type) {
  return async (reason) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (type === "Runtime.UnhandledPromiseRejection") {
      const fault = new Fault(type, String(reason?.message ?? reason), error.stack);
      fault.message = `${error.name}: ${error.message}`;
      await postError(requestId ? `/invocation/${requestId}/error` : "/init/error", fault).catch(() => {});
      process.exit(128);
    }
    await postError(requestId ? `/invocation/${requestId}/error` : "/init/error", error).catch(() => {});
    process.exit(129);
  };
}
process.on("uncaughtException", lastWords("uncaught"));
process.on("unhandledRejection", lastWords("Runtime.UnhandledPromiseRejection"));

async function serve(handler) {
  const { status, headers, body } = await send("GET", "/invocation/next");
  if (status !== 200) process.exit(1);
  requestId = headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  const place = `/invocation/${requestId}`;
  let text;
  try {
    const result = await call(handler, JSON.parse(body.toString("utf8")), makeContext(headers));
    endOfLoop = null;
    text = JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch (error) {
    endOfLoop = null;
    await postError(`${place}/error`, error);
    return;
  }
  await post(`${place}/response`, text);
}

let handler;
try {
  handler = await load(process.env._HANDLER ?? "");
} catch (error) {
  await postError("/init/error", error);
  process.exit(1);
}
for (;;) await serve(handler);
