package docs

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/tests/contract"
)

// TestDescription: the tables of the API's document say what openapi.json says: the requests, the members
// of config, and the statuses of errors. Its list has the rules that a schema cannot tell.
func TestDescription(t *testing.T) {
	s := contract.Start(t)
	var api struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Description string }
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(s.Get(t, "/openapi.json").Body, &api); err != nil {
		t.Fatal(err)
	}

	var got, want []string
	for _, row := range table(t, "request") {
		for _, request := range quoted(row[0]) {
			got = append(got, strings.ReplaceAll(request, "/data/{name}", "/data/{dataset}"))
		}
	}
	statuses := map[string]string{}
	for path, methods := range api.Paths {
		for method, operation := range methods {
			if path != "/" {
				want = append(want, strings.ToUpper(method)+" "+path)
			}
			for status, r := range operation.Responses {
				codes, ok := strings.CutPrefix(strings.TrimSuffix(r.Description, "."), "An error: ")
				for _, code := range strings.Split(codes, " or ") {
					if ok && !contract.Among(status, statuses[code]) {
						statuses[code] = strings.TrimPrefix(statuses[code]+"|"+status, "|")
					}
				}
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the table of requests has %q; openapi.json has %q", got, want)
	}

	var members []string
	for _, row := range table(t, "member") {
		members = append(members, quoted(row[0])...)
	}
	slices.Sort(members)
	if names := slices.Sorted(maps.Keys(api.Components.Schemas["config"].Properties)); !slices.Equal(members, names) {
		t.Errorf("the table of config has %q; openapi.json has %q", members, names)
	}

	sorted := func(list string) []string {
		return slices.Sorted(slices.Values(regexp.MustCompile(`\d+`).FindAllString(list, -1)))
	}
	described := 0
	for _, row := range table(t, "code") {
		code := strings.Trim(row[0], "`")
		if statuses[code] == "" { // of no route that the description has
			continue
		}
		if described++; !slices.Equal(sorted(statuses[code]), sorted(row[1])) {
			t.Errorf("the table of errors has %s with the statuses %s; openapi.json has %s", code, row[1], statuses[code])
		}
	}
	if described < 8 {
		t.Errorf("openapi.json has %d of the codes of errors; want more", described)
	}

	_, list, _ := strings.Cut(read(t, "docs/api.md"), "schema cannot tell these rules:\n\n")
	list, _, _ = strings.Cut(list, "\n\n")
	if want := schema.BeyondList(); list != want {
		t.Errorf("docs/api.md says that a schema cannot tell\n%s\nwant\n%s", list, want)
	}
}
