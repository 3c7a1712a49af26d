package views

// A shortcut is a key, or several that act together, and what it does.
type shortcut struct {
	Keys []string
	Text string
}

// shortcuts are the keys that the script listens to.
var shortcuts = []shortcut{
	{[]string{"Space"}, "Train or pause."},
	{[]string{"S"}, "Make one step."},
	{[]string{"R"}, "Reset the weights."},
	{[]string{"←", "→"}, "On the history slider: go back and forth through the run."},
	{[]string{"←", "→", "↑", "↓"}, "On the picture: move the cursor."},
	{[]string{"Enter"}, "On the picture: add a point at the cursor."},
	{[]string{"Shift+Enter"}, "On the picture: add a point of the next class or value, as a right click does."},
	{[]string{"1", "…", "9"}, "Draw with this class or value of the palette."},
	{[]string{"0"}, "Erase."},
	{[]string{"Ctrl+Z"}, "Undo the last change."},
	{[]string{"P"}, "Present to others: large, with the network, the result and one view. P or Escape ends it."},
	{[]string{"?"}, "Show this help."},
}

// colourNotes say what the colours and shapes of the picture mean.
var colourNotes = []string{
	"A class has one colour and one shape of marker, so it can be told by either.",
	"The background has the colour of the likeliest class, the paler the less sure the network is. Hard edges show the likeliest class alone.",
	"Values of a regression go from blue at −1 over pale grey at 0 to orange at 1, for points and background alike.",
	"A line of the network is the wider the larger its weight, orange above 0 and blue below. A unit's picture is its activation over the plane: orange above 0, blue below, pale at 0.",
	"Points held out for testing are hollow; in a regression they are diamonds.",
}

// A term is a word of the field and what it means here.
type term struct{ Word, Text string }

// glossary explains the words of the page, in the order of the alphabet.
var glossary = []term{
	{"Accuracy", "The share of points whose largest output is that of their class."},
	{"Activation", "The function that bends the sum in a hidden unit; without it, layers together would be no more than one linear model."},
	{"Batch", "The points that one update looks at. A small batch gives a rough gradient quickly."},
	{"Decision boundary", "The line where the likeliest class changes."},
	{"Epoch", "One pass over all training points."},
	{"Gradient", "How the loss changes with each weight. An update goes the opposite way, downhill."},
	{"Hidden layer", "A row of units between inputs and outputs, each a weighted sum with an activation."},
	{"Learning rate", "How far an update goes along the direction that the optimizer chooses."},
	{"Logits", "The outputs of a classifier before softmax turns them into probabilities: any numbers, the largest wins."},
	{"Loss", "What training makes small: the mean cross-entropy in nats for classes, half the mean squared error for values."},
	{"Optimizer", "The rule that turns gradients into updates, with or without a memory of earlier ones."},
	{"Overfitting", "Learning the noise of the training points: the train loss falls while the test loss rises."},
	{"Regularisation", "Whatever keeps a network from overfitting, such as penalties on its weights or dropout."},
	{"Softmax", "Turns the logits into probabilities: all positive, with the sum 1."},
	{"Step", "One update of all weights, from one batch."},
	{"Test points", "Points held out from training, to see how well the network does on what it has not seen."},
	{"Weight and bias", "The numbers that training changes: a weight for each connection, a bias for each unit."},
}
