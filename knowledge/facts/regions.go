package facts

import "strings"

// RegionsSource is where the table of regions was read.
var RegionsSource = Source{
	Title:   "cfn-lint " + regionsVersion + ", lists of resource types by Region, state of " + regionsDate,
	URL:     "https://github.com/aws-cloudformation/cfn-lint/tree/v" + regionsVersion + "/src/cfnlint/data/schemas/providers",
	Checked: checked,
}

// regionRow is a resource type with a mark for each Region of regionNames.
type regionRow struct{ resource, marks string }

// Availability says where a resource type can be created through CloudFormation. A type that is listed may still
// lack some of its features in a Region, and one that is not listed may be reached by other means.
type Availability struct {
	Type    string   `json:"type"`
	In      []string `json:"in"`      // Regions that list the type, in alphabetical order
	NotIn   []string `json:"notIn"`   // Regions whose list lacks it
	Unknown []string `json:"unknown"` // Regions of which the source has no list
}

// Everywhere tells that every Region with a list has the type.
func (a Availability) Everywhere() bool { return len(a.NotIn) == 0 }

// ResourceTypes lists the resource types that the table of Regions knows, in reading order.
func ResourceTypes() []string {
	out := make([]string, len(regionRows))
	for i, r := range regionRows {
		out[i] = r.resource
	}
	return out
}

// Regions says where a resource type exists; false for a type that the table does not know. The spelling's case
// does not matter.
func Regions(resource string) (Availability, bool) {
	for _, r := range regionRows {
		if !strings.EqualFold(r.resource, resource) {
			continue
		}
		a := Availability{Type: r.resource, In: []string{}, NotIn: []string{}, Unknown: unknownRegions}
		for i, name := range regionNames {
			if r.marks[i] == 'y' {
				a.In = append(a.In, name)
			} else {
				a.NotIn = append(a.NotIn, name)
			}
		}
		return a, true
	}
	return Availability{}, false
}

// RegionNames lists the Regions that the table answers for.
func RegionNames() []string { return append([]string(nil), regionNames...) }
