package views

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/public"
)

// TestTour: few steps, each about an element of the page.
func TestTour(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	seen := map[string]bool{}
	for _, step := range Tour() {
		if step.Target == "" || step.Title == "" || seen[step.Target] {
			t.Errorf("the step %q points at %q; want a title, and each element once", step.Title, step.Target)
		}
		seen[step.Target] = true
		checkProse(t, step.Title, step.Text)
		if n := len(page.all("#" + step.Target)); n != 1 {
			t.Errorf("%s points at %s, which is %d times in the page; want once", step.Title, step.Target, n)
		}
	}
	if n := len(Tour()); n == 0 || n > 6 {
		t.Errorf("the tour has %d steps; want one to six", n)
	}
}

// TestTourBox: it waits closed, outside of the form so that it is not posted, with a radio button
// before every stop, the first one chosen, and a way on from each but the last.
func TestTourBox(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	box := page.one(t, "dialog#tour[data-modeless]")
	if _, open := box.lookup("open"); open || len(page.all("form #tour")) != 0 || len(page.all("#tour form")) != 0 {
		t.Errorf("the tour is open: %t; want it closed, and outside of the form", open)
	}
	box.one(t, "button[type=button][data-close-dialog]")
	var stops []element // radio buttons and sections, as they follow each other
	for n := range box.one(t, "fieldset.stops").ChildNodes() {
		if n.Type == html.ElementNode && n.Data != "legend" {
			stops = append(stops, element{n})
		}
	}
	if len(stops) != 2*len(Tour()) {
		t.Fatalf("the tour has %d radio buttons and sections; want %d of each", len(stops), len(Tour()))
	}
	for i, step := range Tour() {
		radio, section := stops[2*i], stops[2*i+1]
		if !radio.is("input[type=radio][name=stop]") || radio.attr("id") != fmt.Sprintf("tour-%d", i+1) || radio.attr("aria-label") != fmt.Sprintf("%d of %d: %s", i+1, len(Tour()), step.Title) {
			t.Errorf("stop %d has the %s %s, %q; want a radio button that counts it", i+1, radio.Data, radio.attr("id"), radio.attr("aria-label"))
		}
		if _, checked := radio.lookup("checked"); checked != (i == 0) {
			t.Errorf("stop %d is chosen: %t; want the first one", i+1, checked)
		}
		if !section.is("section") || section.attr("data-target") != step.Target || section.one(t, "h3").content() != step.Title || !strings.Contains(section.content(), step.Text) {
			t.Errorf("stop %d is %q about %s; want %q about %s", i+1, section.content(), section.attr("data-target"), step.Text, step.Target)
		}
	}
}

// TestTourStyle: the style sheet shows the stop that is chosen, and what the script marks while the
// tour is open. Which part that is says the stop alone.
func TestTourStyle(t *testing.T) {
	css, err := fs.ReadFile(public.FS(), "app.css")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(css), ".stops section { display: none;") || !strings.Contains(string(css), ".stops input:checked + section { display: flex; }") {
		t.Error("the style sheet does not show the chosen stop alone")
	}
	if !strings.Contains(string(css), "#tour[open] ~ form .toured { outline:") || !strings.Contains(script(t), `classList.add("toured")`) {
		t.Error("the style sheet does not outline what the script marks")
	}
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for i, step := range Tour() {
		page.one(t, "#"+step.Target)
		if strings.Contains(string(css), "#"+tourID(i)) {
			t.Errorf("the style sheet names the stop %s; want no place but the tour to say what it is about", tourID(i))
		}
	}
}
