package views

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"nnvisu/nn"
	"nnvisu/nn/dataset"
)

// An Experiment is a prepared run that answers one question.
type Experiment struct {
	Slug     string // its name in addresses and ids
	Title    string
	Question string // what it answers
	Try      string // what to change next, and what happens then
	Answer   string // what is to be seen
	// Query is a recipe as GET /train takes it. Steps is how many updates the page replays,
	// frame_steps, one of Speeds, how fast.
	Query string
}

// Experiments returns the prepared experiments, the easiest first. Package handlers trains every
// one of them in its tests and checks what Answer and Try say, so a changed recipe needs a changed
// test.
func Experiments() []Experiment {
	return []Experiment{
		{
			Slug: "xor-linear", Title: "One straight line",
			Question: "Can a network without hidden layers learn XOR?",
			Try:      "Add one hidden layer of 4 units and train again: the four corners come apart.",
			Answer:   "No: one straight line cannot part opposite quadrants. The loss stays at 0.69, that of a guess between two classes, and the accuracy below two thirds.",
			Query:    "dataset=xor&hidden_layers=&learning_rate=0.1&steps=200&frame_steps=2",
		},
		{
			Slug: "xor-hidden", Title: "One hidden layer",
			Question: "What does a hidden layer add?",
			Try:      "Leave only 2 units in the hidden layer: with the weights of this seed the accuracy then stays below 90 %.",
			Answer:   "Each hidden unit draws a soft line and the output combines them. Four units pass 98 % within 200 updates.",
			Query:    "dataset=xor&hidden_layers=4&learning_rate=0.1&steps=200&frame_steps=2",
		},
		{
			Slug: "features", Title: "The right feature",
			Question: "Can a good input stand in for hidden layers?",
			Try:      "Load the circles and choose x² and y² as the only features: a linear model gets every point right.",
			Answer:   "Yes: the sign of the product xy is the class, so even a linear model passes 98 %. The work of the hidden layer was done by hand.",
			Query:    "dataset=xor&features=xy&hidden_layers=&learning_rate=0.1&steps=200&frame_steps=2",
		},
		{
			Slug: "rate-too-high", Title: "Steps too long",
			Question: "What does a learning rate that is too high look like?",
			Try:      "Set the learning rate to 1 and reset: the loss falls at every update and all points come right.",
			Answer:   "The loss leaps above 15 within ten updates and keeps jumping: the updates step over the valley they aim for.",
			Query:    "dataset=circles&hidden_layers=8&optimizer=sgd&learning_rate=10&steps=250&frame_steps=1",
		},
		{
			Slug: "rate-too-low", Title: "Steps too short",
			Question: "What does a learning rate that is too low look like?",
			Try:      "Set the learning rate to 1 and reset: a quarter of the updates is enough to get every point right.",
			Answer:   "The loss falls at every update and gets nowhere: after 1,000 updates it is less than 0.01 lower.",
			Query:    "dataset=circles&hidden_layers=8&optimizer=sgd&learning_rate=0.001&steps=1000&frame_steps=5",
		},
		{
			Slug: "momentum", Title: "Momentum",
			Question: "What does it help to remember the direction of earlier updates?",
			Try:      "Choose the optimizer SGD at the same learning rate and reset: after as many updates the loss is still above 0.5.",
			Answer:   "Updates that agree add up to nearly ten times their length, so the loss falls below 0.03 at a small learning rate.",
			Query:    "dataset=circles&hidden_layers=8&optimizer=momentum&learning_rate=0.05&steps=1000&frame_steps=5",
		},
		{
			Slug: "spiral-sgd", Title: "The spiral by SGD",
			Question: "Is plain gradient descent enough for a hard shape?",
			Try:      "Open the next experiment, which changes nothing but the optimizer.",
			Answer:   "Not in this time: the loss settles on a plateau near 0.67 and the accuracy stays below 60 %.",
			Query:    "dataset=spiral&hidden_layers=16,16&optimizer=sgd&learning_rate=0.03&steps=1000&frame_steps=5",
		},
		{
			Slug: "spiral-adam", Title: "The spiral by Adam",
			Question: "What changes if every weight has a step length of its own?",
			Try:      "Add the features sin 2πx and sin 2πy and reset: no plateau is left, and every point is right within 100 updates.",
			Answer:   "Adam starts on the same plateau, leaves it after some 200 updates and has every point right by update 800.",
			Query:    "dataset=spiral&hidden_layers=16,16&optimizer=adam&learning_rate=0.03&steps=800&frame_steps=5",
		},
		{
			Slug: "mini-batches", Title: "Small batches",
			Question: "What do we gain and lose if an update looks at only 10 of 200 points?",
			Try:      "Set the batch size to 0, all points, and reset: the curve is smooth, but 25 epochs now are 25 updates and reach no more than 70 %.",
			Answer:   "The loss rises at about every second update, and yet 25 epochs reach 90 %: each pass over the points makes 20 updates and not one.",
			Query:    "dataset=circles&noise=0.1&hidden_layers=8&optimizer=sgd&learning_rate=0.5&batch_size=10&steps=500&frame_steps=2",
		},
		{
			Slug: "zero-weights", Title: "All weights zero",
			Question: "Why do weights start at random?",
			Try:      "Choose automatic first weights and reset: the same network gets every point right.",
			Answer:   "Nothing moves: all units are equal and silent, so no weight has a gradient. The loss stays at 0.6931, the logarithm of 2.",
			Query:    "dataset=circles&hidden_layers=8,8&init=zero&steps=150&frame_steps=2",
		},
		{
			Slug: "vanishing-gradients", Title: "Vanishing gradients",
			Question: "Why do ten layers of sigmoids not learn?",
			Try:      "Choose the activation ReLU and reset: its slope is 1 or 0, and the same ten layers get every point right.",
			Answer:   "Each sigmoid has a slope of at most a quarter. The gradient of the first layer is less than a millionth of that of the last, and the loss stays at 0.69.",
			Query:    "dataset=circles&hidden_layers=8,8,8,8,8,8,8,8,8,8&activation=sigmoid&optimizer=sgd&learning_rate=0.1&steps=300&frame_steps=2",
		},
		{
			Slug: "deep-relu", Title: "Ten layers that learn",
			Question: "What do ReLU and He's first weights change in a deep network?",
			Try:      "Choose the activation sigmoid, keep the first weights and reset: nothing learns, for the trouble is in the slopes.",
			Answer:   "He's weights keep signals and gradients of similar size from layer to layer, so all ten layers learn: every point is right within 150 updates.",
			Query:    "dataset=circles&hidden_layers=8,8,8,8,8,8,8,8,8,8&activation=relu&init=he&optimizer=sgd&learning_rate=0.1&steps=300&frame_steps=2",
		},
		{
			Slug: "dead-relu", Title: "Dead units",
			Question: "How can a network of ReLUs die?",
			Try:      "Choose the activation leaky ReLU and reset: its small slope below 0 lets the units come back.",
			Answer:   "A few long updates push units below 0 for every point, where ReLU has no slope. The output is the same everywhere, and the loss stays at 0.6931.",
			Query:    "dataset=circles&hidden_layers=8,8&activation=relu&optimizer=sgd&learning_rate=3&steps=150&frame_steps=1",
		},
		{
			Slug: "overfitting", Title: "Learning the noise",
			Question: "Can a network learn its points too well?",
			Try:      "Open the next experiment, which changes nothing but the L2 penalty.",
			Answer:   "Yes: the train loss falls towards 0, while the test loss is lowest before update 100 and more than doubles from there.",
			Query:    "dataset=circles&points=80&noise=0.15&test_fraction=0.5&hidden_layers=50,50&learning_rate=0.01&steps=500&frame_steps=2",
		},
		{
			Slug: "regularisation", Title: "A price on weights",
			Question: "Can a penalty on large weights stop overfitting?",
			Try:      "Set L2 to 0.1: the price is now too high, and the network learns nothing at all.",
			Answer:   "The train loss no longer goes to 0, and the test loss ends near its lowest, at less than half of what it is without the penalty.",
			Query:    "dataset=circles&points=80&noise=0.15&test_fraction=0.5&hidden_layers=50,50&learning_rate=0.01&l2=0.01&steps=500&frame_steps=2",
		},
		{
			Slug: "hills", Title: "Values instead of classes",
			Question: "Can a network learn a landscape?",
			Try:      "Remove the hidden layers and reset: what is left is a plane, and the loss stays above 0.05.",
			Answer:   "Yes: the output is a height, and the loss, half the squared error, falls below 0.005. Three hills and two hollows take shape.",
			Query:    "dataset=hills&points=400&hidden_layers=24,24&learning_rate=0.01&steps=500&frame_steps=2",
		},
		{
			Slug: "ten-classes", Title: "Ten classes",
			Question: "How does one network tell ten classes apart?",
			Try:      "Set the noise to 0.2: the clouds overlap, and the same network stays below 70 %.",
			Answer:   "It has one output for each class, and softmax makes them probabilities. The first guess is right for one point in ten at most, 200 updates later for 95 %.",
			Query:    "dataset=gauss&classes=10&points=500&noise=0.05&hidden_layers=16&steps=200&frame_steps=1",
		},
		{
			Slug: "schedule", Title: "Long steps, then short ones",
			Question: "Can a run be quick at first and calm in the end?",
			Try:      "Choose a constant schedule and reset: the loss still jumps above 0.1 at the end.",
			Answer:   "At first the loss jumps, as small batches and a high learning rate make it. As the cosine takes the rate down it grows calm, and stays below 0.05 in the last 100 updates.",
			Query:    "dataset=circles&noise=0.1&hidden_layers=8,8&learning_rate=0.1&batch_size=10&schedule=cosine&schedule_steps=1000&steps=1000&frame_steps=5",
		},
	}
}

