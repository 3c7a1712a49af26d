package views

import (
	"html"
	"slices"
)

// An Embed says how the page is shown as one card, for a frame in a page of somebody else. The card
// is the plane, its measures and the buttons of a run, with the parts that its address names. The
// zero value is the whole page.
type Embed struct {
	On    bool
	Show  []string // names of parts, as IsEmbedPart knows them
	Theme string   // light, dark or, for that of the system, ""
	Query string   // that says so: links in the card keep it, and its form posts it
	Open  string   // the address of the whole page with the same recipe
}

// Parts that the card can show and that are no parts of the page to hide or to lock.
const (
	embedTask   = "task"
	embedPoints = "points"
)

// embedParts are the parts that the address of the card can name. One that is a part of the page is
// shown only if the lesson does not hide it.
var embedParts = []struct{ Name, Title, Part string }{
	{embedTask, "Your task", ""},
	{"network", "Network", PartNetwork},
	{"curves", "Curves and history", PartPanel},
	{embedPoints, "Drawing points", ""},
	{"data", "Data", PartData},
	{"settings", "Settings", PartSettings},
	{"until", "Run until", PartUntil},
}

// EmbedParts returns the names of the parts that the card can show.
func EmbedParts() (names []string) {
	for _, p := range embedParts {
		names = append(names, p.Name)
	}
	return names
}

// IsEmbedPart reports whether the card can show a part of this name.
func IsEmbedPart(name string) bool { return slices.Contains(EmbedParts(), name) }

// IsTheme reports whether the page can have these colours, besides those of the system.
func IsTheme(value string) bool { return slices.Contains(Themes(), value) }

// leavesOut reports whether the card goes without a part of the page.
func (e *Embed) leavesOut(part string) bool {
	return e.On && !slices.ContainsFunc(embedParts, func(p struct{ Name, Title, Part string }) bool {
		return p.Part == part && slices.Contains(e.Show, p.Name)
	})
}

// lacks reports whether the card goes without what only it has a name for.
func (e *Embed) lacks(name string) bool { return e.On && !slices.Contains(e.Show, name) }

// htmlClass is the class of the root element, which the style sheet and the script know the card by.
func (e *Embed) htmlClass() string {
	if !e.On {
		return ""
	}
	return "embed " + e.Theme
}

// formAction is where a form without script is posted to. An answer elsewhere is in no frame.
func (e *Embed) formAction(path string) string {
	if e.On {
		return "embed"
	}
	return path
}

// snippet returns the HTML of a frame with the card, and the lines that keep the frame as high as the
// card. The script of the page puts the address of the server before that of the card.
func (s *Sharing) snippet() string {
	return `<iframe src="embed` + html.EscapeString(s.Embed) + `" title="nnvisu: a neural network, learning" width="100%" height="560" loading="lazy" style="border: 0"></iframe>
<script>
addEventListener("message", ({ data, source }) => {
  if (data?.type !== "nnvisu_height") return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source) frame.height = data.height;
  }
});
</script>`
}
