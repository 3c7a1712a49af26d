package views

import (
	"strings"
	"testing"

	"nnvisu/nn/dataset"
)

// pendingTargets are elements that the page does not have yet. An entry fails
// as soon as the page has it: then it is to be removed.
var pendingTargets = map[string]bool{"data-card": true, "network-view": true, "experiments-open": true}

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
		switch n := len(page.all("#" + step.Target)); {
		case n == 1 && pendingTargets[step.Target]:
			t.Errorf("the page has %s now; take it out of pendingTargets", step.Target)
		case n != 1 && !pendingTargets[step.Target]:
			t.Errorf("%s points at %s, which is %d times in the page; want once", step.Title, step.Target, n)
		}
	}
	for target := range pendingTargets {
		if !seen[target] {
			t.Errorf("%s is pending, and no step points at it", target)
		}
	}
	if n := len(Tour()); n == 0 || n > 6 {
		t.Errorf("the tour has %d steps; want one to six", n)
	}
}

// TestTourBox: it waits hidden with all steps, the first one open, and the
// buttons that the script listens to.
func TestTourBox(t *testing.T) {
	box := render(t, TourBox()).one(t, "#tour")
	if _, hidden := box.lookup("hidden"); !hidden || box.attr("role") != "dialog" {
		t.Errorf("the tour has the role %q and is hidden: %v; want a hidden dialog", box.attr("role"), hidden)
	}
	sections := box.all("section")
	if len(sections) != len(Tour()) {
		t.Fatalf("the tour has %d sections; want %d", len(sections), len(Tour()))
	}
	for i, step := range Tour() {
		s := sections[i]
		if s.attr("data-target") != step.Target || s.one(t, "h3").content() != step.Title || !strings.Contains(s.content(), step.Text) {
			t.Errorf("section %d is %q about %s; want %q about %s", i, s.content(), s.attr("data-target"), step.Text, step.Target)
		}
		if _, hidden := s.lookup("hidden"); hidden != (i > 0) {
			t.Errorf("section %d is hidden: %v; want only the first one open", i, hidden)
		}
	}
	if got := sections[1].one(t, ".tour-count").content(); got != "2 of 6" {
		t.Errorf("the second section counts %q; want 2 of 6", got)
	}
	for _, act := range []string{"back", "next", "end"} {
		box.one(t, "button[data-tour="+act+"]")
	}
}
