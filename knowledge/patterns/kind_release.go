package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// releases are the ways in which a new version of a function takes over, by the word for them: CodeDeploy's own
// configurations. Source: AWS CodeDeploy user guide, "Working with deployment configurations in CodeDeploy", checked
// 2026-11-29.
var releases = map[string]string{
	"canary": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
	"linear": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
}

var _ = learn(func(g *grammar) { g.settings(graph.Function)["release"] = extraWords("release", "canary", "linear") })

// refuseReleases finds gradual releases that nothing would ever stop.
func (d *draft) refuseReleases() error {
	for _, fn := range d.ofKind(graph.Function) {
		if fn.getExtra("release").Exists() && (fn.noAlarms || d.blueprint.Options.NoAlarms || d.bare()) {
			return refusal(fn.at, "leave alarms on, or release out", "%s is released step by step without alarms: nothing would roll a bad version back", fn.id)
		}
	}
	return nil
}

// completeReleases gives a function that is released step by step its alias, which callers call, and the deployment
// group that moves the alias and watches the alarm meanwhile.
func (d *draft) completeReleases() {
	for _, fn := range d.ofKind(graph.Function) {
		way, ok := fn.getExtra("release").Str()
		if !ok && !fn.has("DurableConfig") { // a durable function has to be called by version or alias
			continue
		}
		alias := d.add(fn.id+"Live", graph.Alias, "AWS::Lambda::Alias", fn.at)
		alias.set("Name", alias.text("live"))
		for _, e := range d.edges {
			called := e.to == fn && (e.kind == graph.Invokes || e.kind == graph.Routes || e.kind == graph.Polls)
			if called || e.from == fn && e.kind == graph.FailsTo {
				e.alias = "live"
			}
		}
		d.connect(alias, fn, graph.Deploys, "", fn.at)
		if !ok {
			continue
		}
		d.add(fn.id+"Application", graph.Deployment, "AWS::CodeDeploy::Application", fn.at)
		group := d.add(fn.id+"Release", graph.Deployment, "AWS::CodeDeploy::DeploymentGroup", fn.at)
		group.set("DeploymentConfigName", group.text(releases[way]))
		d.connect(group, fn, graph.Deploys, "", fn.at)
		alarm := d.byID[fn.id+releaseAlarm]
		d.connect(group, alarm, graph.Reads, "", fn.at).label = "alarm"
		// What the construct makes of its alarms, so that a review of the design sees it.
		group.set("AlarmConfiguration", graph.NewMap(&group.at, field("Enabled", graph.NewBool(&group.at, true)),
			field("Alarms", graph.NewList(&group.at, graph.NewMap(&group.at, field("Name", graph.NewRef(&group.at, alarm.id, "")))))))
		group.set("AutoRollbackConfiguration", graph.NewMap(&group.at, field("Enabled", graph.NewBool(&group.at, true)),
			field("Events", graph.NewList(&group.at, group.text("DEPLOYMENT_FAILURE"), group.text("DEPLOYMENT_STOP_ON_ALARM")))))
		d.note("Added the alias %s and the deployment group %s: a new version of %s gets a tenth of the calls first, and is rolled back when %s rings.", alias.id, group.id, fn.id, alarm.id)
	}
}

// releaseAlarm ends the name of the alarm that stops a release.
const releaseAlarm = "ReleaseAlarm"
