// Package views renders the page and the fragments that the stream sends: the same components serve
// both. Components take ready values; the plain Go beside them prepares scales, paths and pixels.
// Nothing here trains.
package views

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/table"
)

// Lab is everything that the page shows.
type Lab struct {
	State      nn.State // prepared
	Meta       table.Meta
	JSON       StateJSON
	Own        string      // of FieldOwn
	Recipe     string      // of FieldRecipe
	Journal    string      // of FieldJournal
	MostSteps  int         // of a recipe
	Metrics    *nn.Metrics // nil where there is no point to measure with
	History    nn.History  // the curves of the run up to this state
	Pinned     *PinnedRun  // a run to compare with, or nil
	Measured               // for the chosen panel
	Diagnosis  nn.Diagnosis
	Kept       int  // the step of the best moment that the page can go back to, or NoMoment
	Best       bool // the state is that moment
	Cells      Cells
	Maps       Maps
	Largest    []float64 // the largest size on the map of each hidden unit
	Choices    Choices
	Notice     Notice
	Embed      Embed // the page is one card
	Framable   bool  // there are pages that may show it as one
	Version    string
	Release    string // the name of what the page consists of; see [Release]
	Scriptless bool   // the page has no script
	Import     ImportForm
	Lesson     export.Lesson // what the page is used for
	Card       Card          // and what it tells about that
	Redraft    bool          // there is another lesson, which the dialog that writes one must show, too
	Table      *TablePage    // nil where the table is not shown
	Words      *Words        // nil where nobody asked for them
	Notebook   *Notebook     // nil where nobody asked for it
	Sharing    *Sharing      // the links, of a page without script; or nil
	Unit       *Inspection   // that is looked at on such a page, or nil
	Explaining *Explaining   // how the next update changes a number, or nil
	// Unexplained says why what was explained cannot be any more; "" where it can, or nothing was.
	Unexplained string
	ShowsStep   bool                   // the page explains an update of a network that now trains
	Acts        func(name string) *Act // finds an act of the page, or nil
	Reshaped    bool                   // the drawing of the network must be replaced
	ShowPinned  bool                   // the pinned run must be drawn again
	ShowSets    bool                   // another data set is chosen
	ShowSource  bool                   // the controls of a data set must be shown again
	ShowOwn     bool                   // there are other own points to come back to
	ShowLayer   bool                   // all units of a layer are to be shown
	Preview     bool                   // the page shows a moment again, and keeps its notice
	Refusals    []Refusal              // what was wrong with the form, for a page without script
	Written     url.Values             // the settings as that form has them, or nil
}

// StateJSON is the state in the hidden fields. Meta is empty where the points came from no table.
// History is empty in frames that do not change the field.
type StateJSON struct{ Config, Network, Data, Meta, History string }

// Choices are settings of the page that are not part of a training run.
type Choices struct {
	Tool        string
	Hard        bool
	HideTest    bool
	Transport   string
	FrameSteps  int
	Dataset     string
	Points      string
	Noise       string
	LabelNoise  string
	DataClasses string
	DataSeed    string
	Panel       string // one of Panels()
	LogScale    bool
	Rows        int    // how many units a column of the network has room for
	Layer       string // the hidden layer, from 0, whose units are all shown, or ""

	UntilStep, UntilLoss, UntilAccuracy, Patience string

	PictureView, PictureTheme string // of a picture to save

	Guess      string   // an index of the guesses of an experiment, or ""
	Assignment string   // the task that is written,
	Goal       string   // what its run is to reach, and
	Hide, Lock []string // the names of parts, of a lesson to share
	Show       []string // the names of parts, of the card to share
	Opened     bool     // the state came with the page's address, and goes before the stored one
	Waits      bool     // its run begins when the user says so
}

// Parts of the page that a link can hide or lock.
const (
	PartData        = "data"
	PartNetwork     = "network"
	PartSettings    = "settings"
	PartUntil       = "until"
	PartPanel       = "panel"
	PartExperiments = "experiments"
	PartShare       = "share"
)

