package views

import (
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// Keys of hints for controls that have no form field. The key of a feature is FeatureHint; the hint
// of an act is in the table of acts.
const (
	HintTrain       = "train"
	HintUndo        = "undo"
	HintDrag        = "drag"
	HintEditWeight  = "edit-weight"
	HintHistory     = "history"
	HintLogScale    = "log_scale"
	HintImport      = "import"
	HintExport      = "export"
	HintSave        = "save"
	HintOpen        = "open"
	HintExperiments = "experiments"
	HintTour        = "tour"
	HintHelp        = "help"
	HintPresent     = "present"
	HintTheme       = "theme"
)

// Hint returns a sentence or two about a control: what it is and what to try. The name is its field
// or a key above. It returns "" where there is no hint.
func Hint(name string) string {
	if m := setting.Lookup(name); m != nil {
		return m.Hint
	}
	return hints[name]
}

// FeatureHint returns the key of the hint of a feature.
func FeatureHint(f nn.Feature) string { return "feature-" + string(f) }

// hints are the hints of the controls that are no settings. A hint has at most 150 characters, to
// be read at a glance.
var hints = map[string]string{
	// The run.
	HintTrain:          "Updates the weights again and again until you pause. Going on later continues exactly where it stopped.",
	FieldSteps:         "Makes one update and stops. Step slowly at the start of a run to see what the first ones change.",
	FieldFrameSteps:    "Updates for each picture. At 1 you see every jump of the loss. Max makes as many as fit, so that a long run is over soon.",
	FieldTransport:     "How results travel from server to page. Both ways give the same numbers, so change it only if one is blocked.",
	FieldUntilStep:     "Pauses at this step. Give two runs the same one to compare them after equally many updates.",
	FieldUntilLoss:     "Pauses when the train loss is this low. See how many steps different optimizers need to get there.",
	FieldUntilAccuracy: "Pauses when this percentage of the training points is right. The test accuracy may be lower: hold out points to see.",
	FieldPatience:      "Early stopping: pauses after this many epochs without a better test loss. It needs points held out.",
	HintHistory:        "Goes back to an earlier moment of this run, as a click on a curve does. Drag it slowly to see the boundary bend.",
	HintLogScale:       "Draws the curves with powers of ten at equal distances, so that small losses can be told apart too.",

	FieldSweep: "Many runs at once, which differ in a setting or two: other seeds, learning rates, widths. See them side by side.",

	// The data.
	FieldDataset:     "A shape to learn. Moons need a bent boundary, spirals a winding one; hills have values instead of classes.",
	OwnData:          "Points of your own: imported, drawn, or a data set that you changed. Brings them back after a data set.",
	FieldPoints:      "How many points to draw. With few of them a large network learns each by heart: watch the test loss.",
	FieldNoise:       "How far points stray from their shape. Where classes overlap, 100 % on the training points is overfitting.",
	FieldLabelNoise:  "The share of points whose label is drawn by chance: 0.2 is a fifth. A large network can learn even those by heart.",
	FieldDataClasses: "How many classes to draw, where the shape allows it. Each class is one more output of the network.",
	FieldDataSeed:    "Draws other points of the same shape. What a network has learned should fit those as well.",
	FieldTool:        "What a click or a stroke on the picture draws: points of this class or value. A right click draws the next one.",
	ToolErase:        "Erases the points you click or drag over. See if the boundary still needs the place where they were.",
	HintDrag:         "With it on, a finger draws as it moves. Without it a tap draws one point, and a swipe scrolls the page.",
	HintUndo:         "Takes back the last change, also a reset or points that were erased. Ctrl+Z does the same.",
	FieldHideTest:    "Hides the points held out. Guess from the training points alone where the boundary should run.",
	FieldHard:        "Colours each place by the likeliest class alone. Without it, pale colours show where the network is unsure.",
	HintImport:       "Reads points of your own, two coordinates and a label each, such as rows of a spreadsheet.",

	// The network.
	FeatureHint(nn.FeatureX):    "The horizontal place. Without it or another feature of x, the network cannot tell left from right.",
	FeatureHint(nn.FeatureY):    "The vertical place. Without it or another feature of y, the network cannot tell up from down.",
	FeatureHint(nn.FeatureX2):   "The square of x: how far from the vertical axis, on either side. With y² it turns circles into a straight line.",
	FeatureHint(nn.FeatureY2):   "The square of y: how far from the horizontal axis, above or below. With x² it turns circles into a straight line.",
	FeatureHint(nn.FeatureXY):   "The product of x and y: positive in two opposite quadrants. It solves XOR without any hidden layer.",
	FeatureHint(nn.FeatureSinX): "A wave along x, two periods across the picture. It helps with stripes and with spirals.",
	FeatureHint(nn.FeatureSinY): "A wave along y, two periods from bottom to top. It helps with stripes and with spirals.",
	HintEditWeight:              "Sets this weight by hand. See what it does to the boundary, then train and watch where it goes.",

	// The page.
	FieldPanel:      "What is shown below the network: curves over time, which classes are mixed up, how each layer learns, two runs.",
	HintExport:      "Saves a picture, the curves as a table, or the network as code or data for use elsewhere.",
	HintSave:        "Saves the whole run to a file: settings, weights and points. Open goes on from it exactly.",
	HintOpen:        "Opens a run that was saved to a file, and goes on from its very step.",
	HintExperiments: "Prepared runs, each with a question. Guess the answer before you watch.",
	HintTour:        "Shows the parts of the page in a few short steps.",
	HintHelp:        "Lists the keys, what the colours mean and the words of the field.",
	HintTheme:       "The colours of the page: those of your system, light or dark. Light is easier to read on a projector.",
	HintPresent:     "Shows this to a room: large, with nothing but the network, the result and one view.",
}
