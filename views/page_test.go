package views

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
)

// TestPageIDs: an id is there once, whatever the page shows, or labels, targets and the script
// would mean the wrong element.
func TestPageIDs(t *testing.T) {
	byID := map[string][]element{} // of the page where it is there most often
	for _, lab := range labs(t) {
		here := map[string][]element{}
		for _, e := range render(t, Page(lab)).all("[id]") {
			here[e.attr("id")] = append(here[e.attr("id")], e)
		}
		for id, elements := range here {
			if len(elements) > len(byID[id]) {
				byID[id] = elements
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		t.Run(id, func(t *testing.T) {
			if id == "" || strings.ContainsAny(id, " \t\n") {
				t.Errorf("the id %q; want a name without spaces", id)
			}
			if len(byID[id]) != 1 {
				t.Errorf("the id %s is there %d times: %s; want once", id, len(byID[id]), ids(byID[id]))
			}
		})
	}
}

// TestPageReferences: what points to an element by id points to one that is there.
func TestPageReferences(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, attribute := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"} {
			for _, e := range page.all("[" + attribute + "]") {
				if e.Data == "mo" { // of mathematics, which has forms of its own
					continue
				}
				for id := range strings.FieldsSeq(e.attr(attribute)) {
					if len(page.all(hasID(id))) == 0 {
						t.Errorf("%s: %s=%q of a %s points to nothing", name, attribute, id, e.Data)
					}
				}
			}
		}
	}
}

// TestPageLabels: every control has a name that can be read out.
func TestPageLabels(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, e := range slices.Concat(page.all("input"), page.all("select"), page.all("textarea"), page.all("button"), page.all("canvas"), page.all("img")) {
			if e.attr("type") == "hidden" || e.attr("aria-hidden") == "true" {
				continue
			}
			label := strings.TrimSpace(e.attr("aria-label"))
			switch {
			case e.Data == "button":
				// A sign such as + is no name.
				label += strings.TrimFunc(e.content(), func(r rune) bool { return !unicode.IsLetter(r) })
			case e.Data == "img" || e.attr("type") == "image":
				alt, ok := e.lookup("alt")
				if label += alt; e.Data == "img" && ok { // an empty one says that it is an ornament
					label += "-"
				}
			}
			for n := e.Parent; n != nil; n = n.Parent {
				if n.Data == "label" {
					label += element{n}.content()
				}
			}
			if id := e.attr("id"); id != "" {
				for _, l := range page.all(fmt.Sprintf("label[for=%q]", id)) {
					label += l.content()
				}
			}
			if strings.TrimSpace(label) == "" {
				t.Errorf("%s: %s of the type %q has no label", name, ids([]element{e}), e.attr("type"))
			}
		}
		for _, e := range page.all("fieldset") {
			if len(e.all("legend")) != 1 || e.all("legend")[0].content() == "" {
				t.Errorf("%s: a fieldset %q has no legend", name, e.attr("class"))
			}
		}
	}
}

// TestPageFields: the names that the page posts are fields that the decoder knows, and are written
// as constants.
func TestPageFields(t *testing.T) {
	constants := slices.Concat(constantsNamed(t, "Field"), settingFields(), tableFields())
	for _, name := range constants {
		if !IsField(name) {
			t.Errorf("IsField(%s) = false; want true, it is a constant", name)
		}
	}
	for _, name := range fieldNames {
		if !slices.Contains(append(constants, "id", "type", "frame_ms", "over"), name) {
			t.Errorf("the field %s has no constant", name)
		}
	}
	posted := map[string]bool{}
	for _, lab := range labs(t) {
		for _, e := range render(t, Page(lab)).all("form [name]") {
			if e.attr("type") == "image" { // posts where it was clicked
				posted[e.attr("name")+".x"], posted[e.attr("name")+".y"] = true, true
				continue
			}
			posted[e.attr("name")] = true
		}
	}
	for name := range posted {
		if !slices.Contains(constants, name) {
			t.Errorf("the page posts %s, which is no constant", name)
		}
	}
	// What the page never posts, the decoder need not know, but for what is posted by programs
	// alone.
	for _, name := range constants {
		if !posted[name] && !scriptPosts[name] {
			t.Errorf("neither the page nor its script posts the field %s", name)
		}
	}
	for _, name := range []string{"", "Config", "config ", "speed", "at", "at.z"} {
		if IsField(name) {
			t.Errorf("IsField(%q) = true; want false", name)
		}
	}
}

