package draw

import (
	"fmt"
	"html"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tints are the fills of boxes by what they are: code, channels, stores, doors.
var tints = map[graph.Kind]string{
	graph.Function: "#fff1e0", graph.StateMachine: "#fff1e0", graph.Pipe: "#fff1e0",
	graph.Queue: "#fde7f0", graph.Topic: "#fde7f0", graph.EventBus: "#fde7f0", graph.Rule: "#fde7f0", graph.Stream: "#fde7f0",
	graph.Firehose: "#fde7f0", graph.Schedule: "#fde7f0", graph.ScheduleGroup: "#fde7f0",
	graph.Table: "#e6eefc", graph.Bucket: "#e5f3e5", graph.Database: "#e6eefc",
	graph.RestAPI: "#f0e8fb", graph.HTTPAPI: "#f0e8fb", graph.WebSocketAPI: "#f0e8fb", graph.GraphQLAPI: "#f0e8fb", graph.EventAPI: "#f0e8fb", graph.FunctionURL: "#f0e8fb",
}

// SVG writes the graph as a self-contained SVG picture on a white ground.
func SVG(g *graph.Graph, o Options) string {
	v := look(g, o)
	l := arrange(v)
	title := 0
	if o.Title != "" {
		title = 34
	}
	footer := 0
	if len(v.aside) > 0 {
		footer = 26
	}
	var s strings.Builder
	height := l.height + title + footer
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 %d %d %d" font-family="Helvetica,Arial,sans-serif" font-size="12">`+"\n",
		l.width, height, -title, l.width, height)
	fmt.Fprintf(&s, `<rect x="0" y="%d" width="%d" height="%d" fill="#ffffff"/>`+"\n", -title, l.width, height)
	s.WriteString(`<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0,0L10,5L0,10z" fill="#5a6472"/></marker>` +
		`<marker id="fail" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0,0L10,5L0,10z" fill="#b3432b"/></marker></defs>` + "\n")
	if o.Title != "" {
		fmt.Fprintf(&s, `<text x="%d" y="-8" font-size="18" font-weight="bold" fill="#222">%s</text>`+"\n", margin, html.EscapeString(o.Title))
	}
	for _, f := range l.frames {
		fmt.Fprintf(&s, `<rect x="%d" y="%d" width="%d" height="%d" rx="10" fill="#f7f8fa" stroke="#d5dae1"/><text x="%d" y="%d" fill="#667080">%s</text>`+"\n",
			f.x, f.y, f.w, f.h, f.x+12, f.y+18, html.EscapeString(f.title))
	}
	for _, r := range l.routes {
		s.WriteString(svgLine(r))
	}
	for _, b := range v.boxes {
		s.WriteString(svgBox(b, l.places[b]))
	}
	for _, r := range l.routes {
		s.WriteString(svgLabel(r))
	}
	if len(v.aside) > 0 {
		fmt.Fprintf(&s, `<text x="%d" y="%d" fill="#778">not drawn: %s</text>`+"\n", margin, l.height+footer-10, html.EscapeString(strings.Join(v.aside, ", ")))
	}
	s.WriteString("</svg>\n")
	return s.String()
}

