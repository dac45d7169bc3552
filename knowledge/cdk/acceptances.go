package cdk

import "slices"

const nagFindings = "Findings of cdk-nag that stay, each with its reason."

// acknowledged is the program with the statements that tell cdk-nag which findings stay, and why: in the helper that
// makes the functions what holds of all that it makes, and at the end of the stack the rest.
func acknowledged(p *program) *program {
	out := *p
	accepts := p.Accepts
	out.Helpers = nil
	for _, h := range p.Helpers {
		var everywhere []acceptance
		everywhere, accepts = acceptedEverywhere(p.Body, h.Name, accepts)
		out.Helpers = append(out.Helpers, acknowledging(h, everywhere))
	}
	out.Body = slices.Clone(p.Body)
	var order []string
	byNode := map[string][]acceptance{}
	for _, a := range accepts {
		if byNode[a.On] == nil {
			order = append(order, a.On)
		}
		byNode[a.On] = append(byNode[a.On], a)
	}
	for i, name := range order {
		if i == 0 {
			out.Body = append(out.Body, heading{nagFindings})
		}
		on := local(name)
		if name == "" {
			on = "this"
		}
		out.Body = append(out.Body, run{Value: acknowledge(on, byNode[name])})
	}
	return &out
}

func acknowledge(on local, accepts []acceptance) expression {
	var args []expression
	for _, a := range accepts {
		args = append(args, *props(typeName{"", "Acknowledgment"}).open().with("id", text(a.Rule)).with("reason", text(a.Reason)).done())
	}
	return call{static{validations, "of", []expression{on}}, "acknowledge", args}
}

// acceptedEverywhere parts what holds of everything that a helper makes from the rest.
func acceptedEverywhere(body []statement, helperName string, accepts []acceptance) (everywhere, rest []acceptance) {
	made := map[string]bool{}
	for _, s := range body {
		if l, ok := s.(let); ok {
			if h, ok := l.Value.(helper); ok && h.Name == helperName {
				made[l.Name] = true
			}
		}
	}
	times := map[acceptance]int{}
	for _, a := range accepts {
		if made[a.On] {
			times[acceptance{"", a.Rule, a.Reason}]++
		}
	}
	seen := map[acceptance]bool{}
	for _, a := range accepts {
		key := acceptance{"", a.Rule, a.Reason}
		switch {
		case !made[a.On] || times[key] < len(made):
			rest = append(rest, a)
		case !seen[key]:
			seen[key] = true
			everywhere = append(everywhere, key)
		}
	}
	return everywhere, rest
}

// acknowledging has a helper acknowledge the findings on what it makes.
func acknowledging(h function, accepts []acceptance) function {
	last := len(h.Body) - 1
	if len(accepts) == 0 || last < 0 {
		return h
	}
	made, ok := h.Body[last].(give)
	if !ok {
		return h
	}
	h.Body = append(slices.Clone(h.Body[:last]),
		let{Name: "fn", Type: h.Result, Value: made.Value},
		run{Value: acknowledge("fn", accepts), Comment: nagFindings},
		give{local("fn")})
	return h
}
