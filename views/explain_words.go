package views

import "github.com/nnvisu/nnvisu/nn"

// A lineWord is how the page writes a line of an update: its symbol, as function symbol reads it, and what it
// is.
type lineWord struct{ symbol, words string }

// lineWords say what the lines are that all optimizers have. That of the parameter itself is w for a weight
// and b for a bias.
var lineWords = map[string]lineWord{
	"mean":          {"ḡ", "The mean of the gradients, from part 4"},
	"learning_rate": {"η_0", "The learning rate that is set"},
	"factor":        {"f", "The factor of the schedule"},
	"steps":         {"T", "The steps of the schedule"},
	"step":          {"k", "Steps that were made before this one"},
	"share":         {"s", "What the schedule leaves of the learning rate"},
	"rate":          {"η", "The learning rate of this step"},
	"l1":            {"λ_1", "The penalty L1"},
	"l2":            {"λ_2", "The penalty L2"},
	"with_l2":       {"g′", "The penalty L2 pulls the weight towards 0, the more, the larger it is"},
	"gradient":      {"g", "What the optimizer takes for the gradient"},
	"decay":         {"d", "Weight decay: what stays of the weight in this step"},
	"decayed":       {"w′", "The weight, a little smaller"},
	"divisor":       {"D", "Its root says how large the gradients are. The small number keeps it from being 0"},
	"change":        {"Δ", "The step of this number"},
}

// optimizerWords say what the moments of an optimizer are, and what it makes of them.
var optimizerWords = map[nn.Optimizer]map[string]lineWord{
	nn.SGD: {},
	nn.Momentum: {
		"first_before": {"v_old", "The velocity before this step"},
		"first":        {"v", "The velocity, as of a ball that rolls: it keeps 0.9 of the old one, and the gradient is added"},
	},
	nn.Nesterov: {
		"first_before": {"v_old", "The velocity before this step"},
		"first":        {"v", "The velocity, as of a ball that rolls: it keeps 0.9 of the old one, and the gradient is added"},
		"ahead":        {"u", "Nesterov looks ahead: the velocity as it would be one step later, with the same gradient"},
	},
	nn.RMSprop: {
		"second_before": {"v_old", "The running mean of the squared gradients before this step"},
		"second":        {"v", "The running mean of the squared gradients: 99 parts of the old one and 1 part of the new square"},
	},
	nn.Adagrad: {
		"second_before": {"G_old", "The sum of all squared gradients before this step"},
		"second":        {"G", "The sum of all squared gradients. It never falls, so that the steps get shorter and shorter"},
	},
	nn.Adam:  adamWords,
	nn.AdamW: adamWords,
}

var adamWords = map[string]lineWord{
	"first_before":      {"m_old", "The running mean of the gradients before this step"},
	"second_before":     {"v_old", "The running mean of the squared gradients before this step"},
	"updates":           {"t", "Steps since both means began at 0, this one included"},
	"first":             {"m", "The running mean of the gradients: 9 parts of the old one and 1 part of the new gradient"},
	"second":            {"v", "The running mean of the squared gradients: 999 parts of the old one and 1 part of the new square"},
	"first_correction":  {"c_1", "The first mean began at 0, so it is too small by this factor, most of all in the first steps"},
	"second_correction": {"c_2", "So is the second mean, by this one"},
	"corrected_rate":    {"η′", "A larger learning rate makes up for the first"},
	"inverse_root":      {"r", "And this factor for the second, as its root is taken"},
}

// wordOf returns how a line of an update is written.
func wordOf(o nn.Optimizer, bias bool, name string) lineWord {
	what, letter := "weight", "w"
	if bias {
		what, letter = "bias", "b"
	}
	switch name {
	case "before":
		return lineWord{letter, "The " + what + " now"}
	case "after":
		return lineWord{letter + "_new", "The new " + what + ": the old one minus the step, since a step against the gradient makes the loss fall"}
	}
	if word, ok := optimizerWords[o][name]; ok {
		return word
	}
	return lineWords[name]
}

// cosineWords follow those of the share, and say why the formula of the schedule with a cosine has a sine.
const cosineWords = ". It falls along half a wave of a cosine: " +
	"(1 + cos x) / 2 is the square of a sine, which stays exact where it comes near 0"

// gradientWords says what the optimizer takes for the gradient, with the penalties that there are.
func gradientWords(u nn.ExplainedUpdate, bias bool) string {
	has := map[string]bool{}
	for _, given := range u.Given {
		has[given.Name] = true
	}
	decays := false
	for _, line := range u.Lines {
		decays = decays || line.Name == "decay"
	}
	switch {
	case has["l1"]:
		return "The penalty L1 pulls the weight towards 0, by the same amount however large it is"
	case has["l2"] && !decays:
		return "The penalty L2 pulls the weight towards 0, the more, the larger it is"
	case bias:
		return "The gradient for the optimizer: a bias has no penalty"
	}
	return "The gradient for the optimizer: no penalty is added"
}

// updateWords say what an optimizer does.
var updateWords = map[nn.Optimizer]string{
	nn.SGD:      "Gradient descent goes against the gradient: learning rate times gradient is taken away.",
	nn.Momentum: "Momentum lets the weights roll on: the step follows a velocity that every gradient pushes.",
	nn.Nesterov: "Nesterov lets the weights roll on as momentum does, and looks a step ahead.",
	nn.RMSprop:  "RMSprop divides the gradient by how large gradients have been of late, so that steep and flat directions move alike.",
	nn.Adagrad:  "Adagrad divides the gradient by the root of all squares so far, so that the steps get shorter where gradients were large.",
	nn.Adam:     "Adam takes the running mean of the gradients, and divides it by how large they have been of late.",
	nn.AdamW:    "AdamW does as Adam does, and lets the weight decay by itself, apart from the gradient.",
}