// TestPageShowsConfig: the controls show the state's own settings.
func TestPageShowsConfig(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Hills, func(l *Lab) {
		l.State.Config = nn.Config{
			Task: nn.Regression, Features: []nn.Feature{nn.FeatureX2, nn.FeatureSinY}, HiddenLayers: []int{3, 1}, Activation: nn.GELU, Init: nn.InitHe,
			Optimizer: nn.RMSprop, LearningRate: 0.001, Schedule: nn.CosineDecay, ScheduleSteps: 250, ScheduleFactor: 0.05, BatchSize: 16, L1: 0.5, L2: 1e-5, Dropout: 0.25, TestFraction: 0.1, Seed: 42,
		}
	})))
	for field, want := range map[string]string{
		FieldHiddenLayers: "3-1", FieldLearningRate: "0.001", FieldScheduleSteps: "250", FieldScheduleFactor: "0.05", FieldBatchSize: "16", FieldL1: "0.5", FieldL2: "1e-05", FieldDropout: "0.25",
		FieldTestFraction: "0.1", FieldSeed: "42",
	} {
		if got := page.one(t, "input#"+field+"[name="+field+"]").attr("value"); got != want {
			t.Errorf("the control %s shows %q; want %q", field, got, want)
		}
	}
	for field, want := range map[string]string{
		FieldTask: "regression", FieldActivation: "gelu", FieldInit: "he", FieldOptimizer: "rmsprop", FieldSchedule: "cosine", FieldTransport: TransportSSE, FieldFrameSteps: "1",
	} {
		selected := page.all("select[name=" + field + "] option[selected]")
		if len(selected) != 1 || selected[0].attr("value") != want {
			t.Errorf("the control %s has %d selected, first %v; want %s", field, len(selected), selected, want)
		}
	}
	var features []string
	for _, e := range page.all("input[name=" + FieldFeatures + "][checked]") {
		features = append(features, e.attr("value"))
	}
	if want := []string{"x2", "sin_y"}; !slices.Equal(features, want) {
		t.Errorf("the features %v are checked; want %v", features, want)
	}
}

// TestPageChoices: every choice there is can be made, and has a name of its own.
func TestPageChoices(t *testing.T) {
	page := render(t, Page(sampleLab(t, dataset.Circles, nil)))
	for _, test := range []struct {
		field string
		want  []string
	}{
		{FieldTask, names(nn.Tasks())}, {FieldActivation, names(nn.Activations())}, {FieldInit, names(nn.Inits())}, {FieldOptimizer, names(nn.Optimizers())},
		{FieldSchedule, names(nn.Schedules())},
		{FieldTransport, []string{TransportSSE, TransportSocket}},
	} {
		var got, labels []string
		for _, e := range page.all("select[name=" + test.field + "] option") {
			got = append(got, e.attr("value"))
			if l := e.content(); l == "" || slices.Contains(labels, l) {
				t.Errorf("the option %s of %s is called %q; want a name of its own", e.attr("value"), test.field, l)
			}
			labels = append(labels, e.content())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("the options of %s are %v; want %v", test.field, got, test.want)
		}
	}
	var sets []string
	for _, info := range dataset.All() {
		sets = append(sets, string(info.Name))
	}
	sets = append(sets, OwnData)
	var got []string
	for _, e := range page.all("input[name=" + FieldDataset + "]") {
		got = append(got, e.attr("value"))
	}
	if !slices.Equal(got, sets) {
		t.Errorf("the data sets are %v; want %v", got, sets)
	}
	for _, thumbnail := range page.all(".thumbnails label:not(:has(.eraser))") {
		if len(thumbnail.all("svg path")) < 2 {
			t.Errorf("the thumbnail %s draws %d groups of points; want two at least", thumbnail.content(), len(thumbnail.all("svg path")))
		}
	}
}

