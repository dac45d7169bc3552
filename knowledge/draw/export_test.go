package draw

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// OutsiderName is what a thing outside of the system is called.
var OutsiderName = outsiderName

// Overlaps lists pairs of boxes that cover each other in the picture of g.
func Overlaps(g *graph.Graph) []string {
	v := look(g, Options{})
	l := arrange(v)
	var out []string
	for i, a := range v.boxes {
		for _, b := range v.boxes[i+1:] {
			p, q := l.places[a], l.places[b]
			if p.x < q.x+boxWidth && q.x < p.x+boxWidth && p.y < q.y+boxHeight && q.y < p.y+boxHeight {
				out = append(out, fmt.Sprintf("%s covers %s", name(a), name(b)))
			}
		}
	}
	return out
}
