//! What functions run as: IAM roles that allow what the contract declares, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use contract::Need;

use super::function::{Function, Trigger};
use super::lines::lines;

/// What a function runs as. Those that may do exactly the same share a role, named by what it may do; one that gives up work
/// into a queue of its own has a role of its own. Why: docs/decisions/0010-equal-rights-one-role.md.
pub(super) fn role_id(function: &Function) -> String {
    if function.trigger.is_asynchronous() {
        return format!("{}Role", function.logical_id());
    }
    let rights: String = function.needs.iter().map(|need| format!("{need:?}").replace(['(', ')'], "")).collect();
    if rights.is_empty() { "NoRightsRole".into() } else { format!("{rights}Role") }
}

/// The role of every function, each once.
pub(super) fn roles(text: &mut String, functions: &[Function]) {
    let mut roles: BTreeMap<String, &Function> = BTreeMap::new();
    for function in functions {
        roles.entry(role_id(function)).or_insert(function);
    }
    for (id, function) in roles {
        role(text, &id, function);
    }
}

fn role(text: &mut String, role: &str, function: &Function) {
    lines! { text,
        ""
        "  {role}:"
        "    Type: AWS::IAM::Role"
        "    Properties:"
        "      AssumeRolePolicyDocument:"
        "        Version: \"2012-10-17\""
        "        Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: \"sts:AssumeRole\"}}]"
        "      ManagedPolicyArns: [!Ref Run]"
    }
    let statements = statements(function);
    if statements.is_empty() {
        return;
    }
    lines! { text,
        "      Policies:"
        "        - PolicyName: own"
        "          PolicyDocument:"
        "            Version: \"2012-10-17\""
        "            Statement:"
    }
    for Statement { actions, resource, condition } in statements {
        let actions = actions.iter().map(|action| format!("\"{action}\"")).collect::<Vec<_>>().join(", ");
        lines! { text,
            "              - Effect: Allow"
            "                Action: [{actions}]"
            "                Resource: {resource}"
        }
        if let Some(condition) = condition {
            lines! { text, "                Condition: {condition}" }
        }
    }
}

/// One statement of a policy: actions on one resource, as YAML.
struct Statement {
    actions: BTreeSet<&'static str>,
    resource: String,
    condition: Option<&'static str>,
}

impl Statement {
    fn new(actions: impl IntoIterator<Item = &'static str>, resource: impl Into<String>) -> Self {
        Statement { actions: actions.into_iter().collect(), resource: resource.into(), condition: None }
    }
}

/// What the contract says that a function touches, gathered by resource, and what starting it takes.
fn statements(function: &Function) -> Vec<Statement> {
    let mut by_resource: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for need in &function.needs {
        by_resource.entry(resource(*need)).or_default().extend(need.actions());
    }
    let mut statements: Vec<_> =
        by_resource.into_iter().map(|(resource, actions)| Statement::new(actions, resource)).collect();
    for statement in &mut statements {
        if Need::SendEmail.actions().iter().any(|action| statement.actions.contains(action)) {
            statement.condition = Some("{StringEquals: {\"ses:FromAddress\": !Ref MailFrom}}");
        }
    }
    if function.trigger.is_asynchronous() {
        let queue = format!("!GetAtt {}Failed.Arn", function.logical_id());
        statements.push(Statement::new(["sqs:SendMessage"], queue));
    }
    if matches!(function.trigger, Trigger::Stream) {
        let actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
        statements.push(Statement::new(actions, "!GetAtt Main.StreamArn"));
    }
    statements
}

fn resource(need: Need) -> String {
    match need {
        Need::Query(index) => match index.name() {
            None => "!GetAtt Main.Arn".into(),
            Some(index) => format!("!Sub \"${{Main.Arn}}/index/{index}\""),
        },
        Need::Get | Need::Put | Need::Update | Need::Delete | Need::Check => "!GetAtt Main.Arn".into(),
        Need::Audit | Need::AuditQuery => "!GetAtt Audit.Arn".into(),
        Need::BlobGet | Need::BlobPut | Need::BlobDelete | Need::BlobLink | Need::BlobUpload => {
            "!Sub \"${Blobs.Arn}/*\"".into()
        }
        Need::PutEvents => "!GetAtt Bus.Arn".into(),
        Need::SendEmail => "!Sub \"arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*\"".into(),
        Need::Secret => "!Ref MasterSecret".into(),
        Need::Provider => "!Ref PaymentsSecret".into(),
    }
}
