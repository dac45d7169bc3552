package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "sender-may-not-use-key",
	Code:     "KMS003",
	Title:    `AWS service that sends to an encrypted queue or topic may not use its key`,
	Severity: Critical,
	Pillar:   Reliability,
	Why: `A service that writes to an encrypted queue or topic needs kms:GenerateDataKey and kms:Decrypt on the key, by the key's own policy. Without them KMS refuses ` +
		`and the delivery fails; whoever published the message or put the event gets no error. The policies of the AWS managed keys alias/aws/sqs and alias/aws/sns do not admit services and cannot be changed.`,
	Fix: `Allow the sending service kms:GenerateDataKey and kms:Decrypt in the key's policy, with a Condition on aws:SourceArn (none for events.amazonaws.com where the key is a topic's: that is not supported), or use the queue's own encryption (SqsManagedSseEnabled: true without KmsMasterKeyId).`,
	CDK: `encryption: QueueEncryption.SQS_MANAGED, or key.grantEncryptDecrypt(new iam.ServicePrincipal("sns.amazonaws.com"))`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Amazon SQS Key management"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html", Checked: "2026-11-30"},
		{Title: `Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html", Checked: "2026-11-30"},
	},
	Gaps: `Looks at topics, EventBridge rules, buckets and alarms, which send as a service. Pipes and schedules are judged by their role, targets of rules with a role are not looked at; of functions only what Lambda sends for them (failed events, destinations) is looked at. Keys outside the files and keys that a condition may open are not reported.`,
	Bad: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Orders.Arn}
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      KmsMasterKeyId: !Ref Key # want "sns.amazonaws.com may not do kms:GenerateDataKey"
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
      Dimensions: [{Name: QueueName, Value: !GetAtt Orders.QueueName}]
      AlarmActions: [!Ref Pager]
  Pager:
    Type: AWS::SNS::Topic
    Properties:
      KmsMasterKeyId: alias/aws/sns # want "AWS managed key"
`,
	Good: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Orders.Arn}
  Orders:
    Type: AWS::SQS::Queue
    Properties: {KmsMasterKeyId: !Ref Key}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: [kms:GenerateDataKey, kms:Decrypt]
            Resource: "*"
            Condition: {ArnEquals: {"aws:SourceArn": !Ref Topic}}
  Uploads:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.s3]}
      Targets: [{Id: queue, Arn: !GetAtt Plain.Arn}]
  Plain:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: true}
`,
	MoreGood: []string{`Resources:
  Uploads:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.s3]}
      Targets: [{Id: queue, Arn: !GetAtt Orders.Arn}]
  Orders:
    Type: AWS::SQS::Queue
    Properties: {KmsMasterKeyId: !ImportValue shared-key}
