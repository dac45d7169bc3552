package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var (
	// An alias is written together with its function.
	_ = composes(graph.Alias, func(*composer, *graph.Node) {})
	_ = composes(graph.Deployment, composeDeployment)
)

// release writes the alias of a function that is called by it, with the version that it names.
func (c *composer) release(fn *graph.Node) {
	a := c.aliasOf(fn)
	if a == nil {
		return
	}
	c.carry(c.g.Out(a, graph.Deploys)...)
	if c.sam {
		return // in the function
	}
	version := c.name(c.ids[fn] + "Version")
	v := c.add(version, "AWS::Lambda::Version", mapping{}.
		with("FunctionName", reference(c.ids[fn])).
		because("Description", c.parameter("Release", "names the code that is deployed: where it changes, a new version is published", "first"), "a version is made when this changes"))
	v.Attributes = v.Attributes.with("DeletionPolicy", "Retain").with("UpdateReplacePolicy", "Retain")
	v.Comment = "Versions before this one stay: an execution or a release may still need them."
	r := c.node(a, mapping{}.
		with("Name", spelled(a.Setting("name"))).
		with("FunctionName", reference(c.ids[fn])).
		with("FunctionVersion", getAtt{version, "Version"}))
	r.Comment = aliasReason(fn)
	for _, e := range c.g.In(fn, graph.Deploys) {
		if application := c.applicationOf(e.From); application != nil {
			r.Attributes = r.Attributes.with("UpdatePolicy", mapping{}.with("CodeDeployLambdaAliasUpdate", mapping{}.
				with("ApplicationName", reference(c.ids[application])).
				with("DeploymentGroupName", reference(c.ids[e.From]))))
		}
	}
}

// applicationOf is the application of a deployment group, nil for other nodes.
func (c *composer) applicationOf(group *graph.Node) *graph.Node {
	if group.Type != "AWS::CodeDeploy::DeploymentGroup" {
		return nil
	}
	for _, n := range c.g.OfKind(graph.Deployment) {
		if n.Type == "AWS::CodeDeploy::Application" && n.Resource.At.Path == group.Resource.At.Path {
			return n
		}
	}
	return nil
}

// nameReleases gives the aliases the names by which SAM's own are referred to.
func (c *composer) nameReleases() {
	if !c.sam {
		return
	}
	for _, a := range c.g.OfKind(graph.Alias) {
		for _, e := range c.g.Out(a, graph.Deploys) {
			c.ids[a] = c.ids[e.To] + ".Alias"
		}
	}
}

// aliasResource is the logical id of an alias's resource.
func (c *composer) aliasResource(a *graph.Node) string {
	if fn, ok := strings.CutSuffix(c.ids[a], ".Alias"); ok {
		return fn + "Alias" + spelled(a.Setting("name"))
	}
	return c.ids[a]
}

// samRelease has SAM publish a version of a function whenever its code changes, and move its alias there.
func (c *composer) samRelease(fn *graph.Node, p mapping) mapping {
	a := c.aliasOf(fn)
	if a == nil {
		return p
	}
	p = p.because("AutoPublishAlias", spelled(a.Setting("name")), aliasReason(fn))
	for _, e := range c.g.In(fn, graph.Deploys) {
		if c.applicationOf(e.From) == nil {
			continue
		}
		preference := mapping{}.with("Type", strings.TrimPrefix(spelled(e.From.Setting("deploymentConfigName")), "CodeDeployDefault.Lambda"))
		var alarms sequence
		for _, watched := range c.g.Out(e.From, graph.Reads) {
			alarms = append(alarms, reference(c.ids[watched.To]))
		}
		p = p.with("DeploymentPreference", preference.because("Alarms", alarms, "one that rings meanwhile brings the version before back"))
	}
	return p
}

func composeDeployment(c *composer, d *graph.Node) {
	if c.sam { // in the function
		c.carry(c.g.Out(d, graph.Reads, graph.Deploys)...)
		return
	}
	if d.Type == "AWS::CodeDeploy::Application" {
		c.node(d, mapping{}.with("ComputePlatform", "Lambda"))
		return
	}
	application := c.applicationOf(d)
	if application == nil {
		return // its edges are told as missing
	}
	c.carry(c.g.Out(d, graph.Reads, graph.Deploys)...)
	role := c.name(c.ids[d] + "Role")
	trust := mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", "codedeploy.amazonaws.com", ""}}).with("Action", "sts:AssumeRole")
	c.add(role, "AWS::IAM::Role", mapping{}.
		with("AssumeRolePolicyDocument", document([]mapping{trust})).
		because("ManagedPolicyArns", sequence{substituted("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited")},
			"CodeDeploy's own policy for moving aliases"))
	c.node(d, c.properties(d).
		with("ApplicationName", reference(c.ids[application])).
		with("ServiceRoleArn", getAtt{role, "Arn"}).
		with("DeploymentStyle", mapping{}.with("DeploymentType", "BLUE_GREEN").with("DeploymentOption", "WITH_TRAFFIC_CONTROL")))
}
