package rules

// Report is the answer of a review; marshalled it is review/1. Lists are never nil.
type Report struct {
	Schema     string       `json:"schema"`
	Source     Reviewed     `json:"source"`
	Summary    Summary      `json:"summary"`
	Findings   []Finding    `json:"findings"` // worst first
	Unknown    []Undecided  `json:"unknown"`
	Suppressed []Suppressed `json:"suppressed"`
	Folded     []Folded     `json:"folded"`
	Unreadable []Unreadable `json:"unreadable"` // filled by the caller: Review sees only what was read
	Omitted    *Omitted     `json:"omitted,omitempty"`
}

// Reviewed says what was looked at. Kind is template, stack or assembly.
type Reviewed struct {
	Kind  string   `json:"kind"`
	Files []string `json:"files"`
	Stack string   `json:"stack,omitempty"`
	Stage string   `json:"stage,omitempty"` // a stage on trial, for which all but security findings count one level less
	// Notes says what a reader must know of the source itself: the stack's state, the end of what was followed.
	Notes []string `json:"notes,omitempty"`
}

// Summary counts.
type Summary struct {
	Resources int    `json:"resources"`
	Edges     int    `json:"edges"`
	Findings  Counts `json:"findings"`
	Unknowns  int    `json:"unknowns"`
	Rules     int    `json:"rules"` // rules that ran
}

// Counts holds a number for each severity.
type Counts struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Info     int `json:"info"`
}

// Of returns the number for one severity.
func (c Counts) Of(s Severity) int {
	switch s {
	case Critical:
		return c.Critical
	case High:
		return c.High
	case Medium:
		return c.Medium
	case Low:
		return c.Low
	}
	return c.Info
}

// Total is the number of all findings.
func (c Counts) Total() int { return c.Critical + c.High + c.Medium + c.Low + c.Info }

func (c *Counts) add(s Severity) {
	switch s {
	case Critical:
		c.Critical++
	case High:
		c.High++
	case Medium:
		c.Medium++
	case Low:
		c.Low++
	default:
		c.Info++
	}
}

// Place names a resource as it is written: ID is the plain logical id (an ARN for what is not in the files),
// File tells apart what bears the same id in several files.
type Place struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	File string `json:"file,omitempty"`
}

// Evidence is one value that shows the defect, with its place. Origin is known, default, live or unknown;
// Reason is set for unknown ones.
type Evidence struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Path   string `json:"path"`
	Value  any    `json:"value,omitempty"` // nil where nothing is written or known
	Origin string `json:"origin"`
	Reason string `json:"reason,omitempty"`
}

// Remedy says what to do. Patch is empty where the right change depends on more than the template shows.
type Remedy struct {
	Summary string    `json:"summary"`
	Patch   []PatchOp `json:"patch"`
	CDK     string    `json:"cdk,omitempty"`
}

// Finding is one rule at one place.
type Finding struct {
	ID          string     `json:"id"` // fingerprint: the same for the same defect in the next run, wherever its line has moved
	Rule        string     `json:"rule"`
	Code        string     `json:"code"`
	Severity    Severity   `json:"severity"`
	Confidence  Confidence `json:"confidence"`
	Pillar      Pillar     `json:"pillar"`
	Title       string     `json:"title"`
	Resource    Place      `json:"resource"`
	Related     []Place    `json:"related"`
	Message     string     `json:"message"`
	When        string     `json:"when,omitempty"`    // the conditions under which it holds, "" for always
	Context     []string   `json:"context,omitempty"` // what makes it come before others of its severity
	Group       string     `json:"group,omitempty"`   // names a root cause shared with other findings
	Evidence    []Evidence `json:"evidence"`          // never empty; the first is the finding's place
	Fix         Remedy     `json:"fix"`
	References  []string   `json:"references"` // page ids
	Docs        []string   `json:"docs"`
	Aliases     []string   `json:"aliases"`
	Equivalents []string   `json:"equivalents"`
}

// Suppressed is a finding that its author, another tool's note, or a baseline has accepted.
type Suppressed struct {
	ID       string `json:"id"`
	Rule     string `json:"rule"`
	Code     string `json:"code"`
	Resource Place  `json:"resource"`
	Message  string `json:"message"`
	By       string `json:"by"` // serverless-review, config, baseline, or the other tool's name
	Reason   string `json:"reason"`
	Until    string `json:"until,omitempty"`
}

// Folded stands for all findings on resources that a framework brings along: not the user's to change.
type Folded struct {
	Framework string   `json:"framework"`
	Resources []string `json:"resources"`
	Rules     []string `json:"rules"`
	Findings  int      `json:"findings"`
}

// Unreadable is an input that could not be reviewed.
type Unreadable struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Want    string `json:"want,omitempty"`
}

// Omitted counts what was cut to fit a budget.
type Omitted struct {
	Findings   int `json:"findings"`
	Unknown    int `json:"unknown"`
	Suppressed int `json:"suppressed"`
}

// Fails tells whether any finding is as bad as the given severity, or worse. "" never fails.
func (r Report) Fails(at Severity) bool {
	if at == "" {
		return false
	}
	for _, f := range r.Findings {
		if f.Severity.AtLeast(at) {
			return true
		}
	}
	return false
}

// ParseSeverity reads a severity's name; "none" gives "", at which nothing fails. ok is false for other words.
func ParseSeverity(word string) (s Severity, ok bool) {
	if word == "none" {
		return "", true
	}
	s = Severity(word)
	return s, s.rank() < len(Severities)
}

// ParseProfile reads a profile's name; ok is false for other words.
func ParseProfile(word string) (p Profile, ok bool) {
	p = Profile(word)
	return p, p == Core || p == Advisory || p == Strict
}

// Without moves the findings whose id is in known (those of an earlier report) to the suppressed ones.
func (r Report) Without(known map[string]bool) Report {
	kept := []Finding{}
	r.Suppressed = append([]Suppressed{}, r.Suppressed...)
	r.Summary.Findings = Counts{}
	for _, f := range r.Findings {
		if known[f.ID] {
			r.Suppressed = append(r.Suppressed, f.suppressed(ignore{by: "baseline", Reason: "present in the baseline report"}))
			continue
		}
		kept = append(kept, f)
		r.Summary.Findings.add(f.Severity)
	}
	r.Findings = kept
	return r
}

func (f Finding) suppressed(i ignore) Suppressed {
	return Suppressed{ID: f.ID, Rule: f.Rule, Code: f.Code, Resource: f.Resource, Message: f.Message, By: i.by, Reason: i.Reason, Until: i.Until}
}
