package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/public"
)

// scriptPosts are fields that the script adds to what it posts, in its own words.
var scriptPosts = map[string]bool{FieldParameter: true, FieldValue: true, FieldProbe: true, FieldOpened: true, FieldLinked: true, FieldDrawMS: true, FieldChanged: true, FieldStrokeTool: true}

// TestScriptPosts: those fields are what the script says.
func TestScriptPosts(t *testing.T) {
	said := script(t)
	for name := range scriptPosts {
		if !regexp.MustCompile(`\b` + name + `: |"` + name + `", `).MatchString(said) {
			t.Errorf("the script does not post the field %s", name)
		}
	}
}

func script(tb testing.TB) string {
	tb.Helper()
	files, err := fs.Glob(public.FS(), "*.js")
	if err != nil || len(files) == 0 {
		tb.Fatalf("the modules of the script are %v, %v", files, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(public.FS(), file)
		if err != nil {
			tb.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestScriptNames: the tools and transports that the script names are those of the constants.
func TestScriptNames(t *testing.T) {
	constants := []string{ToolErase, TransportSSE, TransportSocket}
	script, found := script(t), 0
	pattern := regexp.MustCompile(`field\("(?:tool|transport)"\)\.value [!=]==? "([^"]*)"`)
	for _, m := range pattern.FindAllStringSubmatch(script, -1) {
		found++
		if !slices.Contains(constants, m[1]) {
			t.Errorf("the script says %s; want a constant of this package", m[0])
		}
	}
	for _, m := range regexp.MustCompile(`\bfield\("([^"]*)"\)`).FindAllStringSubmatch(script, -1) {
		found++
		if !slices.Contains(constantsNamed(t, "Field"), m[1]) {
			t.Errorf("the script asks for the field %s; want a constant of this package", m[1])
		}
	}
	if found < 5 {
		t.Errorf("the script names %d tools, transports and fields; want five at least, or these patterns have grown old", found)
	}
	page := render(t, Page(labs(t)["Default"]))
	for _, m := range regexp.MustCompile(`\$\("([^"]*)"\)`).FindAllStringSubmatch(script, -1) {
		if len(page.all("#"+m[1])) == 0 {
			t.Errorf("the script looks for the id %s, which the page does not have", m[1])
		}
	}
}

// constantsNamed returns the string constants of fields.go whose names begin so.
func constantsNamed(tb testing.TB, prefix string) []string {
	tb.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "fields.go", nil, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			if !strings.HasPrefix(name.Name, prefix) || i >= len(spec.Values) {
				continue
			}
			if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					tb.Fatal(err)
				}
				values = append(values, value)
			}
		}
		return true
	})
	if len(values) < 10 {
		tb.Fatalf("fields.go has the constants %v named %s…; want more", values, prefix)
	}
	return values
}

// TestPageWithoutScript: the form posts to addresses relative to the page's, so that it works
// behind a base path, and without htmx.
func TestPageWithoutScript(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	form := page.one(t, "form")
	if form.attr("method") != "post" || form.attr("action") != "edit" {
		t.Errorf("the form posts %s to %s; want post to edit", form.attr("method"), form.attr("action"))
	}
	for _, e := range page.all("[formaction]") {
		addresses := []string{"step", "edit", "points.csv", "export", "picture.svg", "picture.png", "curves.csv", "explain", "sweep"}
		if got := e.attr("formaction"); !slices.Contains(addresses, got) {
			t.Errorf("a %s posts to %q; want one of %q", e.Data, got, addresses)
		}
	}
	for _, attribute := range []string{"src", "href", "action", "formaction", "hx-post", "hx-get"} {
		for _, e := range page.all("[" + attribute + "]") {
			if address := e.attr(attribute); strings.HasPrefix(address, "/") || strings.Contains(address, "//") && !strings.HasPrefix(address, "data:") {
				t.Errorf("%s=%q of a %s; want an address relative to the page", attribute, address, e.Data)
			}
		}
	}
	// The first button that submits is the one that the return key presses.
	for _, e := range page.all("form button") {
		if e.attr("type") == "submit" {
			if e.attr("value") != "settings" {
				t.Errorf("the return key asks for %s; want %s", e.attr("value"), "settings")
			}
			break
		}
	}
	for _, e := range page.all("form button") {
		if kind := e.attr("type"); kind != "submit" && kind != "button" {
			t.Errorf("the button %q has the type %q; want it said", e.content(), kind)
		}
	}
	image := page.one(t, "input[type=image]")
	if got := strconv.Itoa(PlaneSize); image.attr("width") != got || image.attr("height") != got || image.attr("name")+".x" != FieldClickX {
		t.Errorf("the picture to click is %s×%s and posts %s; want %s×%s and %s", image.attr("width"), image.attr("height"), image.attr("name"), got, got, FieldClickX)
	}
	if got := page.one(t, "#plane canvas"); got.attr("width") != strconv.Itoa(GridSize) || got.attr("height") != strconv.Itoa(GridSize) {
		t.Errorf("the canvas is %s×%s; want a pixel for each cell", got.attr("width"), got.attr("height"))
	}
}