type part struct {
	Name, Title string
	Why         string // why it is locked; "" where it cannot be
}

var parts = []part{
	{PartData, "Data", "so that everybody trains on the same points"},
	{PartNetwork, "Network", "so that everybody trains the same network"},
	{PartSettings, "Settings", "so that everybody trains with the same settings"},
	{PartUntil, "Run until", "so that everybody's run ends at the same place"},
	{PartPanel, "Curves and history", ""},
	{PartExperiments, "Experiments", ""},
	{PartShare, "Share and export", ""},
}

// lockReason says that the part of a name is locked, and why.
func lockReason(name string) string {
	i := slices.IndexFunc(parts, func(p part) bool { return p.Name == name })
	return "Locked for this lesson, " + parts[i].Why + "."
}

// Parts returns the names of the parts that a link can hide.
func Parts() []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return names
}

// IsPart reports whether there is a part of this name.
func IsPart(name string) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.Name == name })
}

// CanLock reports whether a link can lock the part of this name.
func CanLock(name string) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.Name == name && p.Why != "" })
}

func (l *Lab) hides(name string) bool {
	return slices.Contains(l.Lesson.Hide, name) || l.Embed.leavesOut(name)
}
func (l *Lab) locks(name string) bool { return slices.Contains(l.Lesson.Lock, name) }

// hidesTools reports whether the tools to draw with are hidden. In the card they have a name of their
// own.
func (l *Lab) hidesTools() bool {
	return slices.Contains(l.Lesson.Hide, PartData) || l.Embed.lacks(embedPoints)
}

// pointsLocked reports whether points cannot be drawn.
func (l *Lab) pointsLocked() bool { return l.hidesTools() || l.locks(PartData) }

// A Notice tells the user what happened.
type Notice struct {
	Text    string
	Problem bool
	Undo    bool   // offers to undo what happened
	Exits   []Exit // lead out of a failure
	Beside  string // the ids of the elements that say the same beside controls, with spaces between them
}

// beside returns the notice of what is said beside controls, too. The script drops it where all of
// them can be seen.
func (n Notice) beside(refusals []Refusal) Notice {
	var ids []string
	for _, r := range refusals {
		ids = append(ids, ErrorID(r.Control))
	}
	n.Beside = strings.Join(ids, " ")
	return n
}

// A Refusal says what is wrong with the value of a control.
type Refusal struct{ Control, Message string }

// refusal returns what was wrong with the value of a control, or "".
func (l *Lab) refusal(control string) string { return refusalOf(l.Refusals, control) }

func refusalOf(all []Refusal, control string) string {
	for _, r := range all {
		if r.Control == control {
			return r.Message
		}
	}
	return ""
}

// wrong returns the attribute of a control whose value was wrong.
func (l *Lab) wrong(control string) templ.Attributes {
	if l.refusal(control) == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true"}
}

// written returns what the user has written into the control of a setting, where the form was
// refused, or else the value of the setting.
func (l *Lab) written(control, value string) string {
	if l.Written.Has(control) {
		return l.Written.Get(control)
	}
	return value
}

// themes are the colours that the page can be told to have; no value stands for those of the system.
// The style sheet and theme.js know their values as classes.
var themes = []choice{{"light", "Light"}, {ThemeDark, "Dark"}}

// ThemeDark is the name of the dark colours.
const ThemeDark = "dark"

// Themes returns the names of the colours that the page and its figures can have.
func Themes() (names []string) {
	for _, t := range themes {
		names = append(names, t.Value)
	}
	return names
}

// Speeds are the choices for the number of updates in a frame.
var Speeds = []int{1, 2, 5, 10, 25, 100}

// SpeedMax stands for as many updates in a frame as fit.
const SpeedMax = 0

// SpeedValue returns a speed as FieldFrameSteps has it.
func SpeedValue(speed int) string {
	if speed == SpeedMax {
		return "max"
	}
	return strconv.Itoa(speed)
}