func names[T ~string](values []T) []string {
	var list []string
	for _, v := range values {
		list = append(list, string(v))
	}
	return list
}

// TestPageOneChecked: of the tools and the data sets one is in hand.
func TestPageOneChecked(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		for _, field := range []string{FieldTool, FieldDataset} {
			if got := len(page.all("input[type=radio][name=" + field + "][checked]")); got != 1 {
				t.Errorf("%s: %d of %s are checked; want one", name, got, field)
			}
		}
	}
}

// TestPalette: a tool for each class, or for values; the eraser; and buttons for classes within
// their limits.
func TestPalette(t *testing.T) {
	for _, test := range []struct {
		set              dataset.Name
		classes          int
		tools            []string
		less, more, step bool // the buttons can be pressed; are there
	}{
		{dataset.Circles, 2, []string{"0", "1", ToolErase}, false, true, true},
		{dataset.Circles, 3, []string{"0", "1", "2", ToolErase}, true, true, true},
		{dataset.Circles, 10, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ToolErase}, true, false, true},
		{dataset.Hills, 0, []string{"-1", "-0.5", "0", "0.5", "1", ToolErase}, false, false, false},
	} {
		e := render(t, Palette(sampleLab(t, test.set, func(l *Lab) { l.State.Config.Classes = test.classes })))
		var tools, labels []string
		for _, input := range e.all("input[name=" + FieldTool + "]") {
			tools = append(tools, input.attr("value"))
			if l := input.attr("aria-label"); slices.Contains(labels, l) {
				t.Errorf("two tools are called %q", l)
			}
			labels = append(labels, input.attr("aria-label"))
		}
		if !slices.Equal(tools, test.tools) {
			t.Errorf("the tools for %d classes are %v; want %v", test.classes, tools, test.tools)
		}
		for act, can := range map[string]bool{"remove-class": test.less, "add-class": test.more} {
			found := e.all("button[value=" + act + "]")
			if len(found) > 0 != test.step {
				t.Errorf("%s for %d classes is there %d times; want it: %t", act, test.classes, len(found), test.step)
			} else if test.step {
				if _, disabled := found[0].lookup("aria-disabled"); disabled == can {
					t.Errorf("%s for %d classes can be pressed: %t; want %t", act, test.classes, !disabled, can)
				}
			}
		}
	}
}

// TestMeasures: what is measured is shown, and what is not is left out.
func TestMeasures(t *testing.T) {
	half, third := 0.5, 1.0/3
	for _, test := range []struct {
		name    string
		metrics *nn.Metrics
		want    map[string]string // by id; all others must be absent
	}{
		{"None", nil, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "–"}},
		{"Regression", &nn.Metrics{Loss: 0.25}, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "0.2500"}},
		{"Classification", &nn.Metrics{Loss: 0.25, Accuracy: &half}, map[string]string{"epoch": "4", "step": "1\u202f234", "loss": "0.2500", "accuracy": "50.0 %"}},
		{"All", &nn.Metrics{Loss: 0.25, Accuracy: &half, TestLoss: &third, TestAccuracy: &third}, map[string]string{
			"epoch": "4", "step": "1\u202f234", "loss": "0.2500", "accuracy": "50.0 %", "test-loss": "0.3333", "test-accuracy": "33.3 %"}},
	} {
		lab := sampleLab(t, dataset.Circles, nil)
		lab.Metrics = test.metrics
		lab.State.Network.Step, lab.State.Network.Epoch = 1234, 4
		got := map[string]string{}
		e := render(t, Measures(lab))
		for _, dd := range e.all("dd") {
			got[dd.attr("id")] = dd.content()
		}
		if !maps.Equal(got, test.want) || len(e.all("dt")) != len(got) {
			t.Errorf("%s: Measures shows %v; want %v, each with its name", test.name, got, test.want)
		}
	}
}

