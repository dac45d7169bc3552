package draw

import "sort"

// Sizes of the picture, in pixels.
const (
	boxWidth, boxHeight = 196, 54
	gapX, gapY          = 120, 26
	margin              = 24
	frameTop            = 30
)

// place is where something of the picture stands: a box, or a bend of a long arrow (box nil).
type place struct {
	box  *box
	x, y int
	rank int
	pos  float64 // order in its column while sorting
}

// route is an arrow with the places it runs through.
type route struct {
	arrow *arrow
	via   []*place
}

// layout is the picture before it is written down.
type layout struct {
	places        map[*box]*place
	routes        []*route
	frames        []frame
	width, height int
}

type frame struct {
	title      string
	x, y, w, h int
}

// arrange lays out every flow as a block of columns, the blocks below each other; boxes without a flow come
// last, in rows.
func arrange(v *view) *layout {
	l := &layout{places: map[*box]*place{}, width: 480}
	top := margin
	for _, c := range v.clusters {
		top = l.block(c.boxes, v.arrows, top, c.title)
	}
	var rest, lonely []*box
	joined := map[*box]bool{}
	for _, a := range v.arrows {
		joined[a.from], joined[a.to] = true, true
	}
	for _, b := range v.boxes {
		switch {
		case b.cluster >= 0:
		case joined[b]:
			rest = append(rest, b)
		default:
			lonely = append(lonely, b)
		}
	}
	if len(rest) > 0 {
		top = l.block(rest, v.arrows, top, "")
	}
	top = l.rows(lonely, top)
	for _, a := range v.arrows { // arrows between blocks
		if !l.routed(a) {
			l.routes = append(l.routes, &route{arrow: a, via: []*place{l.places[a.from], l.places[a.to]}})
		}
	}
	l.height = top + margin
	return l
}

func (l *layout) routed(a *arrow) bool {
	for _, r := range l.routes {
		if r.arrow == a {
			return true
		}
	}
	return false
}

// block lays out one flow: columns by distance from its start, order within them by where their neighbours
// stand, long arrows bent through the columns they cross. It returns where the next block begins.
func (l *layout) block(boxes []*box, arrows []*arrow, top int, title string) int {
	inside := map[*box]bool{}
	for _, b := range boxes {
		inside[b] = true
	}
	var own []*arrow
	for _, a := range arrows {
		if inside[a.from] && inside[a.to] {
			own = append(own, a)
		}
	}
	ranks := rank(boxes, own)
	columns := l.columns(boxes, own, ranks)
	untangle(columns, l.routes)
	return l.position(columns, top, title)
}

// rank gives each box its column: one more than the farthest box before it. Arrows that close a circle are
// left out of the count.
func rank(boxes []*box, arrows []*arrow) map[*box]int {
	out := map[*box][]*arrow{}
	for _, a := range arrows {
		out[a.from] = append(out[a.from], a)
	}
	back := map[*arrow]bool{}
	state := map[*box]int{} // 1 on the path, 2 done
	var order []*box
	var visit func(b *box)
	visit = func(b *box) {
		state[b] = 1
		for _, a := range out[b] {
			switch state[a.to] {
			case 0:
				visit(a.to)
			case 1:
				back[a] = true
			}
		}
		state[b] = 2
		order = append(order, b)
	}
	for _, b := range boxes {
		if state[b] == 0 {
			visit(b)
		}
	}
	ranks := map[*box]int{}
	for i := len(order) - 1; i >= 0; i-- {
		for _, a := range out[order[i]] {
			if !back[a] {
				ranks[a.to] = max(ranks[a.to], ranks[order[i]]+1)
			}
		}
	}
	return ranks
}

// columns makes the places, with bends for arrows that cross columns.
func (l *layout) columns(boxes []*box, arrows []*arrow, ranks map[*box]int) [][]*place {
	var columns [][]*place
	put := func(p *place) *place {
		for len(columns) <= p.rank {
			columns = append(columns, nil)
		}
		p.pos = float64(len(columns[p.rank]))
		columns[p.rank] = append(columns[p.rank], p)
		return p
	}
	for _, b := range boxes {
		l.places[b] = put(&place{box: b, rank: ranks[b]})
	}
	for _, a := range arrows {
		r := &route{arrow: a, via: []*place{l.places[a.from]}}
		for k := ranks[a.from] + 1; k < ranks[a.to]; k++ {
			r.via = append(r.via, put(&place{rank: k}))
		}
		r.via = append(r.via, l.places[a.to])
		l.routes = append(l.routes, r)
	}
	return columns
}

// untangle sorts columns by the mean position of their neighbours, forth and back a few times.
func untangle(columns [][]*place, routes []*route) {
	before, after := map[*place][]*place{}, map[*place][]*place{}
	for _, r := range routes {
		for i := 1; i < len(r.via); i++ {
			a, b := r.via[i-1], r.via[i]
			if a.rank < b.rank {
				after[a], before[b] = append(after[a], b), append(before[b], a)
			}
		}
	}
	sweep := func(column []*place, neighbours map[*place][]*place) {
		for _, p := range column {
			if near := neighbours[p]; len(near) > 0 {
				sum := 0.0
				for _, q := range near {
					sum += q.pos
				}
				p.pos = sum / float64(len(near))
			}
		}
		sort.SliceStable(column, func(i, j int) bool { return column[i].pos < column[j].pos })
		for i, p := range column {
			p.pos = float64(i)
		}
	}
	for pass := 0; pass < 6; pass++ {
		for i := 1; i < len(columns); i++ {
			sweep(columns[i], before)
		}
		for i := len(columns) - 2; i >= 0; i-- {
			sweep(columns[i], after)
		}
	}
}

// position turns columns into coordinates; each column is centred. A bend takes the room of a gap.
func (l *layout) position(columns [][]*place, top int, title string) int {
	room := func(p *place) int {
		if p.box == nil {
			return gapY
		}
		return boxHeight + gapY
	}
	tallest := 0
	heights := make([]int, len(columns))
	for i, column := range columns {
		for _, p := range column {
			heights[i] += room(p)
		}
		tallest = max(tallest, heights[i])
	}
	inner := top + frameTop
	for i, column := range columns {
		y := inner + (tallest-heights[i])/2
		for _, p := range column {
			p.x, p.y = margin*2+i*(boxWidth+gapX), y
			y += room(p)
		}
	}
	width := margin*2 + len(columns)*(boxWidth+gapX) - gapX
	l.width = max(l.width, width+margin*2)
	if title != "" {
		l.frames = append(l.frames, frame{title, margin, top, width, tallest + frameTop + 4})
	}
	return inner + tallest + margin
}

// rows puts boxes side by side, four in a row.
func (l *layout) rows(boxes []*box, top int) int {
	for i, b := range boxes {
		x := margin*2 + i%4*(boxWidth+gapY)
		l.places[b] = &place{box: b, x: x, y: top + i/4*(boxHeight+gapY)}
		l.width = max(l.width, x+boxWidth+margin*2)
	}
	if len(boxes) == 0 {
		return top
	}
	return top + ((len(boxes)-1)/4+1)*(boxHeight+gapY)
}
