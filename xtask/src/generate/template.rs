//! The tail of `template.yaml`: the paths of the API, each function with its own role, and what is watched per area.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::function::{Function, Trigger, capitalised};
use super::lines::lines;
use super::roles::{role_id, roles};

/// Between what is written by hand and what is generated.
pub const MARKER: &str = "# ---- generated below by cargo xtask generate; edit shared/contract instead ----";
/// CloudWatch adds up at most this many metrics in one alarm.
const MOST_METRICS: usize = 10;

/// The text below the marker.
pub fn tail(functions: &[Function]) -> String {
    let mut text = String::new();
    api(&mut text, functions);
    roles(&mut text, functions);
    for function in functions {
        lambda(&mut text, function);
        if function.trigger.is_asynchronous() {
            failed_queue(&mut text, function);
        }
    }
    failed_queues_policy(&mut text, functions);
    areas(&mut text, functions);
    text
}

fn api(text: &mut String, functions: &[Function]) {
    lines! { text, "        paths:" }
    let mut paths: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for function in functions {
        if let Trigger::Route { method, path, public } = function.trigger {
            paths.entry(path).or_default().push((method, function, public));
        }
    }
    for (path, mut methods) in paths {
        lines! { text, "          {path}:" }
        methods.sort_by_key(|(method, ..)| *method);
        for (method, function, public) in methods {
            operation(text, &method.as_str().to_lowercase(), path, function, public);
        }
    }
    for function in functions.iter().filter(|function| matches!(function.trigger, Trigger::Authorizer)) {
        let id = function.logical_id();
        lines! { text,
            "        components:"
            "          securitySchemes:"
            "            token:"
            "              type: apiKey"
            "              name: Authorization"
            "              in: header"
            "              x-amazon-apigateway-authorizer:"
            "                type: request"
            "                identitySource: $request.header.Authorization"
            "                authorizerPayloadFormatVersion: \"2.0\""
            "                enableSimpleResponses: true"
            "                authorizerResultTtlInSeconds: 0 # a token is refused in the second in which it expires"
            "                authorizerUri: !Sub \"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{id}.Arn}}/invocations\""
            "                authorizerCredentials: !GetAtt ApiRole.Arn"
        }
    }
}

fn operation(text: &mut String, method: &str, path: &str, function: &Function, public: bool) {
    let (name, id) = (function.name, function.logical_id());
    lines! { text, "            {method}:" "              operationId: {name}" }
    if !public {
        lines! { text, "              security: [{{token: []}}]" }
    }
    let parameters: Vec<_> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}"))
        .collect();
    if !parameters.is_empty() {
        let parameters = parameters.join(", ");
        lines! { text, "              parameters: [{parameters}]" }
    }
    lines! { text,
        "              responses: {{}}"
        "              x-amazon-apigateway-integration:"
        "                type: aws_proxy"
        "                httpMethod: POST"
        "                payloadFormatVersion: \"2.0\""
        "                uri: !Sub \"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{id}.Arn}}/invocations\""
        "                credentials: !GetAtt ApiRole.Arn"
    }
}