// An experimentCard is an experiment as the dialog shows it.
type experimentCard struct {
	Experiment
	Dots []dots
}

// dots draws all points of one colour as an SVG path of strokes without length, whose round ends
// are the dots. The path is a sixth as long as one with the plane's markers, which counts because
// every experiment has a picture.
type dots struct{ Path, Colour string }

// experimentCards draws a few points of every experiment's data, once.
var experimentCards = sync.OnceValue(func() []experimentCard {
	var cards []experimentCard
	for _, e := range Experiments() {
		cards = append(cards, experimentCard{e, recipeDots(e.Query)})
	}
	return cards
})

// recipeDots draws the data set of a recipe of Experiments, with fewer points.
func recipeDots(query string) []dots {
	recipe, err := url.ParseQuery(query)
	if err != nil {
		panic("views: " + err.Error()) // the table's own values are valid
	}
	info, _ := dataset.Lookup(recipe.Get("dataset"))
	p := dataset.Params{Points: thumbnailPoints, Noise: info.DefaultNoise, Seed: 1}
	if noise := recipe.Get("noise"); noise != "" {
		p.Noise, _ = strconv.ParseFloat(noise, 64) // handlers' tests decode every recipe
	}
	p.Classes, _ = strconv.Atoi(recipe.Get("classes")) // 0, the data set's own, if not given
	made, err := dataset.Generate(info.Name, p)
	if err != nil {
		panic("views: " + err.Error())
	}
	paths := map[string]*strings.Builder{}
	var all []dots
	for _, p := range made {
		colour := scale(math.Round(p.Label*(levels/2)) / (levels / 2))
		if nn.Task(info.Task) == nn.Classification {
			colour = classColours[int(p.Label)]
		}
		b := paths[colour.hex()]
		if b == nil {
			b = new(strings.Builder)
			paths[colour.hex()] = b
			all = append(all, dots{Colour: colour.hex()})
		}
		// Hundredths, for a picture of a hundred pixels.
		b.WriteByte('M')
		writePair(b, int(math.Round(p.X*100)), int(math.Round(-p.Y*100)))
		b.WriteString("h0")
	}
	for i := range all {
		all[i].Path = paths[all[i].Colour].String()
	}
	return all
}
