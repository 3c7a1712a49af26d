package views

import "fmt"

// A TourStep explains one part of the page on a first visit.
type TourStep struct {
	Target string // the id of the element it points at
	Title  string
	Text   string
}

// Tour returns the steps of the guided tour, in order.
func Tour() []TourStep {
	return []TourStep{
		{
			Target: "data-card", Title: "Choose the data",
			Text: "Each point has a place and a class, shown by its colour and shape. Pick a data set here, or draw points of your own on the picture of the result.",
		},
		{
			Target: "network-view", Title: "Build the network",
			Text: "Points enter on the left, pass the hidden layers and leave as one output for each class. Add layers and units and see what they make possible.",
		},
		{
			Target: "train", Title: "Train it",
			Text: "Training changes the weights a little at a time so that the loss falls. Press Train to start, and again to pause; nothing is lost in between.",
		},
		{
			Target: "plane", Title: "Watch the answer",
			Text: "The background is what the network says at every place: the colour of the likelier class, pale where it is undecided. Below it, pick a class; then click or tap to add a point, even while it learns.",
		},
		{
			Target: "panel", Title: "Follow the curves",
			Text: "The curves show how the loss goes on. If points are held out for testing, a test loss that rises while the train loss falls is overfitting.",
		},
		{
			Target: "experiments-open", Title: "Start with a question",
			Text: "Prepared experiments show what can go well or wrong, from a learning rate that is too high to units that die. Press ? for keys and words.",
		},
	}
}

// tourCount says where a step, counted from 0, is in the tour.
func tourCount(i int) string { return fmt.Sprintf("%d of %d", i+1, len(Tour())) }

// tourID is the id of the radio button of a step, counted from 0.
func tourID(i int) string { return fmt.Sprintf("tour-%d", i+1) }