fn lambda(text: &mut String, function: &Function) {
    let (name, id, summary, timeout_s) = (function.name, function.logical_id(), function.summary, function.timeout_s);
    let role = role_id(function);
    let area = capitalised(function.area);
    let summary = summary.replace('"', "'");
    lines! { text,
        ""
        "  {id}:"
        "    Type: AWS::Serverless::Function"
        "    Metadata: {{SkipBuild: true}}"
        "    Properties:"
        "      FunctionName: !Sub \"${{AWS::StackName}}-{name}\""
        "      Description: \"{summary}\""
        "      CodeUri: target/lambda/{name}/"
        "      Role: !GetAtt {role}.Arn"
        "      Timeout: {timeout_s}"
        "      LoggingConfig: {{LogFormat: JSON, LogGroup: !Ref {area}Log}}"
    }
    if name == contract::documents::RENDER.name {
        let memory_mb = contract::documents::RENDER_MEMORY_MB;
        lines! { text, "      MemorySize: {memory_mb} # one whole processor: setting pages is all that it does" }
    }
    match &function.trigger {
        Trigger::Route { .. } | Trigger::Authorizer => {}
        Trigger::Schedule(schedule) => {
            retries(text, &id);
            lines! { text,
                "      Events:"
                "        Schedule:"
                "          Type: ScheduleV2"
                "          Properties:"
                "            OmitName: true"
                "            GroupName: !Ref Schedules"
                "            ScheduleExpression: {schedule}"
                "            ScheduleExpressionTimezone: UTC"
                "            Input: '{{\"time\": \"<aws.scheduler.scheduled-time>\"}}'"
                "            RoleArn: !GetAtt SchedulerRole.Arn"
                "            RetryPolicy: {{MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 900}}"
                "            DeadLetterConfig: {{Arn: !GetAtt SchedulesFailed.Arn}}"
            }
        }
        Trigger::Events(names) => {
            retries(text, &id);
            let names = names.join(", ");
            lines! { text,
                "      Events:"
                "        Event:"
                "          Type: EventBridgeRule"
                "          Properties:"
                "            EventBusName: !Ref Bus"
                "            Pattern: {{detail-type: [{names}]}}"
                "            RetryPolicy: {{MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 21600}}"
                "            DeadLetterConfig: {{Arn: !GetAtt {id}Failed.Arn}}"
            }
        }
        Trigger::Stream => lines! { text,
            "      Events:"
            "        Outbox:"
            "          Type: DynamoDB"
            "          Properties:"
            "            Stream: !GetAtt Main.StreamArn"
            "            StartingPosition: TRIM_HORIZON # nothing that happened before the first deployment is lost"
            "            FilterCriteria: {{Filters: [{{Pattern: '{{\"eventName\": [\"INSERT\"], \"dynamodb\": {{\"NewImage\": {{\"event\": {{\"S\": [{{\"exists\": true}}]}}}}}}}}'}}]}}"
            "            BatchSize: 100"
            "            MaximumRetryAttempts: 20"
            "            BisectBatchOnFunctionError: true"
            "            FunctionResponseTypes: [ReportBatchItemFailures]"
            "            DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt {id}Failed.Arn}}}}"
        },
    }
}

/// For functions that Lambda calls from its own queue.
fn retries(text: &mut String, id: &str) {
    lines! { text,
        "      EventInvokeConfig:"
        "        MaximumRetryAttempts: 2"
        "        MaximumEventAgeInSeconds: 3600"
        "        DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt {id}Failed.Arn}}}}"
    }
}

fn failed_queue(text: &mut String, function: &Function) {
    let (name, id) = (function.name, function.logical_id());
    lines! { text,
        ""
        "  {id}Failed:"
        "    Type: AWS::SQS::Queue"
        "    Properties: {{QueueName: !Sub \"${{AWS::StackName}}-{name}-failed\", MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true}}"
    }
}

/// The bus puts what it could not deliver into the queues of the reactions.
fn failed_queues_policy(text: &mut String, functions: &[Function]) {
    let queues: Vec<_> = functions
        .iter()
        .filter(|function| matches!(function.trigger, Trigger::Events(_)))
        .map(|function| format!("!Ref {}Failed", function.logical_id()))
        .collect();
    if queues.is_empty() {
        return;
    }
    let queues = queues.join(", ");
    lines! { text,
        ""
        "  ReactionsFailedPolicy:"
        "    Type: AWS::SQS::QueuePolicy"
        "    Properties:"
        "      Queues: [{queues}]"
        "      PolicyDocument:"
        "        Version: \"2012-10-17\""
        "        Statement:"
        "          - Effect: Allow"
        "            Principal: {{Service: events.amazonaws.com}}"
        "            Action: \"sqs:SendMessage\""
        "            Resource: \"*\" # each queue that the policy is attached to"
        "            Condition: {{ArnLike: {{\"aws:SourceArn\": !Sub \"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{Bus}}/*\"}}}}"
    }
}