// speedLabel returns a speed as the page shows it.
func speedLabel(speed int) string {
	if speed == SpeedMax {
		return "Max"
	}
	return strconv.Itoa(speed) + "×"
}

// summary describes the shape of the network in words.
func summary(c nn.Config) string {
	var sizes []string
	all := c.Sizes()
	for i := 0; i < len(all); {
		same := 1
		for i+same < len(all) && all[i+same] == all[i] {
			same++
		}
		text := strconv.Itoa(all[i])
		if same > 2 { // a long row of equal layers
			text += fmt.Sprintf(" (%d layers)", same)
		} else if same == 2 {
			text += " → " + text
		}
		sizes = append(sizes, text)
		i += same
	}
	return fmt.Sprintf("%s units · %s parameters", strings.Join(sizes, " → "), grouped(nn.ParameterCount(c)))
}

// Grouped writes a number as the page does, with thin spaces between thousands.
func Grouped(n int) string { return grouped(n) }

// grouped writes a number with thin spaces between thousands.
func grouped(n int) string { return string(table.AppendGrouped(nil, n)) }

// lossText writes a loss with four decimals, or a very large or small one in powers of ten.
func lossText(v float64) string { return string(appendLoss(nil, &v)) }

// lossOrNone is lossText, or a dash for nil.
func lossOrNone(v *float64) string { return string(appendLoss(nil, v)) }

// appendLoss appends the text of a loss, or a dash for nil.
func appendLoss(b []byte, v *float64) []byte {
	switch {
	case v == nil:
		return append(b, "–"...)
	case *v != *v || *v >= math.MaxFloat64: // the largest number stands for an overflow
		return append(b, "not finite"...)
	case *v >= 1e4 || *v > 0 && *v < 1e-4:
		var buffer [32]byte
		return table.AppendReadable(b, strconv.AppendFloat(buffer[:0], *v, 'e', 2, 64))
	}
	return strconv.AppendFloat(b, *v, 'f', 4, 64)
}

// speeds returns Speeds, together with the speed in use, and last SpeedMax.
func speeds(used int) []int {
	all := slices.Clone(Speeds)
	if used != SpeedMax && !slices.Contains(all, used) {
		all = slices.Sorted(slices.Values(append(all, used)))
	}
	return append(all, SpeedMax)
}

// rateText is the learning rate of the next update, with three significant digits.
func rateText(s nn.State) string { return string(appendRate(nil, &s)) }

func appendRate(b []byte, s *nn.State) []byte {
	var buffer [32]byte
	return table.AppendReadable(b, strconv.AppendFloat(buffer[:0], s.Config.LearningRateAt(s.Network.Step), 'g', 3, 64))
}

func percent(v *float64) string { return string(appendPercent(nil, v)) }

func appendPercent(b []byte, v *float64) []byte {
	if v == nil {
		return append(b, "–"...)
	}
	share := *v * 100
	if share < 100 {
		share = min(share, 99.9) // only all points are 100.0 %
	}
	return append(strconv.AppendFloat(b, share, 'f', 1, 64), " %"...)
}

