package patterns

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// What a function has around its code: a network of the user's, and layers.
var _ = learn(func(g *grammar) {
	settings := g.settings(graph.Function)
	settings["network"] = truth(func(n *node, on bool) { n.setExtra("network", n.bool(on)) })
	settings["layers"] = readLayers
})

// regionWord stands for the stack's region in the ARN of a layer.
const regionWord = "{region}"

const pseudoRegion = "${AWS::Region}"

var layerForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws[a-z-]*:lambda:([a-z0-9-]+|\{region\}):[0-9]{12}:layer:[A-Za-z0-9_-]{1,140}:[0-9]+$`)
})

func readLayers(d *draft, n *node, name string, v graph.Value) error {
	const want = "ARNs of layers with their versions, such as [arn:aws:lambda:{region}:111122223333:layer:shared:3]"
	if most := facts.Int("lambda.layers"); len(v.Each()) > most {
		return wrong(*v.At, fmt.Sprintf("at most %d layers", most), "%s has %d", n.id, len(v.Each()))
	}
	var layers []graph.Value
	for _, item := range v.Each() {
		arn, _ := item.Str()
		if !layerForm().MatchString(arn) {
			return wrong(*v.At, want, "a layer of %s is %s", n.id, clip(item.String()))
		}
		layers = append(layers, graph.NewString(item.At, strings.ReplaceAll(arn, regionWord, pseudoRegion)))
	}
	n.set("Layers", graph.NewList(v.At, layers...))
	return nil
}

// refuseNetworks finds settings that the generator's own functions cannot have.
func (d *draft) refuseNetworks() error {
	for _, fn := range d.ofKind(graph.Function) {
		if on, _ := fn.getExtra("network").Truth(); on && fn.managed() {
			return refusal(*fn.getExtra("network").At, "leave network out", "%s runs on managed instances, which are in your network", fn.id)
		}
		if layers := fn.get("Layers"); layers.Exists() && !fn.own() {
			return refusal(*layers.At, "code: own", "%s has a handler of the generator, which knows its own layers", fn.id)
		}
	}
	return nil
}

// networkOf tells whether a function is in a network. Which one, nobody knows before a stack is made: the description's
// stack asks for it.
func networkOf(n *graph.Node) graph.Value {
	if v := n.Setting("vpcConfig"); v.Exists() && v.Kind != graph.Null {
		return graph.NewBool(v.At, true)
	}
	return graph.Value{}
}

// layersOf are a function's layers, if all of them are published somewhere, not made here.
func layersOf(n *graph.Node) graph.Value {
	v := n.Setting("layers")
	var out []graph.Value
	for _, item := range v.Each() {
		arn, ok := item.Str()
		arn = strings.ReplaceAll(arn, pseudoRegion, regionWord)
		if !ok || !layerForm().MatchString(arn) {
			return graph.Value{}
		}
		out = append(out, graph.NewString(item.At, arn))
	}
	if len(out) == 0 {
		return graph.Value{}
	}
	return graph.NewList(v.At, out...)
}