func svgBox(b *box, p *place) string {
	fill, stroke, dash := tints[b.kind], "#8a94a3", ""
	if fill == "" {
		fill = "#f2f3f5"
	}
	if len(b.marks) > 0 {
		if c, ok := colours[b.marks[0]]; ok {
			fill, stroke = c[0], c[1]
		}
	}
	if b.nodes[0].External {
		dash = ` stroke-dasharray="5 3"`
	}
	var s strings.Builder
	if len(b.nodes) > 1 { // a second sheet behind the first
		fmt.Fprintf(&s, `<rect x="%d" y="%d" width="%d" height="%d" rx="7" fill="%s" stroke="%s"/>`, p.x+5, p.y+5, boxWidth, boxHeight, fill, stroke)
	}
	fmt.Fprintf(&s, `<rect x="%d" y="%d" width="%d" height="%d" rx="7" fill="%s" stroke="%s"%s/>`, p.x, p.y, boxWidth, boxHeight, fill, stroke, dash)
	title, sub := clip(name(b), 24), words(b.kind)
	if len(b.nodes) > 1 {
		head, names, _ := strings.Cut(name(b), ": ")
		title, sub = head, clip(names, 28)
	}
	if m := mark(b); m != "" {
		sub += " · " + m
	}
	fmt.Fprintf(&s, `<text x="%d" y="%d" font-weight="bold" fill="#1d2430">%s</text><text x="%d" y="%d" font-size="11" fill="#4b5563">%s</text>`+"\n",
		p.x+10, p.y+23, html.EscapeString(title), p.x+10, p.y+41, html.EscapeString(sub))
	return s.String()
}

// svgLine draws an arrow through its bends; one that runs back or stays in its column swings out below.
func svgLine(r *route) string {
	from, to := r.via[0], r.via[len(r.via)-1]
	colour, marker, dash := "#5a6472", "tip", ""
	if r.arrow.failure {
		colour, marker, dash = "#b3432b", "fail", ` stroke-dasharray="6 4"`
	}
	if r.arrow.likely && !r.arrow.failure {
		colour = "#9aa3b0"
	}
	var d strings.Builder
	if to.x <= from.x {
		y1, y2 := from.y+boxHeight, to.y+boxHeight
		x1, x2 := from.x+boxWidth/2, to.x+boxWidth/2
		if to.y > from.y+boxHeight {
			y2 = to.y
			fmt.Fprintf(&d, "M%d,%d C%d,%d %d,%d %d,%d", x1, y1, x1, y1+gapY, x2, y2-gapY, x2, y2)
		} else {
			dip := max(y1, y2) + gapY
			fmt.Fprintf(&d, "M%d,%d C%d,%d %d,%d %d,%d", x1, y1, x1, dip, x2, dip, x2, y2)
		}
	} else {
		x, y := from.x+boxWidth, from.y+boxHeight/2
		fmt.Fprintf(&d, "M%d,%d", x, y)
		for _, p := range r.via[1:] {
			px, py := p.x, p.y+boxHeight/2
			if p.box == nil {
				py = p.y + gapY/4
			}
			mid := (x + px) / 2
			fmt.Fprintf(&d, " C%d,%d %d,%d %d,%d", mid, y, mid, py, px, py)
			x, y = px, py
			if p.box == nil {
				x += boxWidth
				fmt.Fprintf(&d, " L%d,%d", x, y)
			}
		}
	}
	return fmt.Sprintf(`<path d="%s" fill="none" stroke="%s" stroke-width="1.4"%s marker-end="url(#%s)"/>`+"\n", d.String(), colour, dash, marker)
}

// svgLabel writes an arrow's label over the gap before its end, on a white strip so that lines do not cross it.
func svgLabel(r *route) string {
	text := r.arrow.text()
	if text == "" {
		return ""
	}
	text = clip(text, 20)
	from, to := r.via[0], r.via[len(r.via)-1]
	width := len([]rune(text))*6 + 6
	x, y := to.x-gapX/2-width/2, (r.via[len(r.via)-2].y+to.y)/2+boxHeight/2
	if to.x <= from.x {
		x, y = (from.x+to.x+boxWidth)/2-width/2, max(from.y, to.y)+boxHeight+gapY-8
		if to.y > from.y+boxHeight {
			y = (from.y + boxHeight + to.y) / 2
		}
	}
	colour := "#4b5563"
	if r.arrow.failure {
		colour = "#b3432b"
	}
	return fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="14" fill="#ffffff" fill-opacity="0.85"/><text x="%d" y="%d" font-size="10" fill="%s">%s</text>`+"\n",
		x, y-8, width, x+3, y+3, colour, html.EscapeString(text))
}
