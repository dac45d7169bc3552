package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "gradual-deployment-without-alarms",
	Code:     "DEP002",
	Title:    `Gradual deployment shifts traffic at any error rate`,
	Severity: High,
	Pillar:   Operations,
	Why:      `A canary or linear deployment only helps if something stops it: without alarms it goes on to 100 % of the traffic at any error rate; without rollback an alarm stops it and leaves the new version the share of traffic that it has.`,
	Fix:      `Set AlarmConfiguration: {Enabled: true, Alarms: [{Name: ...}]} and AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_STOP_ON_ALARM]} on the deployment group.`,
	SAM:      `List alarms in DeploymentPreference.Alarms: SAM then stops and rolls back on them.`,
	CDK:      `alarms: [...] and autoRollback on the LambdaDeploymentGroup`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::CodeDeploy::DeploymentGroup AlarmConfiguration`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-codedeploy-deploymentgroup.html#cfn-codedeploy-deploymentgroup-alarmconfiguration", Checked: "2026-11-30"},
		{Title: `AWS CodeDeploy User Guide, "Monitoring deployments with CloudWatch alarms in CodeDeploy" (an alarm stops the deployment)`, URL: "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html", Checked: "2026-11-30"},
		{Title: `AWS CodeDeploy User Guide, "Redeploy and roll back a deployment with CodeDeploy"`, URL: "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html", Checked: "2026-11-30"},
	},
	Gaps: `A deployment group that names neither a Lambda configuration of AWS nor one of the files is left out. Hooks before and after the shift of traffic (BeforeAllowTraffic, AfterAllowTraffic) are not looked at: they do not watch it. Alarms that a deployment may go on without (IgnorePollAlarmFailure) count as none, and are medium.`,
	Bad: `Resources:
  Group: # want "no alarms"
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: app
      ServiceRoleArn: arn:aws:iam::111122223333:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
`,
	Good: `Resources:
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: app
      ServiceRoleArn: arn:aws:iam::111122223333:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: errors}]}
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
`,
	MoreGood: []string{`Resources:
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: app
      ServiceRoleArn: arn:aws:iam::111122223333:role/deploy
      DeploymentConfigName: CodeDeployDefault.LambdaAllAtOnce
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
`},
	Check: checkGradualDeployments,
})

func checkGradualDeployments(p *Pass) {
	for _, n := range p.Graph.Nodes {
		if n.Type != "AWS::CodeDeploy::DeploymentGroup" || n.Resource == nil {
			continue
		}
		if v := n.Setting("deploymentConfigName"); v.IsUnknown() && len(n.Setting("alarmConfiguration").Get("Alarms").Each()) == 0 {
			p.Unknown(n, v)
		}
		config, v := gradualConfiguration(p.Graph, n)
		if open(v) && v.Kind != graph.Absent {
			p.Unknown(n, v)
		}
		if config == "" {
			continue
		}
		alarms := n.Setting("alarmConfiguration")
		rollback := n.Setting("autoRollbackConfiguration")
		if v := firstOpen(alarms, rollback, alarms.Get("Alarms"), alarms.Get("Enabled"), alarms.Get("IgnorePollAlarmFailure"), rollback.Get("Enabled")); v.Exists() {
			p.Unknown(n, v)
			continue
		}
		var lacks []string
		enabled, isTruth := alarms.Get("Enabled").Truth()
		switch blind, _ := alarms.Get("IgnorePollAlarmFailure").Truth(); {
		case len(alarms.Get("Alarms").Each()) > 0 && isTruth && !enabled:
			lacks = append(lacks, "no alarms that count (AlarmConfiguration.Enabled is false)")
		case len(alarms.Get("Alarms").Each()) == 0:
			lacks = append(lacks, "no alarms")
		case blind:
			lacks = append(lacks, blindAlarms)
		}
		stops := false
		for _, v := range rollback.Get("Events").Each() {
			s, ok := v.Str()
			stops = stops || !ok || s == "DEPLOYMENT_STOP_ON_ALARM"
		}
		if on, _ := rollback.Get("Enabled").Truth(); !on || !stops {
			lacks = append(lacks, "no rollback on alarm")
		}
		if len(lacks) > 0 {
			so := "traffic shifts to the new version at any error rate"
			noAlarms := strings.HasPrefix(lacks[0], "no alarms")
			switch {
			case lacks[0] == blindAlarms:
				so = "traffic then shifts to the new version at any error rate"
			case !noAlarms:
				so = "an alarm stops it, but the new version keeps the traffic that it has"
			}
			h := Hit{Node: n, Values: []graph.Value{{}, alarms, rollback}, Message: fmt.Sprintf("deployment group %s (%s) has %s: %s", nameOf(n), config, strings.Join(lacks, " and "), so)}
			if len(lacks) == 1 && noAlarms && spelled(n, "", "SAM") == "" {
				h.Fix = "Set AlarmConfiguration: {Enabled: true, Alarms: [{Name: ...}]} on the deployment group."
				h.CDK = "alarms: [...] on the LambdaDeploymentGroup"
			}
			if !noAlarms {
				h.Fix = "Set AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_STOP_ON_ALARM]} on the deployment group."
				h.CDK = "autoRollback: { deploymentInAlarm: true } on the LambdaDeploymentGroup"
			}
			if lacks[0] == blindAlarms {
				h.Severity = Medium // alarms do stop it while CloudWatch answers
				h.Fix, h.CDK = "Take IgnorePollAlarmFailure out of AlarmConfiguration.", "ignorePollAlarmsFailure: false on the LambdaDeploymentGroup"
				if len(lacks) > 1 {
					h.Fix += " Set AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_STOP_ON_ALARM]}, too."
					h.CDK = "ignorePollAlarmsFailure: false and autoRollback: { deploymentInAlarm: true } on the LambdaDeploymentGroup"
				}
			}
			p.Report(h)
		}
	}
}

// blindAlarms is what a deployment lacks that goes on when its alarms cannot be read.
const blindAlarms = "no alarms that count (IgnorePollAlarmFailure is true: it goes on when their state cannot be read)"

// gradualConfiguration names the configuration by which a deployment group shifts the traffic of functions step by step,
// "" where it is another kind or not known. The value is what decides on that in a configuration of the system's own.
func gradualConfiguration(g *graph.Graph, group *graph.Node) (string, graph.Value) {
	name := group.Setting("deploymentConfigName")
	for _, own := range g.OfKind(graph.Deployment) {
		ref, isRef := name.Ref()
		text, isText := name.Str()
		if own.Type != "AWS::CodeDeploy::DeploymentConfig" || !(isRef && g.Node(ref.Resource) == own || isText && text != "" && text == own.Name) {
			continue
		}
		platform, _ := own.Setting("computePlatform").Str()
		routing, known := own.Setting("trafficRoutingConfig", "Type").Str()
		switch {
		case platform != "Lambda" || routing == "AllAtOnce":
			return "", own.Setting("computePlatform")
		case !known:
			return "", own.Setting("trafficRoutingConfig", "Type")
		}
		return nameOf(own), graph.Value{}
	}
	config, _ := name.Str()
	if !strings.Contains(config, "Lambda") || strings.Contains(config, "AllAtOnce") {
		return "", graph.Value{}
	}
	return config, graph.Value{}
}

// firstOpen is the first of some settings that is written but not known, or an absent value.
func firstOpen(vs ...graph.Value) graph.Value {
	for _, v := range vs {
		if open(v) {
			return v
		}
	}
	return graph.Value{}
}
