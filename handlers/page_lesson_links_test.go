package handlers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// TestBrokenLinks: the preview of a task says of each link to this page whether it can be opened, as
// opening it does.
func TestBrokenLinks(t *testing.T) {
	s := newTestServer(t)
	form := openLink(t, s, "dataset=xor&points=40")
	for to, want := range map[string]string{
		"?dataset=nonsense":          "“?dataset=nonsense” cannot be opened: dataset must be one of",
		"?experiment=nope":           "cannot be opened: experiment must name an experiment; got \"nope\".",
		"?lock=all":                  "cannot be opened: lock must name parts of the page",
		"?learning_rate=fast":        "cannot be opened: Learning rate must be a number",
		"?points=100000":             "cannot be opened: Points must be from 1 to 2\u202f000",
		"?dataset=moons#state=H4sI":  "is shown as text",
		"?dataset=moons&steps=10":    "",
		"?experiment=momentum":       "",
		"?hidden_layers=":            "",
		"?assignment=Next&lock=data": "",
	} {
		_, answer := pressed(t, s, form, "share", views.FieldAssignment, "[a]("+to+")")
		said := ""
		for _, n := range find(parseHTML(t, answer), ".field-error") {
			said += n.FirstChild.Data
		}
		if !strings.Contains(said, want) || (said == "") != (want == "") {
			t.Errorf("of the link %s the preview says %q; want %q", to, said, want)
		}
		status := serve(s, http.MethodGet, "/"+to, "").Code
		if opens := status == http.StatusOK; opens != (want == "") && !strings.Contains(to, "#") {
			t.Errorf("the link %s is answered with %d", to, status)
		}
	}
}

// TestRecipeParameters: links in a task know the parameters that a recipe has, and no others.
func TestRecipeParameters(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "api_train.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, d := range file.Decls {
		if f, is := d.(*ast.FuncDecl); is && f.Name.Name == "readRecipe" {
			ast.Inspect(f, func(n ast.Node) bool {
				if c, is := n.(*ast.CaseClause); is {
					for _, e := range c.List {
						name, _ := strconv.Unquote(e.(*ast.BasicLit).Value)
						read = append(read, name)
					}
				}
				return true
			})
		}
	}
	if !slices.Equal(read, recipeParameters) {
		t.Errorf("readRecipe reads %q; want recipeParameters, %q", read, recipeParameters)
	}
	for _, name := range sourceMembers {
		if !slices.Contains(recipeParameters, name) && setting.Lookup(name) == nil {
			t.Errorf("%s is a member of a source and no parameter of a recipe", name)
		}
	}
}

// TestAssignedLink: a link in a task leads to this page or nowhere.
func TestAssignedLink(t *testing.T) {
	lesson := export.Lesson{Experiment: "features", Assignment: "x", Lock: []string{"data"}}
	const kept = "?assignment=x&"
	for to, want := range map[string]string{
		"?dataset=moons": kept + "dataset=moons&lock=data",
		"https://example.org/nnvisu/?dataset=moons#a": kept + "dataset=moons&lock=data",
		"/?dataset=moons&amp;noise=0.1":               kept + "dataset=moons&lock=data&noise=0.1",
		"?experiment=momentum":                        kept + "experiment=momentum&lock=data",
		"?assignment=other&lock=":                     "?assignment=other&lock=",
		"?hidden_layers=8,8&steps=10":                 kept + "hidden_layers=8,8&lock=data&steps=10",
		"":                                            "", "#plane": "", "?": "", "moons": "", "?q=moons": "", "https://example.org/": "",
		"?dataset=moons#state=H4sI": "", "javascript:alert(1)?dataset=moons": "", "?dataset=a&dataset=b": "",
	} {
		if got := assignedLink(lesson, to); got != want {
			t.Errorf("the link %q leads to %q; want %q", to, got, want)
		}
	}
}