`},
	Check: func(p *Pass) {
		for _, e := range p.Graph.OfEdge(graph.Routes, graph.FailsTo, graph.Notifies, graph.Writes) {
			if e.Kind == graph.Writes && e.Label != "on success" {
				continue // what code sends, by its own calls
			}
			if e.To.External || e.To.Kind != graph.Queue && e.To.Kind != graph.Topic {
				continue
			}
			if service := sendsAs(e); service != "" {
				checkKeyUse(p, e, service)
			} else if sendsByRole(e) {
				checkRoleKeyUse(p, e)
			}
		}
	},
})

// sendsAs is the service that delivers along an edge in its own name, "" where a role does.
func sendsAs(e *graph.Edge) string {
	switch {
	case e.From.Kind == graph.Topic:
		return "sns.amazonaws.com"
	case e.From.Type == "AWS::Events::Rule" && !e.Setting("roleArn").Exists(), e.From.Kind == graph.EventBus && e.Kind == graph.FailsTo:
		return "events.amazonaws.com"
	case e.From.Kind == graph.Bucket && e.Kind == graph.Routes:
		return "s3.amazonaws.com"
	case e.From.Type == "AWS::CloudWatch::Alarm", e.From.Type == "AWS::CloudWatch::CompositeAlarm":
		return "cloudwatch.amazonaws.com"
	}
	return ""
}

// sendsByRole tells whether the sender delivers with the rights of its role.
func sendsByRole(e *graph.Edge) bool {
	switch e.From.Kind {
	case graph.Pipe, graph.Schedule:
		return true
	}
	return e.From.Kind == graph.Function && (e.Kind == graph.FailsTo || e.Kind == graph.Writes)
}

// withoutKey is the encryption of a queue or topic that asks no sender for rights on a key.
func withoutKey(to *graph.Node) string {
	if to.Kind == graph.Topic {
		return "the topic without KmsMasterKeyId (SNS encrypts what it keeps all the same)"
	}
	return "the queue's own encryption (SqsManagedSseEnabled: true without KmsMasterKeyId)"
}

// ownKeyFor is a way out in CDK's words for a service that sends to a queue or topic.
func ownKeyFor(to *graph.Node, service string) string {
	grant := fmt.Sprintf("key.grantEncryptDecrypt(new iam.ServicePrincipal('%s'))", service)
	if to.Kind == graph.Topic {
		return "masterKey: key with " + grant + ", or no masterKey"
	}
	return "encryption: sqs.QueueEncryption.SQS_MANAGED, or encryptionMasterKey: key with " + grant
}

// checkRoleKeyUse asks for the rights of the sender's role on the key of the target. The AWS managed keys admit every
// role of the account that may send.
func checkRoleKeyUse(p *Pass, e *graph.Edge) {
	for _, k := range p.Graph.In(e.To, graph.Encrypts) {
		if k.From.Type != "AWS::KMS::Key" {
			continue
		}
		for _, role := range rolesOf(p.Graph, e.From) {
			var missing []string
			for _, action := range keyActions {
				switch d := roleMayUseKey(role, action, k.From); d.Answer {
				case policy.Unknown:
					p.Unclear(role, "whether it may do "+action+" with "+nameOf(k.From)+": "+d.Why)
				case policy.No:
					missing = append(missing, action)
				}
			}
			if len(missing) > 0 {
				var aliases []string
				if e.From.Kind != graph.Function { // a pipe or schedule
					aliases = []string{"PIP003"}
				}
				p.Report(Hit{Node: e.To, Confidence: weaker(e), Aliases: aliases,
					Fix:     fmt.Sprintf("Allow role %s %s on the key (!GetAtt %s.Arn), or name the role in the key's policy; or use %s.", nameOf(role), strings.Join(missing, " and "), nameOf(k.From), withoutKey(e.To)),
					CDK:     "key.grantEncryptDecrypt(grantee)",
					Related: []*graph.Node{k.From, role, e.From}, RelatedResources: []*graph.Resource{e.Via},
					Values:  append([]graph.Value{e.To.Setting("kmsMasterKeyId")}, edgePlace(e)...),
					Message: fmt.Sprintf("role %s may not do %s with key %s: nothing arrives at %s from %s", nameOf(role), strings.Join(missing, " and "), nameOf(k.From), nameOf(e.To), nameOf(e.From))})
			}
		}
	}
}

// roleMayUseKey asks a role's own statements and those of the key's policy that name more than the account: a key that
// admits its account leaves it to the policies of each role.
func roleMayUseKey(role *graph.Node, action string, key *graph.Node) policy.Decision {
	named := *key
	named.ResourcePolicy = nil
	for _, s := range key.ResourcePolicy {
		if !isAllow(s) || !onlyAccounts(s) {
			named.ResourcePolicy = append(named.ResourcePolicy, s)
		}
	}
	return roleMay(role, action, &named)
}

func onlyAccounts(s graph.Statement) bool {
	for _, principal := range s.Principals {
		if !strings.HasSuffix(principal.Value.String(), ":root") {
			return false
		}
	}
	return len(s.Principals) > 0
}

// keyActions are what a sender must be allowed to do with the key of an encrypted target.
var keyActions = []string{"kms:GenerateDataKey", "kms:Decrypt"}

func checkKeyUse(p *Pass, e *graph.Edge, service string) {
	setting := e.To.Setting("kmsMasterKeyId")
	if s, ok := setting.Str(); ok && strings.HasSuffix(s, "alias/aws/"+managedKeys[e.To.Kind]) {
		p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{e.From}, RelatedResources: []*graph.Resource{e.Via}, Values: append([]graph.Value{setting}, edgePlace(e)...),
			Fix: fmt.Sprintf("Use %s; or name a key of your own in KmsMasterKeyId whose policy allows %s kms:GenerateDataKey and kms:Decrypt.", withoutKey(e.To), service), CDK: ownKeyFor(e.To, service),
			Message: fmt.Sprintf("%s is encrypted with the AWS managed key %s, whose policy does not admit %s: nothing arrives from %s", nameOf(e.To), s, service, nameOf(e.From))})
		return
	}
	for _, k := range p.Graph.In(e.To, graph.Encrypts) {
		if k.From.Type != "AWS::KMS::Key" {
			p.Unclear(e.To, "the policy of its key "+nameOf(k.From)+" is not part of this system")
			continue
		}
		checkKeyPolicy(p, e, k.From, service)
	}
}

var managedKeys = map[graph.Kind]string{graph.Queue: "sqs", graph.Topic: "sns"}

func checkKeyPolicy(p *Pass, e *graph.Edge, key *graph.Node, service string) {
	var missing []string
	for _, action := range keyActions {
		switch d := serviceMay(service, action, key, e.From); d.Answer {
		case policy.Unknown:
			p.Unclear(key, "whether its policy lets "+service+" do "+action+": "+d.Why)
			return
		case policy.No:
			missing = append(missing, action)
		}
	}
	if len(missing) == 0 {
		return
	}
	condition := ", with a Condition on aws:SourceArn"
	switch {
	case service == "events.amazonaws.com" && e.To.Kind == graph.Topic:
		condition = ", without a Condition on aws:SourceArn, which is not supported there"
	case service == "s3.amazonaws.com":
		condition = ", with a Condition on aws:SourceAccount"
	}
	p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{key, e.From}, RelatedResources: append(policiesOf(key.ResourcePolicy), e.Via),
		Fix: fmt.Sprintf("Allow %s %s in the policy of key %s%s; or use %s.", service, strings.Join(missing, " and "), nameOf(key), condition, withoutKey(e.To)), CDK: ownKeyFor(e.To, service),
		Values: append([]graph.Value{e.To.Setting("kmsMasterKeyId")}, edgePlace(e)...),
		Message: fmt.Sprintf("by the policy of key %s %s may not do %s: nothing arrives at %s from %s",
			nameOf(key), service, strings.Join(missing, " and "), nameOf(e.To), nameOf(e.From))})
}