// number writes a number with all its digits, and with an exponent only where it is very small.
func number(v float64) string {
	if v != 0 && v < 1e-4 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// pointCount says in words how many points a state has, and how many are held out.
func pointCount(s nn.State) string {
	held := nn.HeldOut(len(s.Data), s.Config.TestFraction)
	text := grouped(len(s.Data)) + " points"
	if len(s.Data) == 1 {
		text = "1 point"
	}
	if held > 0 {
		look := "hollow"
		if s.Config.Task == nn.Regression {
			look = "diamonds"
		}
		text += fmt.Sprintf(", %s held out (%s)", grouped(held), look)
	}
	return text
}

// A choice is an option of a select.
type choice struct{ Value, Label string }

func choices[T ~string](values []T, labels map[T]string) []choice {
	var out []choice
	for _, v := range values {
		label := labels[v]
		if label == "" {
			label = string(v)
		}
		out = append(out, choice{string(v), label})
	}
	return out
}

// A thumbnail is a data set in the picker.
type thumbnail struct {
	dataset.Info
	Groups []PointGroup
}

const (
	thumbnailPoints = 90
	thumbnailRadius = 0.06
)

// thumbnails returns a small picture of every data set. They are drawn once.
var thumbnails = sync.OnceValue(func() []thumbnail {
	var out []thumbnail
	for _, info := range dataset.All() {
		made, err := dataset.Generate(info.Name, dataset.Params{Points: thumbnailPoints, Noise: min(info.DefaultNoise, 0.05), Seed: 1})
		if err != nil {
			panic("views: " + err.Error()) // the defaults of the table are valid
		}
		points := make([]nn.Point, len(made))
		for i, p := range made {
			points[i] = nn.Point{X: hundredth(p.X), Y: hundredth(p.Y), Label: p.Label}
		}
		out = append(out, thumbnail{info, group(points, nn.Task(info.Task), make([]bool, len(points)), thumbnailRadius)})
	}
	return out
})

// hundredth rounds a coordinate to what a picture of a hundred pixels can show: the page is the shorter.
func hundredth(v float64) float64 { return math.Round(v*100) / 100 }

// A Probe is the output of the network at a place of the plane.
type Probe struct {
	At        string      // the place, or "" where
	Place     []ProbePart // it is in columns that have names
	Parts     []ProbePart
	Point     string // the label of the point at the place, or ""
	PointName string // and the name of its class, if it has one
	Where     string // the place in words, and where the nearest point is
}

// A ProbePart is a class with its probability, the value of a regression, or a coordinate.
type ProbePart struct{ Name, Text, Marker, Colour string }

// NewProbe describes the outputs at a place, as nn.Model's Predict returns them. point is the point
// at the place, or nil.
func NewProbe(c nn.Config, meta table.Meta, at nn.Point, outputs []float64, point *nn.Point) Probe {
	t := meta.Transform
	p := Probe{At: fmt.Sprintf("(%s, %s)", inUnits(t.X, at.X), inUnits(t.Y, at.Y))}
	if hasNames(t) {
		p.At, p.Place = "", []ProbePart{{Name: t.X.Name, Text: inUnits(t.X, at.X)}, {Name: t.Y.Name, Text: inUnits(t.Y, at.Y)}}
	}
	if c.Task == nn.Regression {
		p.Parts = []ProbePart{{Name: t.Label.Name, Text: labelText(t.Label, outputs[0])}}
		if point != nil {
			p.Point = "point: " + labelText(t.Label, point.Label)
		}
		return p
	}
	for k, v := range outputs {
		share := percent(&v)
		if v != v {
			share = "not finite"
		}
		p.Parts = append(p.Parts, ProbePart{ClassName(meta, k), share, markerIcon(markers[k]), classColours[k].hex()})
	}
	if point != nil {
		p.Point, p.PointName = "point:", ClassName(meta, int(point.Label))
	}
	return p
}

// Near adds in words where a place is, and where the nearest of the points is from there.
func (p *Probe) Near(c nn.Config, meta table.Meta, at nn.Point, nearest *nn.Point) {
	p.Where = placeWords(at.X, at.Y)
	if nearest == nil || p.Point != "" {
		return
	}
	t := meta.Transform
	label := "value " + inUnits(t.Label, nearest.Label)
	if c.Task == nn.Classification {
		label = ClassName(meta, int(nearest.Label))
	}
	p.Where += "; the nearest point is of " + label + ", "
	if !hasNames(t) {
		p.Where += wayWords(at, *nearest)
		return
	}
	p.Where += fmt.Sprintf("%s, at %s %s and %s %s", directionWords(at, *nearest),
		table.Isolated(t.X.Name), inUnits(t.X, nearest.X), table.Isolated(t.Y.Name), inUnits(t.Y, nearest.Y))
}