// TestNoticeBox: no notice is nothing; a way out is a button.
func TestNoticeBox(t *testing.T) {
	if got := strings.TrimSpace(text(t, NoticeBox(Notice{}))); got != "" {
		t.Errorf("NoticeBox of nothing = %q; want nothing", got)
	}
	e := render(t, NoticeBox(Notice{Text: "Done."}))
	if len(e.all(".notice")) != 1 || len(e.all(".problem")) != 0 || len(e.all("[data-undo]")) != 0 || len(e.all("[name]")) != 0 || e.one(t, "p").content() != "Done." {
		t.Errorf("NoticeBox(Done.) = %s; want the text alone", text(t, NoticeBox(Notice{Text: "Done."})))
	}
	if e := render(t, NoticeBox(Notice{Text: "Done.", Undo: true})); e.one(t, "[data-undo]").attr("type") != "button" {
		t.Errorf("NoticeBox to be undone has the button %v; want one that does not submit", e.one(t, "[data-undo]"))
	}
	e = render(t, NoticeBox(Notice{Text: "Oops.", Problem: true, Exits: []Exit{{Label: "Back to step 5", Back: true}}}))
	if _, closes := e.one(t, "button[data-back]").lookup("data-close"); !closes {
		t.Error("going back leaves the notice of what broke off")
	}
	if got := e.one(t, "button[data-back]"); got.content() != "Back to step 5" || got.attr("type") != "button" || len(e.all(".problem")) != 1 {
		t.Errorf("NoticeBox offers %q of type %q; want to go back to step 5 by the script", got.content(), got.attr("type"))
	}
	if e := render(t, NoticeBox(Notice{Text: "Oops."}.beside([]Refusal{{"l2", ""}, {"l1", ""}}))); e.one(t, ".notice").attr("data-beside") != "l2-error l1-error" {
		t.Errorf("NoticeBox of errors of l2 and l1 names %q; want their places", e.one(t, ".notice").attr("data-beside"))
	}
}

// TestLocked: where the points are locked or hidden there is nothing to draw with, with script or
// without, and the picture stays.
func TestLocked(t *testing.T) {
	for _, test := range []struct {
		name   string
		lesson export.Lesson
		locked bool
	}{
		{"Free", export.Lesson{}, false},
		{"Locked", export.Lesson{Lock: []string{PartNetwork, PartData}}, true},
		{"Hidden", export.Lesson{Hide: []string{PartData}}, true},
		{"Others", export.Lesson{Lock: []string{PartNetwork}, Hide: []string{PartPanel}}, false},
	} {
		lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.Lesson = test.lesson })
		page := render(t, Page(lab))
		plane := page.one(t, "#plane")
		if _, got := plane.lookup("data-locked"); got != test.locked {
			t.Errorf("%s: the plane is locked: %t; want %t", test.name, got, test.locked)
		}
		inputs, images := plane.all("input[type=image]"), plane.all("img")
		if got := len(inputs) == 0; got != test.locked || len(inputs)+len(images) != 1 {
			t.Fatalf("%s: the plane has %d pictures to click and %d to look at; want one, to click unless it is locked", test.name, len(inputs), len(images))
		}
		if got := append(inputs, images...)[0].attr("src"); got != lab.Cells.DataURI(lab.State.Config) {
			t.Errorf("%s: the picture is %.60s; want that of the plane", test.name, got)
		}
		plane.one(t, "canvas")
	}
}

// TestPictureColours: the colours of the picture come with the drawing of the network, and no frame
// has them.
func TestPictureColours(t *testing.T) {
	for name, lab := range labs(t) {
		lab.Reshaped = true
		for what, e := range map[string]element{"Page": render(t, Page(lab)), "Edited": render(t, Edited(lab, false))} {
			if got, want := e.one(t, "[data-palette]").attr("data-palette"), paletteOf(lab.State.Config).text; got != want || want == "" {
				t.Errorf("%s: %s has the palette %.60q; want %.60q", name, what, got, want)
			}
		}
		if len(render(t, Frame(lab)).all("[data-palette]")) != 0 {
			t.Errorf("%s: a frame has a palette; want the colours where the task may change", name)
		}
	}
}

