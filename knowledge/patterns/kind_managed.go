package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Figures of functions on Lambda Managed Instances. Source: Lambda developer guide, "Lambda Managed Instances", and the
// construct library's own checks of a capacity provider, checked 2026-11-30.
const (
	managedMemoryMB     = 2048 // the least that an environment may have
	managedMemoryPerCPU = 2    // GiB for each vCPU: with the memory above, one vCPU an environment
	managedCalls        = 16   // side by side in an environment; Node.js takes up to 64 a vCPU
	managedEnvironments = 3    // one in each zone: Lambda starts no fewer
	managedCPUs         = 12   // the least ceiling that the construct library takes
)

var _ = learn(func(g *grammar) {
	settings := g.settings(graph.Function)
	settings["managedInstances"] = truth(func(n *node, on bool) { n.setExtra("managedInstances", n.bool(on)) })
	settings["perExecutionEnvironmentMaxConcurrency"] = extraWhole(1, 64)
	settings["maxExecutionEnvironments"] = extraWhole(managedEnvironments, 15000)
	settings["maxVCpuCount"] = extraWhole(managedCPUs, 15000)
})

func (n *node) managed() bool {
	on, _ := n.getExtra("managedInstances").Truth()
	return on
}

// refuseManaged finds functions that managed instances would not run, or whose handlers are not written for several
// calls side by side.
func (d *draft) refuseManaged() error {
	for _, fn := range d.ofKind(graph.Function) {
		for _, name := range []string{"perExecutionEnvironmentMaxConcurrency", "maxExecutionEnvironments", "maxVCpuCount"} {
			if v := fn.getExtra(name); v.Exists() && !fn.managed() {
				return refusal(*v.At, "managedInstances: true", "%s has %s, which only a function on managed instances has", fn.id, name)
			}
		}
		if !fn.managed() {
			continue
		}
		switch memory := fn.get("MemorySize"); {
		case memory.Exists() && fn.number("MemorySize") < managedMemoryMB:
			return refusal(*memory.At, "memory: 2048 or more", "%s has %d MB, but an environment on managed instances has at least %d", fn.id, fn.number("MemorySize"), managedMemoryMB)
		case fn.has("ReservedConcurrentExecutions"):
			return refusal(fn.at, "maxExecutionEnvironments", "%s reserves concurrency, which managed instances do not know: their environments are limited instead", fn.id)
		case fn.has("TenancyConfig") || fn.has("DurableConfig") || fn.getExtra("release").Exists():
			return refusal(fn.at, "a function of its own for that", "%s: the generator writes functions on managed instances without tenants, durable steps and gradual releases", fn.id)
		case len(d.in(fn, graph.Polls)) == 0:
			return refusal(fn.at, "queue -> "+fn.id, "%s runs on managed instances: the generator writes those as readers of queues", fn.id)
		}
		for _, e := range d.in(fn, graph.Polls) {
			if e.from.kind != graph.Queue {
				return refusal(e.at, "queue -> "+fn.id, "%s -> %s: the generator writes functions on managed instances as readers of queues", e.from.id, fn.id)
			}
		}
	}
	return nil
}

// completeManaged gives a function on managed instances its capacity provider. Its mappings may start as many calls as
// the environments take that are always there.
func (d *draft) completeManaged() {
	for _, fn := range d.ofKind(graph.Function) {
		if !fn.managed() {
			continue
		}
		fn.setNew("MemorySize", fn.num(managedMemoryMB))
		calls := first(fn.getExtra("perExecutionEnvironmentMaxConcurrency"), fn.num(managedCalls))
		provider := d.add(fn.id+"Capacity", graph.Other, "AWS::Lambda::CapacityProvider", fn.at)
		provider.set("InstanceRequirements", provider.object(field("Architectures", provider.list(provider.text("arm64")))))
		provider.set("CapacityProviderScalingConfig", provider.object(field("MaxVCpuCount", first(fn.getExtra("maxVCpuCount"), provider.num(managedCPUs)))))
		fn.set("CapacityProviderConfig", fn.object(field("LambdaManagedInstancesCapacityProviderConfig", fn.object(
			field("CapacityProviderArn", fn.ref(provider, "Arn")),
			field("ExecutionEnvironmentMemoryGiBPerVCpu", fn.num(managedMemoryPerCPU)),
			field("PerExecutionEnvironmentMaxConcurrency", calls)))))
		most := first(fn.getExtra("maxExecutionEnvironments"), fn.num(2*managedEnvironments))
		fn.set("FunctionScalingConfig", fn.object(field("MinExecutionEnvironments", fn.num(managedEnvironments)), field("MaxExecutionEnvironments", most)))
		each, _ := calls.Int()
		for _, e := range d.in(fn, graph.Polls) {
			e.setNew("MaximumConcurrency", fn.num(max(2, min(1000, managedEnvironments*each))))
		}
		d.note("Added the capacity provider %s: %s runs on at least three EC2 instances in subnets of your network, which need a way to CloudWatch Logs and to the services the function calls.", provider.id, fn.id)
	}
}