fn areas(text: &mut String, functions: &[Function]) {
    let mut areas: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in functions {
        areas.entry(function.area).or_default().push(function);
    }
    for (area, functions) in areas {
        errors(text, area);
        let queues: Vec<_> = functions.iter().filter(|function| function.trigger.is_asynchronous()).collect();
        for (part, queues) in queues.chunks(MOST_METRICS).enumerate() {
            failed_alarm(text, area, part, queues);
        }
        for function in functions.iter().filter(|function| matches!(function.trigger, Trigger::Stream)) {
            late_alarm(text, function);
        }
    }
}

fn errors(text: &mut String, area: &str) {
    let id = capitalised(area);
    lines! { text,
        ""
        "  {id}Log:"
        "    Type: AWS::Logs::LogGroup"
        "    Properties: {{LogGroupName: !Sub \"/steward/${{AWS::StackName}}/{area}\", RetentionInDays: !Ref LogRetentionDays}}"
        ""
        "  {id}Errors:"
        "    Type: AWS::Logs::MetricFilter"
        "    Properties:"
        "      LogGroupName: !Ref {id}Log"
        "      FilterPattern: '{{ $.level = \"ERROR\" || $.record.status = \"error\" || $.record.status = \"failure\" || $.record.status = \"timeout\" }}'"
        "      MetricTransformations: [{{MetricNamespace: !Sub \"Steward/${{AWS::StackName}}\", MetricName: {area}-errors, MetricValue: \"1\", DefaultValue: 0}}]"
        ""
        "  {id}ErrorsAlarm:"
        "    Type: AWS::CloudWatch::Alarm"
        "    Properties:"
        "      AlarmDescription: A function of {area} failed. Filter its log group by level ERROR."
        "      Namespace: !Sub \"Steward/${{AWS::StackName}}\""
        "      MetricName: {area}-errors"
        "      Statistic: Sum"
        "      Period: 300"
        "      EvaluationPeriods: 1"
        "      Threshold: 0"
        "      ComparisonOperator: GreaterThanThreshold"
        "      TreatMissingData: notBreaching"
        "      AlarmActions: [!Ref Alarms]"
    }
}

fn failed_alarm(text: &mut String, area: &str, part: usize, functions: &[&&Function]) {
    let id = capitalised(area);
    let part = if part == 0 { String::new() } else { (part + 1).to_string() };
    let sum = (1..=functions.len()).map(|n| format!("q{n}")).collect::<Vec<_>>().join(" + ");
    lines! { text,
        ""
        "  {id}FailedAlarm{part}:"
        "    Type: AWS::CloudWatch::Alarm"
        "    Properties:"
        "      AlarmDescription: Work of {area} was given up. docs/operations.md tells how to run it again."
        "      Metrics:"
        "        - {{Id: waiting, Expression: {sum}, Label: waiting, ReturnData: true}}"
    }
    for (n, function) in functions.iter().enumerate() {
        let (n, id) = (n + 1, function.logical_id());
        lines! { text, "        - {{Id: q{n}, ReturnData: false, MetricStat: {{Stat: Maximum, Period: 300, Metric: {{Namespace: AWS/SQS, MetricName: ApproximateNumberOfMessagesVisible, Dimensions: [{{Name: QueueName, Value: !GetAtt {id}Failed.QueueName}}]}}}}}}" }
    }
    lines! { text,
        "      EvaluationPeriods: 1"
        "      Threshold: 0"
        "      ComparisonOperator: GreaterThanThreshold"
        "      TreatMissingData: notBreaching"
        "      AlarmActions: [!Ref Alarms]"
    }
}

fn late_alarm(text: &mut String, function: &Function) {
    let id = function.logical_id();
    lines! { text,
        ""
        "  {id}LateAlarm:"
        "    Type: AWS::CloudWatch::Alarm"
        "    Properties:"
        "      AlarmDescription: What happened reaches the bus more than five minutes late."
        "      Namespace: AWS/Lambda"
        "      MetricName: IteratorAge"
        "      Dimensions: [{{Name: FunctionName, Value: !Ref {id}}}]"
        "      Statistic: Maximum"
        "      Period: 300"
        "      EvaluationPeriods: 1"
        "      Threshold: 300000"
        "      ComparisonOperator: GreaterThanThreshold"
        "      TreatMissingData: notBreaching"
        "      AlarmActions: [!Ref Alarms]"
        "      OKActions: [!Ref Alarms]"
    }
}
