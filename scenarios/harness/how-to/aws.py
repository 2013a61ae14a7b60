"""The AWS command line, as far as these pages use it, on the client library of moto's installation.

Every parameter is checked by the library against Amazon's own description of the service before it is sent.
"""

import datetime
import json
import sys

import boto3
import jmespath
from botocore import xform_name


def command(name):
    return xform_name(name, "-")


def value_of(words, shape):
    if shape.type_name == "boolean" and not words:
        return True
    words = [open(word[7:]).read() if word.startswith("file://") else word for word in words]
    if shape.type_name == "list" and not words[0].lstrip().startswith("["):
        return words
    if len(words) != 1:
        raise SystemExit("too many values: " + " ".join(words))
    if shape.type_name in ("structure", "list", "map"):
        return json.loads(words[0])
    return int(words[0]) if shape.type_name in ("integer", "long") else words[0]


def deploy(words):
    """`aws cloudformation deploy`, which is no call of its own but several."""
    options = dict(zip(words[::2], words[1:6:2]))
    overrides = [word.split("=", 1) for word in words[words.index("--parameter-overrides") + 1 :]]
    boto3.client("cloudformation").create_stack(
        StackName=options["--stack-name"],
        TemplateBody=open(options["--template-file"]).read(),
        Capabilities=[options["--capabilities"]],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in overrides],
    )


def tail(group, *words):
    """`aws logs tail`, which prints the time, the stream and the line of each event."""
    for event in boto3.client("logs").filter_log_events(logGroupName=group)["events"]:
        at = datetime.datetime.fromtimestamp(event["timestamp"] / 1000, datetime.timezone.utc)
        print(at.isoformat(), event["logStreamName"], event["message"])


def main(service, operation, *words):
    if (service, operation) == ("cloudformation", "deploy"):
        return deploy(words)
    if (service, operation) == ("logs", "tail"):
        return tail(*words)
    client = boto3.client(service)
    model = client.meta.service_model
    name = next(name for name in model.operation_names if command(name) == operation)
    known = model.operation_model(name).input_shape.members
    members = {command(member): (member, shape) for member, shape in known.items()}
    options = {}
    for word in words:
        if word.startswith("--"):
            options[word[2:]] = []
        else:
            options[next(reversed(options))].append(word)
    query = options.pop("query", [None])[0]
    output = options.pop("output", ["json"])[0]
    whole = options.pop("cli-input-json", None)
    parameters = {} if whole is None else value_of(whole, model.operation_model(name).input_shape)
    for option, given in options.items():
        member, shape = members[option]
        parameters[member] = value_of(given, shape)
    answer = getattr(client, xform_name(name))(**parameters)
    answer.pop("ResponseMetadata", None)
    if query:
        answer = jmespath.search(query, answer)
    print(answer if output == "text" else json.dumps(answer, default=str, indent=4))


main(*sys.argv[1:])
