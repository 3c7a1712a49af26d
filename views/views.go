// Package views renders the page and the fragments that the stream sends: the
// same components serve both. Components take ready values; the plain Go
// beside them prepares scales, paths and pixels. Nothing here trains.
package views

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
)

// Lab is all that the page shows.
type Lab struct {
	State   nn.State // prepared
	JSON    StateJSON
	Metrics *nn.Metrics // nil: there is no point to measure with
	History nn.History  // the curves of the run up to this state
	Pinned  *nn.History // those of a run to compare with, or nil
	// Confusion and GradientNorms are measured where the panel shows them, and
	// nil elsewhere and where there is nothing to measure with.
	Confusion     *nn.Confusion
	GradientNorms []float64
	Cells         Cells
	Choices       Choices
	Notice        Notice
	Version       string
}

// StateJSON is the state as the hidden fields hold it.
type StateJSON struct{ Config, Network, Data, History string }

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
	DataClasses string
	DataSeed    string
	Panel       string // one of Panels
	LogScale    bool
}

// A Notice tells the user what happened.
type Notice struct {
	Text    string
	Problem bool
	Undo    bool        // what happened can be undone
	Recover *RecoverAct // offered after a divergence
}

// RecoverAct offers the last finite network.
type RecoverAct struct {
	Step    int
	Network string // JSON
}

// Speeds are the numbers of updates a frame that the page offers.
var Speeds = []int{1, 2, 5, 10, 25, 100}

// summary describes the shape of the network in words.
func summary(c nn.Config) string {
	var sizes []string
	for _, n := range c.Sizes() {
		sizes = append(sizes, strconv.Itoa(n))
	}
	return fmt.Sprintf("%s units · %s parameters", strings.Join(sizes, " → "), grouped(nn.ParameterCount(c)))
}

// grouped writes a number with thin spaces between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// LayersText writes hidden layers as the page shows them, such as 8-8.
func LayersText(widths []int) string {
	var words []string
	for _, n := range widths {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, "-")
}

// lossText writes a loss with four decimals, or a very large or small one in powers of ten.
func lossText(v float64) string {
	switch {
	case v != v || v >= math.MaxFloat64: // which stands for all that is larger
		return "not finite"
	case v >= 1e4 || v > 0 && v < 1e-4:
		return strconv.FormatFloat(v, 'e', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}

func percent(v *float64) string {
	if v == nil {
		return "–"
	}
	share := *v * 100
	if share < 100 {
		share = min(share, 99.9) // 100.0 % is for all of them
	}
	return strconv.FormatFloat(share, 'f', 1, 64) + " %"
}

// number writes a number as people do, all of its digits and no exponent but
// for the very small.
func number(v float64) string {
	if v != 0 && v < 1e-4 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// pointCount says how many points there are, and how many are held out.
func pointCount(s nn.State) string {
	held := 0
	for _, h := range nn.Split(len(s.Data), s.Config.TestFraction, s.Config.Seed) {
		if h {
			held++
		}
	}
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

// featureLabels are the features as a person writes them.
var featureLabels = map[nn.Feature]string{
	nn.FeatureX: "x", nn.FeatureY: "y", nn.FeatureX2: "x²", nn.FeatureY2: "y²",
	nn.FeatureXY: "xy", nn.FeatureSinX: "sin 2πx", nn.FeatureSinY: "sin 2πy",
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

var (
	activationLabels = map[nn.Activation]string{
		nn.Tanh: "Tanh", nn.ReLU: "ReLU", nn.LeakyReLU: "Leaky ReLU", nn.Sigmoid: "Sigmoid", nn.GELU: "GELU",
		nn.SiLU: "SiLU", nn.ELU: "ELU", nn.Softplus: "Softplus", nn.Sin: "Sine", nn.Linear: "Linear",
	}
	optimizerLabels = map[nn.Optimizer]string{
		nn.SGD: "SGD", nn.Momentum: "Momentum", nn.Nesterov: "Nesterov", nn.RMSprop: "RMSprop",
		nn.Adagrad: "Adagrad", nn.Adam: "Adam", nn.AdamW: "AdamW",
	}
	scheduleLabels = map[nn.Schedule]string{
		nn.ConstantRate: "Constant", nn.StepDecay: "Steps", nn.ExponentialDecay: "Exponential", nn.CosineDecay: "Cosine",
	}
	initLabels = map[nn.Init]string{
		nn.InitAuto: "Automatic", nn.InitXavier: "Xavier", nn.InitHe: "He", nn.InitNormal: "Normal (σ 0.5)", nn.InitZero: "Zero",
	}
	taskLabels = map[nn.Task]string{nn.Classification: "Classes", nn.Regression: "Values"}
)

// A thumbnail is a data set in the picker.
type thumbnail struct {
	dataset.Info
	Groups []PointGroup
}

const (
	thumbnailPoints = 90
	thumbnailRadius = 0.06
)

// thumbnails draws a few points of every data set, once.
var thumbnails = sync.OnceValue(func() []thumbnail {
	var out []thumbnail
	for _, info := range dataset.All() {
		made, err := dataset.Generate(info.Name, dataset.Params{Points: thumbnailPoints, Noise: min(info.DefaultNoise, 0.05), Seed: 1})
		if err != nil {
			panic("views: " + err.Error()) // the table's own values are valid
		}
		points := make([]nn.Point, len(made))
		for i, p := range made {
			points[i] = nn.Point(p)
		}
		out = append(out, thumbnail{info, group(points, nn.Task(info.Task), make([]bool, len(points)), thumbnailRadius)})
	}
	return out
})