// TestPagePolicy: nothing on the page needs more than the content security policy allows: no inline
// script but the guard, no inline style, no address of another site.
func TestPagePolicy(t *testing.T) {
	for name, lab := range labs(t) {
		for component, e := range map[string]element{
			"Page": render(t, Page(lab)), "Edited": render(t, Edited(lab, true)), "Frame": render(t, Frame(lab)),
			"Refused": render(t, Refused(lab.Notice, []Refusal{{FieldL1, "no"}})), "Failure": render(t, Failure("no")),
			"Imported": render(t, Imported(lab, true)), "EditedTable": render(t, EditedTable(lab, true)),
			"Inspected": render(t, Inspected(lab, Inspect(lab.State, lab.Meta, 0, 0))), "Shared": render(t, Shared(Sharing{Recipe: "?a=1", Lost: "x"})),
			"Reading": render(t, Reading(Probe{Parts: []ProbePart{{Text: "x", Marker: "M0 0", Colour: "#000000"}}, Point: "y"})),
		} {
			for n := range e.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				x := element{n}
				if n.Data == "style" || n.Data == "iframe" || n.Data == "object" || n.Data == "base" {
					t.Errorf("%s: %s has a <%s>", name, component, n.Data)
				}
				if text := x.content(); n.Data == "script" && (x.attr("src") == "") != (text == strings.TrimSpace(public.Guard)) {
					t.Errorf("%s: %s has the inline script %q; want only the guard", name, component, text)
				}
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") {
						t.Errorf("%s: %s has a <%s %s=%q>", name, component, n.Data, a.Key, a.Val)
					}
				}
			}
		}
	}
	// htmx would write a style sheet into the page.
	config := render(t, Page(labs(t)["Default"])).one(t, "meta[name=htmx-config]").attr("content")
	if !strings.Contains(config, `"includeIndicatorCSS":false`) {
		t.Errorf("the configuration of htmx is %s; want no style sheet of its own", config)
	}
}

// TestTemplatesWriteConstants: no template writes the name of a field as text, and none asks for an
// act but through the table of acts; the picture's is the field that the browser lengthens, and the
// tour's is not posted.
func TestTemplatesWriteConstants(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	literal := regexp.MustCompile(`<(?:input|select|button|textarea|label)\b[^>]*\b(name|value|for|data-change|data-act)="([^"]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			if got := m[1] + "=" + m[2]; !slices.Contains([]string{"name=at", "name=stop", "value=1", "value=100", "for=moments", "value=0"}, got) {
				t.Errorf("%s writes %s; want a constant", file, got)
			}
		}
	}
}

// TestStorageNotice: it waits hidden for what the script has to tell, with a button to close it.
func TestStorageNotice(t *testing.T) {
	notice := render(t, Page(sampleLab(t, dataset.Circles, nil))).one(t, "form #notices #storage-notice")
	if _, hidden := notice.lookup("hidden"); !hidden || notice.one(t, "#told").content() != "" || notice.one(t, "button[data-close]").attr("type") != "button" {
		t.Errorf("the storage notice says %q; want it hidden and empty, with a button to close it", notice.content())
	}
}