// TestSpeeds: those of the page, in order, with the one that a link asks for.
func TestSpeeds(t *testing.T) {
	before := slices.Clone(Speeds)
	for used, want := range map[int][]int{
		Speeds[0]: before, Speeds[len(Speeds)-1]: before, SpeedMax: before,
		7: slices.Sorted(slices.Values(append([]int{7}, Speeds...))), 9999: append(slices.Clone(Speeds), 9999),
	} {
		want = append(slices.Clone(want), SpeedMax)
		page := render(t, Page(sampleLab(t, dataset.Circles, func(l *Lab) { l.Choices.FrameSteps = used })))
		var got []int
		for _, option := range page.all("select[name=" + FieldFrameSteps + "] option") {
			n, err := strconv.Atoi(option.attr("value"))
			if option.attr("value") == "max" {
				n, err = SpeedMax, nil
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, selected := option.lookup("selected"); selected != (n == used) {
				t.Errorf("with %d in use the speed %d is selected: %t", used, n, selected)
			}
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("with %d in use the speeds are %v; want %v", used, got, want)
		}
	}
	if !slices.Equal(Speeds, before) {
		t.Errorf("the speeds of all pages have become %v", Speeds)
	}
}

// TestFailure says what is wrong, escaped.
func TestFailure(t *testing.T) {
	e := render(t, Failure(`<b>"no" & never`))
	if got := e.one(t, "body").content(); !strings.Contains(got, `<b>"no" & never`) || len(e.all("b")) != 0 {
		t.Errorf("Failure shows %q; want the message", got)
	}
	if e.one(t, "html").attr("lang") == "" || e.one(t, "title").content() == "" {
		t.Errorf("Failure lacks a language or a title")
	}
}

// TestPageVersion: the page says what it is, once.
func TestPageVersion(t *testing.T) {
	lab := sampleLab(t, dataset.Circles, func(l *Lab) { l.Version = "v1.2.3-<test>" })
	page := render(t, Page(lab))
	if got := strings.Count(page.one(t, "#help").content(), lab.Version); got != 1 {
		t.Errorf("the help says the version %s %d times; want once", lab.Version, got)
	}
	if len(page.all("h1")) != 1 || len(page.all("main")) != 1 || page.one(t, "html").attr("lang") != "en" {
		t.Errorf("the page has %d h1, %d main and the language %q; want one, one and en", len(page.all("h1")), len(page.all("main")), page.one(t, "html").attr("lang"))
	}
}

// TestButtonNames: within a dialog, and within the rest of the page, two buttons that do not do the same
// are not called the same.
func TestButtonNames(t *testing.T) {
	for name, lab := range labs(t) {
		page := render(t, Page(lab))
		share := render(t, ShareBody(Sharing{Recipe: "?dataset=moons"}))
		seen := map[string]string{}
		for _, button := range append(page.all("button, .button"), share.all("button")...) {
			place := "the page"
			for n := button.Parent; n != nil; n = n.Parent {
				if e := (element{n}); n.Data == "dialog" || e.attr("role") == "alert" {
					place = n.Data + " " + e.attr("id")
				}
			}
			called := button.attr("aria-label")
			if called == "" {
				called = strings.Join(strings.Fields(button.content()), " ")
			}
			does := strings.Join([]string{button.attr("name"), button.attr("value"), button.attr("data-copy"), button.attr("id"), button.attr("data-open")}, " ")
			key := place + ": " + called
			if before, ok := seen[key]; ok && before != does {
				t.Errorf("%s: two buttons are called %q", name, key)
			}
			if called == "" {
				t.Errorf("%s: a button that does %q has no name", name, does)
			}
			seen[key] = does
		}
		if seen["the page: Copy the short link"] == "" || seen["the page: Copy the full link"] == "" {
			t.Errorf("%s: the buttons are %q; want each Copy to say of what", name, seen)
		}
	}
}
